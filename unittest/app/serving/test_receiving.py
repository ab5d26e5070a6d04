"""What killed processes leave of uploads, and who removes it."""

import fcntl
import os
import time
from pathlib import Path

from pulp_pyindex.app.serving.receiving import sweep


def left(folder: Path, name: str, age: float) -> Path:
    """A file of some age in seconds."""
    path = folder / name
    path.write_bytes(b"half")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def test_what_nobody_holds_is_removed(tmp_path: Path) -> None:
    """A file that a process still writes has a lock, a young one may not have it yet."""
    dead, young = left(tmp_path, "upload-dead", 3600), left(tmp_path, "upload-young", 1)
    held, other = left(tmp_path, "upload-held", 3600), left(tmp_path, "part-of-a-download", 3600)
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sweep(tmp_path)
    assert not dead.exists()
    assert [path.exists() for path in (young, held, other)] == [True, True, True]
    sweep(tmp_path)
    assert not held.exists()


def test_a_folder_that_is_not_there_is_clean(tmp_path: Path) -> None:
    """Nothing happens."""
    sweep(tmp_path / "none")
