"""The command line of `pulp-pyindex`, as far as it starts nothing."""

from pathlib import Path

import pytest

from pulp_pyindex.stack.cli import main


def test_a_home_that_is_a_file_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a home below one end in a traceback."""
    taken = tmp_path / "taken"
    taken.touch()
    for home in (taken, taken / "below"):
        for command in ("up", "status", "down"):
            assert main([command, "--home", str(home)]) == 1
            assert f"{taken}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--home", ""], ["--admin-password", " "]])
def test_what_an_unset_variable_leaves_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made in the folder one happens to be in, and no password is made up anew."""
    with pytest.raises(SystemExit):
        main(["up", *arguments])
    assert arguments[0] in capsys.readouterr().err


def test_one_address_for_both_services_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is made, and before it is remembered."""
    home = tmp_path / "home"
    given = ["--content", "127.0.0.1:8080", "--api", "127.0.0.1:8080"]
    assert main(["up", "--home", str(home), *given]) == 1
    assert "--api 127.0.0.1:8080 is there, too" in capsys.readouterr().err
    assert not home.exists()
