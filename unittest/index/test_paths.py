"""Addresses below an index."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulp_pyindex.index import paths
from pulp_pyindex.index.names import normalize

SHA256 = "0123456789abcdef" * 4


def test_a_file_is_placed_by_its_digest() -> None:
    """Two levels of two digits, the rest, the file name."""
    expected = f"packages/01/23/{SHA256[4:]}/foo-1.0.tar.gz"
    assert paths.file_path(SHA256, "foo-1.0.tar.gz") == expected


def test_the_link_from_a_project_page_is_quoted() -> None:
    """A plus sign is not left to the reader's idea of it."""
    link = paths.file_link(SHA256, "foo-1.0+cpu.tar.gz")
    assert link == f"../../packages/01/23/{SHA256[4:]}/foo-1.0%2Bcpu.tar.gz"


@given(
    filename=st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1)
)
def test_what_is_placed_is_found(filename: str) -> None:
    """A path says what it was made of; `.metadata` is read off its end."""
    found = paths.parse_file_path(paths.file_path(SHA256, filename))
    if filename == ".metadata":
        assert found is None
    else:
        is_metadata = filename.endswith(".metadata")
        assert found == (SHA256, filename.removesuffix(".metadata"), is_metadata)
        link = paths.file_link(SHA256, filename)
        assert unquote(link) == "../../" + paths.file_path(SHA256, filename)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "packages/",
        f"packages/01/23/{SHA256[4:]}/",
        f"packages/01/23/{SHA256[4:]}/a/b",
        f"packages/01/23/{SHA256[5:]}/a",
        f"packages/01/2/{SHA256[3:]}/a",
        f"packages/01/23/{SHA256[4:].upper()}/a",
        f"/packages/01/23/{SHA256[4:]}/a",
        f"xpackages/01/23/{SHA256[4:]}/a",
        f"packages/01/23/{SHA256[4:]}/a/../b",
    ],
)
def test_other_paths_are_no_files(path: str) -> None:
    """None for whatever does not look like a file's path, to the letter."""
    assert paths.parse_file_path(path) is None


def test_provenance_has_its_place_beside() -> None:
    """As PyPI has it: project, version, file name."""
    foo = normalize("Foo")
    path = paths.provenance_path(foo, "1!1.0+a", "foo-1.0.zip")
    assert path == "integrity/foo/1!1.0+a/foo-1.0.zip/provenance"
    assert unquote(paths.provenance_link(foo, "1!1.0+a", "foo-1.0.zip")) == path
