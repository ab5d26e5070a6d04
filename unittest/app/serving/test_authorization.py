"""Reading the Authorization header."""

import base64

import pytest

from pulp_pyindex.app.models.token import new_secret
from pulp_pyindex.app.serving.authorization import (
    SentPassword,
    SentToken,
    read_authorization,
)

SECRET = "pyindex-abc_DEF-123"
WEB_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"


def basic(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (basic(f"__token__:{SECRET}"), SentToken(SECRET)),
        (basic(f"anybody:{SECRET}"), SentToken(SECRET)),
        (basic(f":{SECRET}"), SentToken(SECRET)),
        (basic("__token__:something else"), SentToken("something else")),
        (f"Bearer {SECRET}", SentToken(SECRET)),
        (f"bearer   {SECRET} ", SentToken(SECRET)),
        (basic("user:pass:word"), SentPassword("user", "pass:word")),
        (basic("user:"), SentPassword("user", "")),
        (basic("ärger:grün"), SentPassword("ärger", "grün")),
        (basic("ärger:grün", "latin-1"), SentPassword("ärger", "grün")),
    ],
)
def test_what_is_ours_is_read(header: str, expected: object) -> None:
    """Tokens in their three forms, and users with passwords in both encodings."""
    assert read_authorization(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !",
        basic("no colon"),
        f"Bearer {WEB_TOKEN}",
        basic(f"__token__:{WEB_TOKEN}"),
        "Bearer something",
        "Negotiate abc",
    ],
)
def test_what_is_not_ours_is_left_to_pulp(header: str | None) -> None:
    """Web tokens of workload identities, other schemes, and what cannot be read."""
    assert read_authorization(header) is None


def test_what_is_sent_is_not_printed() -> None:
    """Neither secret nor password gets into a log with the value's text."""
    assert SECRET not in repr(SentToken(SECRET))
    assert "hunter2" not in repr(SentPassword("user", "hunter2"))


def test_new_secrets_are_read_as_tokens() -> None:
    """Whatever their random part is."""
    secret = new_secret()
    assert read_authorization(f"Bearer {secret}") == SentToken(secret)
    assert read_authorization(basic(f"me:{secret}")) == SentToken(secret)
    assert len(secret) > 40
    assert secret != new_secret()
