"""What an export notes of the tree it wrote."""

import gzip

import pytest

from pulp_pyindex.app.stores.manifest import Entry, Manifest, NotAManifest

ONE = Entry(sha256="1" * 64, size=10)


def test_what_is_dumped_is_loaded() -> None:
    """Paths with spaces too, and files of which nothing is sure."""
    manifest = Manifest({"simple/index.html": ONE, "packages/a file.zip": Entry()})
    again = Manifest.load(manifest.dump())
    assert again.entries == manifest.entries
    assert not again.entries["packages/a file.zip"].is_sure
    assert again.entries["simple/index.html"].is_sure


def test_the_same_entries_give_the_same_bytes() -> None:
    """In whatever order they came."""
    one = Manifest({"a": ONE, "b": Entry()})
    other = Manifest({"b": Entry(), "a": ONE})
    assert one.dump() == other.dump()


def test_what_is_expected_never_hides_what_is_known() -> None:
    """A file that is there stays known as whole."""
    manifest = Manifest({"a": ONE})
    manifest.expect({"a", "b"})
    assert manifest.entries == {"a": ONE, "b": Entry()}


def test_no_manifest_is_an_empty_one() -> None:
    """The first export finds none."""
    assert Manifest.load(None).entries == {}


@pytest.mark.parametrize(
    "stored",
    [b"", b"something", gzip.compress(b"else"), gzip.compress(b"pyindex static export 1\n")[:-9]],
    ids=["nothing", "no gzip", "something else", "not all of it"],
)
def test_anything_else_is_refused(stored: bytes) -> None:
    """Somebody else's file is neither read nor written over."""
    with pytest.raises(NotAManifest):
        Manifest.load(stored)
