"""What the sentences of the command line understand."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from pulpcore.cli.pyindex.mirror import _install, _warn
from pulpcore.cli.pyindex.pip_index import PipIndex, configured_index, split
from pulpcore.cli.pyindex.releases import spec


@pytest.mark.parametrize(
    ("what", "meant"),
    [
        ("Flask", {"project": "Flask"}),
        ("flask==3.1.0", {"project": "flask", "release": "3.1.0"}),
        (
            "Flask_X-3.1.0-py3-none-any.whl",
            {"project": "flask-x", "filename": "Flask_X-3.1.0-py3-none-any.whl"},
        ),
        ("flask-3.1.0.tar.gz", {"project": "flask", "filename": "flask-3.1.0.tar.gz"}),
    ],
)
def test_files_are_meant_by_project_release_or_name(what: str, meant: dict[str, str]) -> None:
    """As people write them."""
    assert spec(what) == meant


def test_a_file_that_does_not_tell_its_project_is_told() -> None:
    """With what can be used in its place."""
    with pytest.raises(click.BadParameter, match="repository yank"):
        spec("flask.whl")


def test_credentials_are_no_part_of_a_url() -> None:
    """Pulp keeps them elsewhere, and shows them to nobody."""
    assert split("https://me:p%40ss@index.example.org:8443/simple/") == PipIndex(
        url="https://index.example.org:8443/simple/", username="me", password="p@ss"
    )
    assert split("https://index.example.org/") == PipIndex(url="https://index.example.org/")


def test_the_environment_counts_before_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip has it."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://env.example.org/simple/")
    assert configured_index().url == "https://env.example.org/simple/"


def test_the_configuration_of_pip_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said of `install` counts before what is said of all commands."""
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    configuration = tmp_path / "pip.conf"
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    configuration.write_text("[global]\nindex-url = https://all.example.org/simple/\n", "utf-8")
    assert configured_index().url == "https://all.example.org/simple/"
    with configuration.open("a", encoding="utf-8") as file:
        file.write("[install]\nindex-url = https://own.example.org/simple/\n")
    assert configured_index().url == "https://own.example.org/simple/"


def test_an_unconfigured_pip_has_the_index_that_all_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose address the pypi-simple library knows."""
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert configured_index().url == PYPI_SIMPLE_ENDPOINT


def test_the_line_to_type_names_a_project_that_is_there() -> None:
    """Not a pattern of names."""
    url = "https://pulp.example.org/pypi/team/"
    assert _install(url, ["acme-*", "requests>=2"]).endswith("/simple/ requests")
    assert _install(url, ["acme*"]).endswith("/simple/ PROJECT")


def test_what_is_missing_in_a_mirror_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, also where the result is JSON."""
    _warn(
        {
            "failed_projects": [{"project": "alpha", "reason": "no JSON"}],
            "failed_files": [{"project": "beta", "filename": "b.whl", "reason": "gone"}],
            "missing": ["gamma"],
        }
    )
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "Not read: alpha: no JSON",
        "Not downloaded: b.whl: gone",
        "Not there: gamma",
    ]


def test_no_server_is_needed_on_a_client() -> None:
    """Neither Django nor Pulp's server is imported by any command."""
    script = (
        "import sys\n"
        "for name in ('django', 'rest_framework', 'pulpcore.app', 'pulp_pyindex'):\n"
        "    sys.modules[name] = None\n"
        "from pulp_cli import main\n"
        "main(['pyindex', 'mirror', '--help'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout
