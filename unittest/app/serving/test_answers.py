"""Answers as they go over the wire, seen by a client."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.stored import FileInMemory, FileOnDisk, StoredFile

BODY = os.urandom(300_000)
HEADERS = {"ETag": '"e"', "Cache-Control": "public", "Content-Type": "application/octet-stream"}


def served(answer: Any, ask: Callable[[ClientSession, str], Awaitable[None]]) -> None:
    """Let `ask` speak to a server that answers everything with `answer`."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse = answer.to(request)
        return response

    async def main() -> None:
        app = web.Application()
        app.router.add_route("*", "/x", handler)
        async with TestServer(app) as server, ClientSession(auto_decompress=False) as session:
            await ask(session, str(server.make_url("/x")))

    asyncio.run(main())


def files(folder: Path) -> list[StoredFile]:
    path = folder / "file"
    path.write_bytes(BODY)
    return [FileInMemory(HEADERS, BODY), FileOnDisk(HEADERS, path, len(BODY))]


def test_a_ready_answer_is_sent_again_and_again() -> None:
    """On one connection: GET, HEAD, conditional."""
    ready = Ready(200, {"ETag": '"e"', "Vary": "Accept", "Content-Type": "text/plain"}, b"hello")

    async def ask(session: ClientSession, url: str) -> None:
        for _ in range(3):
            async with session.get(url) as answer:
                assert (answer.status, await answer.read()) == (200, b"hello")
                assert answer.headers["Content-Length"] == "5"
                assert "Date" in answer.headers
            async with session.head(url) as answer:
                assert (answer.status, await answer.read()) == (200, b"")
                assert answer.headers["Content-Length"] == "5"
            async with session.get(url, headers={"If-None-Match": 'W/"e"'}) as answer:
                assert (answer.status, await answer.read()) == (304, b"")
                assert answer.headers["ETag"] == '"e"'
                assert answer.headers["Vary"] == "Accept"
                assert "Content-Length" not in answer.headers

    served(ready, ask)


def test_a_client_may_want_the_connection_closed() -> None:
    """It is told, and it is done."""

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url, headers={"Connection": "close"}) as answer:
            assert answer.headers["Connection"] == "close"
            assert await answer.read() == b"gone\n"
            assert answer.status == 404
            assert answer.headers["Cache-Control"] == "no-store"

    served(answers.text(404, "gone"), ask)


def test_large_bodies_arrive_whole() -> None:
    """In more than one write."""

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert await answer.read() == BODY

    served(Ready(200, {"Content-Type": "text/plain"}, BODY), ask)


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_is_served_whole_and_in_part(tmp_path: Path, which: int) -> None:
    """From memory and from disk alike."""
    size = len(BODY)
    cases: list[tuple[dict[str, str], int, bytes]] = [
        ({}, 200, BODY),
        ({"Range": "bytes=0-9"}, 206, BODY[:10]),
        ({"Range": "bytes=-10"}, 206, BODY[-10:]),
        ({"Range": "bytes=100000-"}, 206, BODY[100000:]),
        ({"Range": "bytes=0-1,3-4"}, 200, BODY),
        ({"Range": "bytes=0-9", "If-Range": '"e"'}, 206, BODY[:10]),
        ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200, BODY),
        ({"If-None-Match": '"e"', "Range": "bytes=0-9"}, 304, b""),
    ]

    async def ask(session: ClientSession, url: str) -> None:
        for headers, status, body in cases:
            async with session.get(url, headers=headers) as answer:
                assert (answer.status, await answer.read()) == (status, body)
            async with session.head(url, headers=headers) as answer:
                assert (answer.status, await answer.read()) == (status, b"")
                if status != 304:
                    assert answer.headers["Content-Length"] == str(len(body))
        async with session.get(url, headers={"Range": "bytes=5-9"}) as answer:
            assert answer.headers["Content-Range"] == f"bytes 5-9/{size}"
        async with session.get(url, headers={"Range": f"bytes={size}-"}) as answer:
            assert answer.status == 416
            assert answer.headers["Content-Range"] == f"bytes */{size}"
            assert str(size) in await answer.text()

    served(files(tmp_path)[which], ask)


def test_a_file_that_is_gone_is_known_before_anything_is_sent(tmp_path: Path) -> None:
    """So that the request can be answered otherwise."""
    lost = FileOnDisk(HEADERS, tmp_path / "nowhere", 10)
    seen = []

    class Asking:
        def to(self, request: web.Request) -> web.StreamResponse:
            try:
                return lost.to(request)
            except FileNotFoundError:
                seen.append(True)
                return answers.text(502, "lost").to(request)

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert answer.status == 502

    served(Asking(), ask)
    assert seen


def test_a_header_cannot_be_split() -> None:
    """Whatever ends up in one."""
    with pytest.raises(ValueError, match="header"):
        Ready(301, {"Location": "a\r\nSet-Cookie: b"})


@pytest.mark.parametrize(
    ("status", "message", "phrase"),
    [
        (
            403,
            "The rule 'x' denies it:\r\nSet-Cookie: b\0 é",
            "The rule 'x' denies it: Set-Cookie: b? ?",
        ),
        (404, "x" * 2000, "x" * 500),
        (404, "", "Not Found"),
        (301, "See simple/", "Moved Permanently"),
    ],
)
def test_an_error_says_why_in_its_status_line(status: int, message: str, phrase: str) -> None:
    """That is what installers print; one line, whatever the message holds."""

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url, allow_redirects=False) as answer:
            assert (answer.status, answer.reason) == (status, phrase)
            assert await answer.text() == f"{message}\n"
            assert "Set-Cookie" not in answer.headers

    served(answers.text(status, message), ask)
