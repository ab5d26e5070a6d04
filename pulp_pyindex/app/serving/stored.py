"""Files that are here: from memory, or from a local disk by sendfile, whole or in part."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from pulp_pyindex.app.serving.answers import Answer, Lines, repeated
from pulp_pyindex.app.serving.conditions import is_not_modified, range_applies
from pulp_pyindex.app.serving.ranges import Span, Unsatisfiable, wanted_span
from pulp_pyindex.app.serving.sending import send_file


class StoredFile:
    """A file whose size is known: answers whole, ranged, conditional and HEAD requests.

    `headers` hold a strong ETag. What holds the bytes says how a span of them is sent.
    """

    __slots__ = ("_lines", "_unmodified", "etag", "headers", "length")

    def __init__(self, headers: Mapping[str, str], length: int) -> None:
        self.length = length
        self.headers = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(length)}
        self.etag = headers["ETag"]
        self._lines = Lines(200, self.headers)
        self._unmodified = Lines(304, repeated(headers))

    @property
    def size(self) -> int:
        """Bytes it takes in memory, roughly."""
        return 2 * len(self._lines) + 1024

    def is_lost(self) -> bool:
        """Whether its bytes were taken away, as far as that can be known at once."""
        return False

    def to(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to one request. Raises FileNotFoundError where the bytes are gone."""
        asked = request.headers
        if_none_match = asked.get("If-None-Match")
        if if_none_match is not None and is_not_modified(if_none_match, self.etag):
            return Answer(304, self._unmodified, self.headers)
        status, lines, headers = 200, self._lines, self.headers
        span = Span(start=0, stop=self.length)
        wanted = asked.get("Range")
        if wanted is not None and range_applies(asked.get("If-Range"), self.etag):
            part = wanted_span(wanted, self.length)
            if isinstance(part, Unsatisfiable):
                return unsatisfiable(self.length, body=request.method != "HEAD")
            if part is not None:
                status, span = 206, part
                headers = {
                    **headers,
                    "Content-Length": str(len(part)),
                    "Content-Range": f"bytes {part.start}-{part.stop - 1}/{self.length}",
                }
                lines = Lines(status, headers)
        if request.method == "HEAD":
            return Answer(status, lines, headers)
        return self.sending(status, lines, headers, span)

    def sending(
        self, status: int, lines: Lines, headers: Mapping[str, str], span: Span
    ) -> web.StreamResponse:
        """The answer that carries the bytes of `span`."""
        raise NotImplementedError


def unsatisfiable(length: int, *, body: bool = True) -> Answer:
    """The answer to a range of which a file of this length has no byte."""
    text = f"The file has {length} bytes.\n".encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Range": f"bytes */{length}",
        "Accept-Ranges": "bytes",
        "Content-Length": str(len(text)),
    }
    return Answer(416, Lines(416, headers), headers, text if body else b"")


class FileInMemory(StoredFile):
    """A small file."""

    __slots__ = ("body",)

    def __init__(self, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(headers, len(body))
        self.body = body

    @property
    def size(self) -> int:
        return super().size + len(self.body)

    def sending(
        self, status: int, lines: Lines, headers: Mapping[str, str], span: Span
    ) -> web.StreamResponse:
        body = self.body if status == 200 else self.body[span.start : span.stop]
        return Answer(status, lines, headers, body)


class FileOnDisk(StoredFile):
    """A file of the local file system."""

    __slots__ = ("path",)

    def __init__(self, headers: Mapping[str, str], path: Path, length: int) -> None:
        super().__init__(headers, length)
        self.path = path

    def is_lost(self) -> bool:
        return not self.path.exists()

    def sending(
        self, status: int, lines: Lines, headers: Mapping[str, str], span: Span
    ) -> web.StreamResponse:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        return FromDisk(status, lines, headers, descriptor, span)


class FromDisk(Answer):
    """One sending of a span of an open file, which it closes."""

    def __init__(
        self,
        status: int,
        lines: Lines,
        headers: Mapping[str, str],
        descriptor: int,
        span: Span,
    ) -> None:
        super().__init__(status, lines, headers)
        self._descriptor = descriptor
        self._span = span

    @property
    def body_length(self) -> int:
        return len(self._span)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        self._kept = request.keep_alive
        head = self._lines.to(request, self._kept)
        try:
            await send_file(request, head, self._descriptor, self._span)
        finally:
            os.close(self._descriptor)
        return request.writer
