"""The directory of one stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulp_pyindex.stack.errors import BadOption, HomeInUse
from pulp_pyindex.stack.home import (
    default_home,
    holder,
    locked,
    open_home,
    read_json,
    write_private,
)


def test_a_second_supervisor_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    """The lock belongs to an open file, so this process can stand for both."""
    home = open_home(tmp_path)
    home.make()
    with locked(home):
        assert holder(home) == os.getpid()
        with pytest.raises(HomeInUse, match=f"process {os.getpid()}"), locked(home):
            pass
    assert holder(home) is None


def test_the_lock_of_a_process_that_died_is_no_obstacle(tmp_path: Path) -> None:
    """The kernel lets go of it, whatever the file says."""
    home = open_home(tmp_path)
    home.make()
    code = (
        "import os, sys; from pathlib import Path;"
        "from pulp_pyindex.stack.home import locked, open_home;"
        "held = locked(open_home(Path(sys.argv[1]))); held.__enter__(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert home.lock.read_text().strip().isdecimal()
    assert holder(home) is None
    with locked(home):
        pass


def test_a_home_is_private(tmp_path: Path) -> None:
    """Others neither list it nor read what is private in it."""
    home = open_home(tmp_path / "new")
    home.make()
    write_private(home.admin_password, "secret")
    assert home.root.stat().st_mode & 0o777 == 0o700
    assert home.admin_password.stat().st_mode & 0o777 == 0o600


def test_a_path_that_settings_could_not_name_is_refused() -> None:
    """Names of settings files are separated by commas and semicolons."""
    with pytest.raises(BadOption, match="comma"):
        open_home(Path("/srv/a,b"))


def test_a_broken_file_says_nothing(tmp_path: Path) -> None:
    """A state file may be missing, or no whole object."""
    path = tmp_path / "state"
    assert read_json(path) == {}
    for text in ("", "{", "[1]"):
        path.write_text(text)
        assert read_json(path) == {}


def test_the_environment_names_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PYINDEX_HOME before the place for a user's data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("PYINDEX_HOME", raising=False)
    assert default_home() == tmp_path / "pulp-pyindex"
    monkeypatch.setenv("PYINDEX_HOME", "/srv/index")
    assert default_home() == Path("/srv/index")
