"""Answers whose bytes are ready: headers are put together once, not for every request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from pulp_pyindex.app.serving.conditions import is_not_modified
from pulp_pyindex.app.serving.refusals import phrase

#: A body up to this size travels in one write with its headers.
_ONE_WRITE = 64 * 1024
#: Of the headers of a 200, a 304 repeats these (RFC 9110, section 15.4.5).
_REPEATED = frozenset({"cache-control", "etag", "vary", "x-pypi-last-serial"})


class Lines:
    """The head of an answer as bytes, but for the date and what depends on the connection."""

    __slots__ = ("_fields", "_line", "reason")

    def __init__(self, status: int, headers: Mapping[str, str], reason: str = "") -> None:
        if any(sign in value for value in headers.values() for sign in "\r\n\0"):
            raise ValueError("a header value breaks the line")
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.reason = reason or HTTPStatus(status).phrase
        self._line = f"HTTP/1.1 {status} {self.reason}\r\nDate: ".encode()
        self._fields = f"{fields}\r\n".encode()

    def __len__(self) -> int:
        return len(self._line) + len(self._fields)

    def to(self, request: web.BaseRequest, kept: bool) -> bytes:
        """The head as it is sent on the connection of `request`, which is kept open or not."""
        if kept == (request.version >= HttpVersion11):
            connection = b"\r\n"
        else:
            connection = b"\r\nConnection: keep-alive\r\n" if kept else b"\r\nConnection: close\r\n"
        return b"".join((self._line, _clock.date(), connection, self._fields))


class Ready:
    """An answer that is the same for everyone who asks for it: status, headers and body.

    With an `ETag` among its headers it also answers conditional requests.
    """

    __slots__ = ("_lines", "_unmodified", "body", "etag", "headers", "size", "status")

    def __init__(
        self, status: int, headers: Mapping[str, str], body: bytes = b"", reason: str = ""
    ) -> None:
        self.status = status
        self.headers = {**headers, "Content-Length": str(len(body))}
        self.body = body
        self.etag = headers.get("ETag")
        self._lines = Lines(status, self.headers, reason)
        self._unmodified = Lines(304, repeated(headers))
        #: Bytes it takes in memory, roughly.
        self.size = len(body) + 2 * len(self._lines) + 512

    def to(self, request: web.BaseRequest) -> Answer:
        """The answer to one request: this, or 304 where the client has it already."""
        etag = self.etag
        if etag is not None:
            if_none_match = request.headers.get("If-None-Match")
            if if_none_match is not None and is_not_modified(if_none_match, etag):
                return Answer(304, self._unmodified, self.headers)
        if request.method == "HEAD":
            return Answer(self.status, self._lines, self.headers)
        return Answer(self.status, self._lines, self.headers, self.body)


class Answer(web.StreamResponse):
    """One sending of something that is ready."""

    def __init__(
        self,
        status: int,
        lines: Lines,
        headers: Mapping[str, str],
        body: bytes | memoryview = b"",
    ) -> None:
        # StreamResponse's own constructor makes what only unfinished answers need.
        self._status = status
        self._lines = lines
        self._said = headers
        self._whole = body
        self._kept = False

    @property
    def status(self) -> int:
        return self._status

    @property
    def reason(self) -> str:
        return self._lines.reason

    @property
    def headers(self) -> CIMultiDict[str]:
        return CIMultiDict(self._said)

    @property
    def keep_alive(self) -> bool:
        return self._kept

    @property
    def body_length(self) -> int:
        return len(self._whole)

    @property
    def prepared(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Send everything."""
        kept = self._kept = request.keep_alive
        head = self._lines.to(request, kept)
        body = self._whole
        writer = request.writer
        if len(body) <= _ONE_WRITE:
            await writer.write(head + body)
        else:
            await writer.write(head)
            await writer.write(body)
        return writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""


def repeated(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a 200 that its 304 repeats."""
    return {name: value for name, value in headers.items() if name.lower() in _REPEATED}


def text(status: int, message: str, **headers: str) -> Ready:
    """An error or notice for people. Of errors, installers show them the reason phrase alone."""
    return Ready(
        status,
        {
            "Content-Type": "text/plain; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        f"{message}\n".encode(),
        phrase(message) if status >= 400 else "",
    )


def unavailable() -> Ready:
    """503: the database does not answer."""
    return text(
        503,
        "The database does not answer, and this is not in memory. Try again in a moment.",
        Retry_After="2",
    )


class _Clock:
    """The date as headers write it, put together once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._date = b""

    def date(self) -> bytes:
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._date = formatdate(now, usegmt=True).encode()
        return self._date


_clock = _Clock()
