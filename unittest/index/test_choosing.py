"""Which files of a page are wanted."""

from collections import Counter

from packaging.utils import NormalizedName

from pulp_pyindex.index.choosing import choose
from pulp_pyindex.index.pages import File
from pulp_pyindex.index.wanted import Reason, Wanted

FOO = NormalizedName("foo")


def file(filename: str, **facts: object) -> File:
    return File(filename=filename, url=f"https://files.example.org/{filename}", hashes={}, **facts)  # type: ignore[arg-type]  # each is of its field's type


def test_a_page_falls_into_what_is_kept_left_out_and_refused() -> None:
    """In the page's order, each with what its name says."""
    files = [
        file("foo-2.0.tar.gz"),
        file("foo-1.0.tar.gz", yanked=""),
        file("foo-3.0.tar.gz", size=11),
        file("bar-1.0.tar.gz"),
        file("foo-1.1.tar.gz", size=10),
    ]
    wanted = Wanted.build(exclude_yanked=True, max_file_size=10)
    choice = choose(wanted, FOO, files)
    assert [one.file for one in choice.kept] == [files[4]]
    assert [one.parsed.version for one in choice.kept] == ["1.1"]
    assert [name for name, _ in choice.refused] == ["bar-1.0.tar.gz"]
    assert choice.left_out == Counter([Reason.UNKNOWN_SIZE, Reason.YANKED, Reason.SIZE])
