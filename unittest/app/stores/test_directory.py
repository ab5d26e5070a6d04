"""Trees in directories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulp_pyindex.app.exceptions import TreeFailed
from pulp_pyindex.app.stores import Source
from pulp_pyindex.app.stores.directory import Directory


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Directory]:
    """An empty one."""
    with Directory(tmp_path / "a/tree") as opened:
        yield opened


def files(folder: Path) -> set[str]:
    """Paths of all files and empty folders."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


def test_what_is_written_is_there(tree: Directory) -> None:
    """With its size; what is not, is not."""
    tree.write("simple/index.html", Source.of_bytes(b"hello"))
    assert tree.read("simple/index.html") == b"hello"
    assert tree.has("simple/index.html", 5)
    assert not tree.has("simple/index.html", 6)
    assert not tree.has("simple/other", 5)
    assert tree.read("simple/other") is None
    tree.write("simple/index.html", Source.of_bytes(b"again"))
    assert tree.read("simple/index.html") == b"again"


def test_nothing_else_is_left(tmp_path: Path) -> None:
    """Neither of this export nor of one that was killed."""
    root = tmp_path / "tree"
    (root / ".pyindex-unfinished").mkdir(parents=True)
    (root / ".pyindex-unfinished/part").write_bytes(b"half")
    with Directory(root) as tree:
        tree.write("a/b", Source.of_bytes(b"hello"))
    assert files(root) == {"a/b"}


def test_removing_leaves_no_empty_folders(tree: Directory, tmp_path: Path) -> None:
    """But those in which there is something else."""
    for path in ("packages/aa/bb/one", "packages/aa/cc/two"):
        tree.write(path, Source.of_bytes(b"x"))
    tree.remove("packages/aa/bb/one")
    tree.remove("packages/aa/bb/one")
    assert files(tmp_path / "a/tree/packages") == {"aa/cc/two"}
    tree.remove("packages/aa/cc/two")
    assert not (tmp_path / "a/tree/packages").exists()


def test_bytes_that_are_not_the_promised_ones_are_not_written(
    tree: Directory, tmp_path: Path
) -> None:
    """What Pulp's storage has may be damaged; the file that was there stays."""
    tree.write("file", Source.of_bytes(b"hello"))
    stored = tmp_path / "stored"
    stored.write_bytes(b"jello")
    with pytest.raises(TreeFailed, match="damaged"):
        tree.write("file", Source.of_file(stored, 5, Source.of_bytes(b"hello").sha256))
    assert tree.read("file") == b"hello"


@pytest.mark.parametrize("path", ["../file", "a/../../file", "/file", "a//b", "a/./b", "a\0b", ""])
def test_nothing_is_written_outside(tree: Directory, path: str) -> None:
    """Whatever an upstream may call its files."""
    with pytest.raises(TreeFailed, match="no path below the tree"):
        tree.write(path, Source.of_bytes(b"x"))


def test_a_fault_of_the_file_system_is_told(tree: Directory) -> None:
    """With the place and the path, and what to do."""
    tree.write("simple", Source.of_bytes(b"a file where a folder ought to be"))
    with pytest.raises(TreeFailed) as caught:
        tree.write("simple/index.html", Source.of_bytes(b"x"))
    assert "simple/index.html: " in str(caught.value)
    assert "goes on from there" in str(caught.value)
