"""What remotes' serializers refuse without asking the database."""

import pytest
from rest_framework.exceptions import ValidationError

from pulp_pyindex.app.exceptions import refusal
from pulp_pyindex.app.serializers import PyindexRemoteSerializer
from pulp_pyindex.index.errors import InvalidName, InvalidWanted


def test_an_error_with_a_field_is_found_under_it() -> None:
    """Clients learn which field, which entry, and why."""
    error = InvalidWanted("includes", 7, "a>>1", "no")
    assert refusal(error).detail == {"includes": ["includes[7] 'a>>1': no"]}
    assert refusal(InvalidName("-")).detail == [str(InvalidName("-"))]


@pytest.mark.parametrize(
    "url",
    [
        "http://index.example/simple",
        "https://index.example:8443/simple/",
        "HTTP://[::1]/",
        "https://index.example/a%20b/simple/",
    ],
)
def test_a_url_of_an_index_is_kept(url: str) -> None:
    """Character by character."""
    assert PyindexRemoteSerializer().validate_url(url) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("simple/", "absolute"),
        ("//index.example/simple/", "absolute"),
        ("ftp://index.example/", "absolute"),
        ("https://", "absolute"),
        ("https://index.example:port/", "not a URL"),
        ("https://[::1/", "not a URL"),
        ("https://me@index.example/", "credentials"),
        ("https://me:secret@index.example/", "credentials"),
        ("https://index.example/?a", "query"),
        ("https://index.example/#a", "fragment"),
        ("https://index.example/a b/", "white space"),
    ],
)
def test_what_cannot_be_an_index_is_refused(url: str, why: str) -> None:
    """With a reason."""
    with pytest.raises(ValidationError, match=why):
        PyindexRemoteSerializer().validate_url(url)


def test_credentials_are_not_repeated_in_the_refusal() -> None:
    """The answer may be logged."""
    with pytest.raises(ValidationError) as caught:
        PyindexRemoteSerializer().validate_url("https://me:secret@index.example/")
    assert "secret" not in str(caught.value.detail)
