"""Logs do not grow for ever."""

from pathlib import Path

from pulp_pyindex.stack.logs import rotate
from pulp_pyindex.stack.processes import tail


def test_a_large_log_is_kept_once_and_emptied(tmp_path: Path) -> None:
    """The writer goes on where the file now ends; small logs are left alone."""
    large, small = tmp_path / "large.log", tmp_path / "small.log"
    small.write_text("s")
    with large.open("a") as writer:
        writer.write("before")
        writer.flush()
        assert rotate(tmp_path, largest=5) == [large]
        writer.write("after")

    assert (tmp_path / "large.log.1").read_text() == "before"
    assert large.read_text() == "after"
    assert small.read_text() == "s"


def test_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    """Indented, so that it reads as a quotation."""
    log = tmp_path / "a.log"
    assert tail(log) == "    (no log)"
    log.write_text("1\n2\n3\n")
    assert tail(log, lines=2) == "    2\n    3"
