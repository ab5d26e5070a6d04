"""Installers as their users run them, against a mirror and an index that passes through.

The mirror has everything on demand; the other knows nothing before an installer asks.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from pypi_simple import ACCEPT_HTML_ONLY, ACCEPT_JSON_ONLY, DistributionPackage, PyPISimple

from support import peers
from support.clients import Clients
from support.index import Index
from support.passing import pass_through
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

ALPHA = "alpha-1.0-py3-none-any.whl"
ALPHA_OLD = "alpha-0.9-py3-none-any.whl"
BETA = "beta-1.0-py3-none-any.whl"
BETA_YANKED = "beta-1.1-py3-none-any.whl"
GAMMA = "gamma-3.0.tar.gz"
Files = dict[str, MadeFile]
OLD, RECENT = "2022-03-04T05:06:07.008000Z", "2025-06-07T08:09:10.111213Z"


@pytest.fixture
def files() -> Files:
    """Dependencies, a yank, one file for no Python there is, a sdist; new to Pulp in each test."""
    salt = unique()
    made = [
        wheel("alpha", "1.0", dependencies=["beta>=1", "gamma"], salt=salt),
        wheel("alpha", "0.9", salt=salt),
        wheel("alpha", "2.0", requires_python=">=4", salt=salt),
        wheel("beta", "1.0", payload=300_000, salt=salt),
        wheel("beta", "1.1", salt=salt),
        sdist("gamma", "3.0", salt=salt),
        wheel("Dotted.Name", "1.0", salt=salt),
    ]
    return {one.filename: one for one in made}


def offer(upstream: Upstream, files: Files, **changes: None) -> None:
    """Let upstream have the files, of two ages."""
    for filename, made in files.items():
        old = filename in (ALPHA_OLD, GAMMA, BETA_YANKED)
        yanked = "it is broken" if filename == BETA_YANKED else None
        upstream.add(made, upload_time=OLD if old else RECENT, yanked=yanked, **changes)


@pytest.fixture
def index(pulp: Pulp, upstream: Upstream, files: Files) -> Index:
    """The mirror of an upstream that has `files`; nothing is downloaded yet."""
    offer(upstream, files)
    return pulp.mirror(upstream.url).index


@pytest.fixture
def bare_index(pulp: Pulp, upstream: Upstream, files: Files) -> Index:
    """As `index`, without metadata: an installer has to look into wheels."""
    offer(upstream, files, metadata=None, core_metadata=None)
    return pulp.mirror(upstream.url).index


@pytest.fixture(params=["mirrored", "passed through"])
def either(request: pytest.FixtureRequest) -> Index:
    """`index`, and another that passes the same upstream through."""
    return _either(request, "index")


@pytest.fixture(params=["mirrored", "passed through"])
def bare(request: pytest.FixtureRequest) -> Index:
    """`bare_index`, and another that passes the same upstream through."""
    return _either(request, "bare_index")


def _either(request: pytest.FixtureRequest, mirrored: str) -> Index:
    if request.param == "mirrored":
        index: Index = request.getfixturevalue(mirrored)
        return index
    upstream: Upstream = request.getfixturevalue("upstream")
    without = {"metadata": None, "core_metadata": None} if mirrored == "bare_index" else {}
    offer(upstream, request.getfixturevalue("files"), **without)
    return pass_through(request.getfixturevalue("pulp"), upstream.url).index


def installed(folder: Path) -> dict[str, str]:
    """What lies in a folder that was installed into: project → version."""
    found = {}
    for path in folder.glob("*.dist-info"):
        name, version = path.name.removesuffix(".dist-info").split("-")
        found[name.lower()] = version
    return found


WANTED = {"alpha": "1.0", "beta": "1.0", "gamma": "3.0"}


def test_the_pip_of_older_systems_reads_the_pages(
    clients: Clients, index: Index, files: Files, environments: Path, tmp_path: Path
) -> None:
    """Of Debian 12 and others: a page that has the older name of core-metadata ends it."""
    old = peers.install(environments, "pip==23.0.1")
    wanted = ("--no-deps", "--dest", "got", "--index-url", index.simple, "alpha==1.0")
    clients.run(*old.command("python", "-m", "pip", "download", *wanted))
    assert (tmp_path / "got" / ALPHA).read_bytes() == files[ALPHA].body


def test_pip_downloads_what_upstream_has(
    clients: Clients, either: Index, files: Files, tmp_path: Path
) -> None:
    """Files come byte for byte, dependencies too, found through `.metadata`."""
    ran = clients.pip("download", "-v", "--dest", "got", "alpha", index=either.simple)
    got = {path.name: path.read_bytes() for path in (tmp_path / "got").iterdir()}
    assert got == {name: files[name].body for name in (ALPHA, BETA, GAMMA)}
    assert re.search(r"dependency information .*alpha-1.0-py3-none-any.whl.metadata", ran.output)


def test_pip_installs(clients: Clients, index: Index, tmp_path: Path) -> None:
    """Wheels and a sdist are installed from the mirror and nothing else."""
    clients.pip("install", "--target", "into", "alpha", "dotted-name", index=index.simple)
    assert installed(tmp_path / "into") == {**WANTED, "dotted_name": "1.0"}


def test_pip_finds_versions(clients: Clients, index: Index) -> None:
    """`pip index versions` shows what a Python may use: not what is yanked or for another one."""
    ran = clients.pip("index", "versions", "alpha", "--json", index=index.simple)
    assert json.loads(ran.output[ran.output.index("{") :])["versions"] == ["1.0", "0.9"]


def test_pip_takes_a_yanked_file_only_when_pinned(
    clients: Clients, index: Index, tmp_path: Path
) -> None:
    """A yank arrives with its reason, and pip says it."""
    ran = clients.pip("install", "--target", "into", "beta==1.1", index=index.simple)
    assert "it is broken" in ran.output
    assert installed(tmp_path / "into") == {"beta": "1.1"}


def test_pip_reads_metadata_out_of_remote_wheels(
    clients: Clients, bare: Index, tmp_path: Path
) -> None:
    """fast-deps asks for ranges of files that are not here yet."""
    options = ("install", "-v", "--use-feature=fast-deps", "--target", "into", "alpha")
    ran = clients.pip(*options, index=bare.simple)
    assert installed(tmp_path / "into") == WANTED
    assert "does not support range requests" not in ran.output
    assert "dependency information from alpha 1.0" in ran.output


def test_pip_takes_what_was_uploaded_before_a_day(
    clients: Clients, either: Index, tmp_path: Path
) -> None:
    """Upstream's upload times are served, so a cooldown works."""
    options = ("--uploaded-prior-to", "2024-01-01T00:00:00Z", "--target", "into", "alpha")
    clients.pip("install", *options, index=either.simple)
    assert installed(tmp_path / "into") == {"alpha": "0.9"}


