"""From paths to indexes."""

import pytest

from pulp_pyindex.app.serving.places import Place, index_path, locate, relative

PREFIXES = ("/pypi/", "/pulp/content/")


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/pypi/x", ("x",)),
        ("/pypi/x/", ("x", "")),
        ("/pypi/x/simple/a%2Db/", ("x", "simple", "a-b", "")),
        ("/pulp/content/team/x/simple/", ("team", "x", "simple", "")),
        ("/pypi/x?format=y", ("x",)),
        ("/pypi//x", ("", "x")),
        ("/pypi/%C3%BC", ("ü",)),
    ],
)
def test_a_path_is_split_before_it_is_decoded(path: str, segments: tuple[str, ...]) -> None:
    """Below both prefixes, without the query."""
    assert locate(path, PREFIXES, domains=False) == Place(domain="default", segments=segments)


@pytest.mark.parametrize(
    "path",
    ["/", "/pypi", "/other/x/", "/pypi/%ff/", "/pypi/x%00", "/pypi/a%2Fb/", "/pypi/x/%2e%2e/y",
     "/pypi/x/../y", "/pypi/./x"],
)  # fmt: skip
def test_odd_paths_are_no_place(path: str) -> None:
    """Not UTF-8, NUL, escaped slashes, dot segments."""
    assert locate(path, PREFIXES, domains=False) is None


def test_the_first_segment_may_be_the_domain() -> None:
    """Where Pulp has domains."""
    place = locate("/pypi/team/x/simple/", PREFIXES, domains=True)
    assert place == Place(domain="team", segments=("x", "simple", ""))


def test_a_redirect_keeps_the_query() -> None:
    """The `format` parameter goes along."""
    assert relative("../a-b/", "/pypi/x/simple/A_B/?format=z") == "../a-b/?format=z"
    assert relative("simple/", "/pypi/x/simple") == "simple/"


def test_an_index_has_a_path() -> None:
    """With the domain where there are domains."""
    assert index_path("/pypi/", "default", "team/x y", domains=False) == "/pypi/team/x%20y/"
    assert index_path("/pypi/", "d", "x", domains=True) == "/pypi/d/x/"
