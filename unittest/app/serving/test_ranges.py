"""The Range header."""

import pytest

from pulp_pyindex.app.serving.ranges import Span, Unsatisfiable, is_readable, wanted_span


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-99", (0, 100)),
        ("bytes=100-", (100, 1000)),
        ("bytes=-1", (999, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=990-5000", (990, 1000)),
        ("bytes=999-999", (999, 1000)),
        ("Bytes = 1-2", (1, 3)),
    ],
)
def test_a_range_becomes_a_span(header: str, span: tuple[int, int]) -> None:
    """Of a file of 1000 bytes."""
    assert wanted_span(header, 1000) == Span(start=span[0], stop=span[1])


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_a_range_without_a_byte_of_the_file_is_unsatisfiable(header: str) -> None:
    """The answer is 416."""
    assert wanted_span(header, 1000) == Unsatisfiable()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=a-b",
        "bytes=0-1,5-6",
        "lines=0-1",
        "bytes=" + "9" * 5000 + "-",
        "bytes=٣-٤",
    ],
)
def test_what_is_no_single_range_is_ignored(header: str | None) -> None:
    """The whole file is sent (RFC 9110, 14.2)."""
    assert wanted_span(header, 1000) is None
    assert not is_readable(header)


def test_an_empty_file_has_no_ranges() -> None:
    """Not even its last byte."""
    assert wanted_span("bytes=-5", 0) == Unsatisfiable()
    assert wanted_span("bytes=0-", 0) == Unsatisfiable()
