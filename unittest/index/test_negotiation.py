"""Which form of a page a client gets."""

import pytest

from pulp_pyindex.index.negotiation import Kind, choose_encoding, choose_kind

V1_JSON = "application/vnd.pypi.simple.v1+json"
V1_HTML = "application/vnd.pypi.simple.v1+html"
LATEST_JSON = "application/vnd.pypi.simple.latest+json"
PIP = f"{V1_JSON}, {V1_HTML}; q=0.1, text/html; q=0.01"
UV = f"{V1_JSON}, {V1_HTML};q=0.2, text/html;q=0.01"
POETRY = f"{V1_JSON}, */*;q=0.1"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (PIP, Kind.JSON),
        (UV, Kind.JSON),
        (POETRY, Kind.JSON),
        (BROWSER, Kind.HTML),
        (None, Kind.HTML),
        ("", Kind.HTML),
        ("*/*", Kind.HTML),
        ("text/*", Kind.HTML),
        ("text/html", Kind.HTML),
        ("TEXT/HTML", Kind.HTML),
        ("text/html, */*", Kind.HTML),
        ("text/html, application/json;q=0.9, */*;q=0.8", Kind.HTML),
        ("application/*", Kind.JSON),
        (V1_JSON, Kind.JSON),
        (V1_HTML, Kind.HTML_V1),
        (LATEST_JSON, Kind.JSON),
        ("application/vnd.pypi.simple.latest+html", Kind.HTML_V1),
        (f"{V1_JSON};q=0, */*", Kind.HTML),
        (f"{V1_JSON};q=0, {LATEST_JSON}", Kind.JSON),
        (f"text/html;q=0, {V1_HTML};q=0, */*", Kind.JSON),
        (f"text/html;q=0.5, {V1_JSON};q=0.4", Kind.HTML),
        (f"text/html;q=0.4, {V1_JSON};q=0.5", Kind.JSON),
        (f"text/html, {V1_HTML}, {V1_JSON}", Kind.JSON),
        (f"text/html, {V1_HTML}", Kind.HTML_V1),
        ("application/*;q=0.5, text/html;q=0.4", Kind.JSON),
        ("*/*;q=0.1, text/html;q=0", Kind.HTML_V1),
        ("application/json", None),
        ("application/json, image/png", None),
        (f"{V1_JSON};q=0", None),
        ("*/*;q=0", None),
        ("text/html;q=0", None),
        ("application/vnd.pypi.simple.v2+json", None),
        ("nonsense", None),
        (";;;,,,q=1", None),
    ],
)
def test_the_header_chooses(accept: str | None, expected: Kind | None) -> None:
    """Quality first, then how exactly a form is named, then how much it tells."""
    assert choose_kind(accept) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (V1_JSON, Kind.JSON),
        (LATEST_JSON, Kind.JSON),
        (V1_HTML, Kind.HTML_V1),
        ("text/html", Kind.HTML),
        ("application/json", None),
        ("*/*", None),
        (f"{V1_JSON};q=1", None),
        ("json", None),
        ("", None),
    ],
)
def test_the_query_beats_the_header(wanted: str, expected: Kind | None) -> None:
    """`?format=` takes one exact type, whatever the header says."""
    for accept in (None, PIP, BROWSER, "application/json"):
        assert choose_kind(accept, wanted) is expected


def test_answers_name_the_concrete_version() -> None:
    """`latest` is never a content type."""
    assert {kind: kind.content_type for kind in Kind} == {
        Kind.JSON: V1_JSON,
        Kind.HTML: "text/html; charset=utf-8",
        Kind.HTML_V1: V1_HTML,
    }


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, zstd", "gzip"),
        ("br;q=1.0, gzip;q=0.6", "gzip"),
        ("*", "gzip"),
        ("deflate, *;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, *", None),
        ("*;q=0", None),
        ("deflate", None),
        ("identity;q=0", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("gzip;q=nonsense", None),
    ],
)
def test_the_encoding_is_chosen_by_quality(
    accept_encoding: str | None, expected: str | None
) -> None:
    """gzip where it is accepted and not less wished for than the plain body."""
    assert choose_encoding(accept_encoding) == expected
