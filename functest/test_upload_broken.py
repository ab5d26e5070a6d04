"""Uploads that are broken as requests: forms, bodies that end, refusals before the body."""

import base64
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from support.publishing import House, form, leftovers, make_house, multipart
from support.pulp import Pulp, unique
from support.stack import Stack
from support.waiting import wait_for
from support.wheels import wheel


@pytest.fixture(scope="module")
def house(stack: Stack) -> Iterator[House]:
    """One for all: nothing ever comes into it."""
    pulp = stack.client()
    yield make_house(pulp)
    pulp.clean_up()


BODIES = {
    "not a form": (b"x", "application/octet-stream"),
    "no boundary": (b"x", "multipart/form-data"),
    "nothing": (b"", "multipart/form-data; boundary=x"),
    "other boundary": (b"--y\r\n\r\n", "multipart/form-data; boundary=x"),
    "no end": (
        b'--x\r\nContent-Disposition: form-data; name=":action"\r\n\r\nfile_upload',
        "multipart/form-data; boundary=x",
    ),
    "no names": (b"--x\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    "bad header": (b"--x\r\n\xff\xfe\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    "long header": (b"--x\r\nA: " + b"a" * 200_000, "multipart/form-data; boundary=x"),
    "many parts": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 20_000 + b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "long field": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        + b"a" * 20_000_000
        + b"\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "not UTF-8": (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "urlencoded": (b":action=file_upload", "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize(("body", "kind"), BODIES.values(), ids=BODIES)
def test_broken_forms_are_refused(house: House, body: bytes, kind: str) -> None:
    """With 400 and the reason, also where they come in chunks without a length."""
    for data in (body, iter([body[:100], body[100:]] if body else [])):
        answer = requests.post(
            house.url, data=data, headers={"Content-Type": kind}, auth=house.auth, timeout=60
        )
        assert answer.status_code == 400, answer.text
        assert answer.text.strip()


def test_a_form_needs_its_file_once(house: House) -> None:
    """None, without a name, or two of them: 400."""
    made = wheel("alpha")
    content = ("content", (made.filename, made.body))
    nameless = ("content", ("", made.body))
    for files in ([], [nameless], [content, content]):
        parts: Any = [(name, (None, value)) for name, value in form(made)]
        answer = requests.post(house.url, files=parts + files, auth=house.auth, timeout=60)
        assert answer.status_code == 400, answer.text
        assert "file" in answer.reason


def raw(
    house: House, head: str, body: bytes = b"", *, end: bool = False, whole: bool = True
) -> bytes:
    """What comes back on a connection of our own; `end` closes our side after the body.

    Not `whole`: only until there is an answer; for the body it has refused the server may wait.
    """
    place = urlsplit(house.url)
    user = base64.b64encode(":".join(house.auth).encode()).decode()
    lines = [
        f"POST {place.path} HTTP/1.1",
        f"Host: {place.netloc}",
        f"Authorization: Basic {user}",
        "Content-Type: multipart/form-data; boundary=" + "x" * 20,
        "Connection: close",
        *head.splitlines(),
    ]
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
            if not whole and b"\r\n\r\n" in received:
                break
        return received


def test_a_body_that_ends_too_early_is_forgotten(house: House, stack: Stack, pulp: Pulp) -> None:
    """Whatever the client hears, if it hears anything: nothing is in, nothing is left."""
    made = wheel("alpha", payload=300_000, salt=unique())
    body = multipart(form(made), made)
    for cut in (10, 2000, len(body) - 2, len(body) // 2):
        answer = raw(house, f"Content-Length: {len(body)}", body[:cut], end=True)
        assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), answer
    answer = raw(house, "Transfer-Encoding: chunked", b"%x\r\n" % len(body) + body[:5000], end=True)
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), answer
    wait_for(lambda: leftovers(stack) == [], "the parts to be removed")
    assert pulp.rows("artifacts/", sha256=made.sha256) == []


def test_a_refusal_comes_before_the_body_where_the_client_waits(pulp: Pulp) -> None:
    """`Expect: 100-continue`: 413, 401 and 403 at once, else 100 and then the answer."""
    house = make_house(pulp, max_file_size=1_000_000)
    expecting = "Expect: 100-continue\nContent-Length: "
    assert raw(house, f"{expecting}900000000", whole=False).startswith(b"HTTP/1.1 413 ")
    wrong = replace(house, token="pyindex-none")
    assert raw(wrong, f"{expecting}1000", whole=False).startswith(b"HTTP/1.1 401 ")
    made = wheel("alpha", salt=unique())
    body = multipart(form(made), made)
    answer = raw(house, f"{expecting}{len(body)}", body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")
    pulp.update(house.distribution["pulp_href"], allow_uploads=False)
    assert raw(house, f"{expecting}1000", whole=False).startswith(b"HTTP/1.1 403 ")
