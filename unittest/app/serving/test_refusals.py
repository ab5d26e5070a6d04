"""Refusals of uploads: what becomes of a message in a status line and in a body."""

import json

import pytest
from aiohttp.test_utils import make_mocked_request

from pulp_pyindex.app.serving.refusals import phrase, refused

MESSAGE = "'a<b>' is not\r\nX-Evil: 1\tfine – really\u2028"


def test_a_phrase_is_one_line_of_ascii() -> None:
    """No sign of it can end the line or be taken for something else."""
    assert phrase(MESSAGE) == "'a<b>' is not X-Evil: 1 fine ? really"
    assert phrase("\x00\x7f\x1b") == "???"
    assert len(phrase("x" * 10_000)) == 500


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/plain"),
        ("", "text/plain"),
        ("*/*", "text/plain"),
        ("image/png", "text/plain"),
        ("text/html,*/*;q=0.1", "text/html"),
        ("application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7", "application/json"),
        ("application/problem+json", "application/problem+json"),
        ("nonsense;;;q=x", "text/plain"),
    ],
)
def test_the_form_is_what_is_liked_best(accept: str | None, kind: str) -> None:
    """Plain text where nothing else is liked better."""
    headers = {} if accept is None else {"Accept": accept}
    answer = refused(make_mocked_request("POST", "/", headers=headers), 400, "no")
    assert answer.content_type == kind
    assert answer.charset == "utf-8"
    assert answer.reason == "no"


def test_the_body_holds_the_message_whole() -> None:
    """Quoted as the form wants it."""

    def body(accept: str) -> str:
        request = make_mocked_request("POST", "/", headers={"Accept": accept})
        text = refused(request, 400, MESSAGE).text
        assert text is not None
        return text

    assert body("text/plain") == f"{MESSAGE}\n"
    assert "<b>" not in body("text/html")
    assert json.loads(body("application/json"))["code"] == f"400 {MESSAGE}"
    assert json.loads(body("application/problem+json"))["detail"] == MESSAGE
