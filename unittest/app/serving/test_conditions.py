"""Conditional requests."""

import pytest

from pulp_pyindex.app.serving.conditions import is_not_modified, range_applies


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b"', False),
        ('"b", "a"', True),
        ('"b",W/"a"', True),
        ('"b, a"', False),
        ("*", True),
        (" * ", True),
        ("a", False),
    ],
)
def test_if_none_match_compares_weakly(header: str | None, expected: bool) -> None:
    """Lists, weak tags and the star."""
    assert is_not_modified(header, '"a"') is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, True),
        ('"a"', True),
        ('W/"a"', False),
        ('"b"', False),
        ("Wed, 21 Oct 2015 07:28:00 GMT", False),
    ],
)
def test_if_range_compares_strongly(header: str | None, expected: bool) -> None:
    """A part is sent only where the client has a part of the same thing."""
    assert range_applies(header, '"a"') is expected