def test_pip_checks_hashes(clients: Clients, index: Index, files: Files, tmp_path: Path) -> None:
    """With --require-hashes the true digests install, others do not."""
    requirements = tmp_path / "requirements.txt"
    options = ("install", "--require-hashes", "-r", "requirements.txt", "--target", "into")
    requirements.write_text(f"beta==1.0 --hash=sha256:{'0' * 64}\n")
    assert "DO NOT MATCH" in clients.pip(*options, index=index.simple, ok=False).output
    requirements.write_text(f"beta==1.0 --hash=sha256:{files[BETA].sha256}\n")
    clients.pip(*options, index=index.simple)
    assert installed(tmp_path / "into") == {"beta": "1.0"}


def test_uv_installs(clients: Clients, either: Index, tmp_path: Path) -> None:
    """uv resolves and installs, a sdist included."""
    options = ("--default-index", either.simple, "--target", "into", "-v")
    ran = clients.uv("pip", "install", *options, "alpha", "dotted-name")
    assert installed(tmp_path / "into") == {**WANTED, "dotted_name": "1.0"}
    assert "Range requests not supported" not in ran.output


def test_uv_reads_metadata_out_of_remote_wheels(
    clients: Clients, bare: Index, tmp_path: Path
) -> None:
    """Without `.metadata` uv asks for ranges of files that are not here yet."""
    options = ("--default-index", bare.simple, "--target", "into", "-v")
    ran = clients.uv("pip", "install", *options, "alpha")
    assert installed(tmp_path / "into") == WANTED
    assert "Range requests not supported" not in ran.output


def test_uv_does_without_what_is_newer(clients: Clients, either: Index, tmp_path: Path) -> None:
    """--exclude-newer goes by upstream's upload times."""
    options = ("--default-index", either.simple, "--target", "into")
    clients.uv("pip", "install", *options, "--exclude-newer", "2024-01-01", "alpha")
    assert installed(tmp_path / "into") == {"alpha": "0.9"}


def test_uv_locks_and_syncs(clients: Clients, either: Index, files: Files, tmp_path: Path) -> None:
    """The lock file has true digests, sizes and upload times, and installs; another is of a day."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11,<3.15"\n'
        'dependencies = ["alpha"]\n'
    )
    clients.uv("lock", "--default-index", either.simple)
    locked = tomllib.loads((tmp_path / "uv.lock").read_text())
    entries = {
        entry["url"].rpartition("/")[2]: entry
        for package in locked["package"]
        for entry in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    }
    assert set(entries) == {ALPHA, BETA, GAMMA}
    for filename, entry in entries.items():
        assert entry["hash"] == f"sha256:{files[filename].sha256}"
        assert entry["size"] == files[filename].size
    assert entries[GAMMA]["upload-time"] == "2022-03-04T05:06:07.008Z"
    clients.uv("sync", "--locked", "--default-index", either.simple)
    (site,) = (tmp_path / ".venv/lib").glob("python*/site-packages")
    assert WANTED.items() <= installed(site).items()
    by_time = ("--upgrade", "--exclude-newer", "2024-01-01")
    clients.uv("lock", "--default-index", either.simple, *by_time)
    assert files[ALPHA_OLD].sha256 in (tmp_path / "uv.lock").read_text()


def test_poetry_locks_and_installs(
    clients: Clients, either: Index, files: Files, tmp_path: Path
) -> None:
    """poetry with the mirror as its only source; the lock file holds true digests."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11,<3.15"\n'
        'dependencies = ["alpha"]\n[tool.poetry]\npackage-mode = false\n'
        f'[[tool.poetry.source]]\nname = "ours"\nurl = "{either.simple}"\npriority = "primary"\n'
    )
    clients.poetry("lock")
    locked = tomllib.loads((tmp_path / "poetry.lock").read_text())
    hashes = {
        entry["file"]: entry["hash"] for package in locked["package"] for entry in package["files"]
    }
    expected = (ALPHA, BETA, GAMMA)
    assert hashes == {filename: f"sha256:{files[filename].sha256}" for filename in expected}
    clients.poetry("sync")
    (site,) = (tmp_path / ".venv/lib").glob("python*/site-packages")
    assert WANTED.items() <= installed(site).items()


def test_the_json_and_html_forms_tell_the_same(index: Index) -> None:
    """An independent parser makes equal models of both, project by project."""
    with PyPISimple(index.simple, accept=ACCEPT_JSON_ONLY) as by_json:
        names = by_json.get_index_page().projects
        json_pages = {name: by_json.get_project_page(name) for name in names}
    with PyPISimple(index.simple, accept=ACCEPT_HTML_ONLY) as by_html:
        assert by_html.get_index_page().projects == names
        html_pages = {name: by_html.get_project_page(name) for name in names}
    assert names == ["alpha", "beta", "dotted-name", "gamma"]
    for name in names:
        ours, theirs = json_pages[name], html_pages[name]
        assert [told(file) for file in ours.packages] == [told(file) for file in theirs.packages]
        assert (ours.project, ours.repository_version) == (theirs.project, "1.4")
        assert (ours.status, ours.status_reason) == (theirs.status, theirs.status_reason)


def told(file: DistributionPackage) -> dict[str, object]:
    """What both forms can tell of a file."""
    alone = ("size", "upload_time", "has_sig")
    return {name: value for name, value in vars(file).items() if name not in alone}


@pytest.mark.parametrize("form", ["json", "html"])
def test_every_advertised_hash_is_true(
    form: str, pulp: Pulp, make_upstream: Callable[..., Upstream], files: Files
) -> None:
    """Of files and of metadata; whatever truly says core-metadata answers."""
    upstream = make_upstream(form=form, links="other_host")
    offer(upstream, files)
    index = pulp.mirror(upstream.url).index
    seen = 0
    for project in sorted(index.projects()):
        for filename, entry in index.files(project).items():
            body = fetched(entry["url"])
            assert body == files[filename].body
            assert entry["hashes"] == {"sha256": hashlib.sha256(body).hexdigest()}
            if promised := entry.get("core-metadata"):
                metadata = fetched(entry["url"] + ".metadata")
                assert metadata == files[filename].metadata
                assert promised == {"sha256": hashlib.sha256(metadata).hexdigest()}
            seen += 1
    assert seen == len(files)


def fetched(url: str) -> bytes:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    return answer.content


def test_links_lead_from_the_page_to_the_filename(index: Index) -> None:
    """The last part of each link is the filename, as installers derive `.metadata` from it."""
    for entry in index.json("alpha")["files"]:
        url = urljoin(f"{index.simple}alpha/", entry["url"])
        assert url.startswith(f"{index.base}packages/")
        assert url.rpartition("/")[2] == entry["filename"]
