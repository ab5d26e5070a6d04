"""Files in an object storage: clients are sent there, or get them through the content app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from pulp_pyindex.app.serving import storages
from pulp_pyindex.app.serving.answers import Answer, Lines, text
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.ranges import Span
from pulp_pyindex.app.serving.storages import Shelf
from pulp_pyindex.app.serving.stored import StoredFile
from pulp_pyindex.app.stores import read_span

_log = logging.getLogger(__name__)

#: How each library lets a URL say under which name the object is to be kept.
_DISPOSITION = {
    "storages.backends.s3": "ResponseContentDisposition",
    "storages.backends.azure_storage": "content_disposition",
    "storages.backends.gcloud": "response_disposition",
}


class FileInStorage(StoredFile):
    """A file of a storage that is not a local disk.

    HEAD and conditional requests are answered here. The domain says, at every request, whether the
    bytes go through this process or the client fetches them itself, by a URL that is good for a
    while.
    """

    __slots__ = ("_domain_pk", "_lost", "_name", "_shelf")

    def __init__(
        self, headers: Mapping[str, str], domain_pk: UUID, shelf: Shelf, name: str, length: int
    ) -> None:
        super().__init__(headers, length)
        self._domain_pk = domain_pk
        self._shelf = shelf
        self._name = name
        self._lost = False

    def is_lost(self) -> bool:
        return self._lost

    def to(self, request: web.BaseRequest) -> web.StreamResponse:
        if self._lost:
            raise FileNotFoundError(self._name)
        return super().to(request)

    def sending(
        self, status: int, lines: Lines, headers: Mapping[str, str], span: Span
    ) -> web.StreamResponse:
        return _FromStorage(status, lines, headers, self, span)

    def read(self, shelf: Shelf, span: Span) -> Iterator[bytes]:
        """The bytes of a span; FileNotFoundError at the first where the object is gone."""
        return read_span(shelf.storage, self._name, span.start, span.stop)

    def url(self, shelf: Shelf, filename: str) -> str:
        """Where a client can fetch it, to be kept as `filename`."""
        parameters = {}
        for kind in type(shelf.storage).__mro__:
            if kind.__module__ in _DISPOSITION:
                said = f'attachment; filename="{filename}"'
                parameters = {_DISPOSITION[kind.__module__]: said}
        made: str = shelf.storage.url(self._name, parameters=parameters)
        return made

    def lose(self) -> None:
        """Take down that the object is gone."""
        self._lost = True

    async def shelf(self) -> Shelf:
        """The storage as the domain has it now."""
        try:
            self._shelf = await in_database(storages.shelf, self._domain_pk)
        except DatabaseGone:
            pass  # as it was
        return self._shelf


class _FromStorage(Answer):
    """One sending of a span of it, or of the way there."""

    def __init__(
        self,
        status: int,
        lines: Lines,
        headers: Mapping[str, str],
        file: FileInStorage,
        span: Span,
    ) -> None:
        super().__init__(status, lines, headers)
        self._file = file
        self._span = span
        self._sent = 0

    @property
    def body_length(self) -> int:
        return self._sent

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        shelf = await self._file.shelf()
        try:
            if shelf.redirects:
                filename = unquote(request.raw_path.partition("?")[0].rpartition("/")[2])
                url = await asyncio.to_thread(self._file.url, shelf, filename)
                message = "The file is in the object storage."
                return await self._instead(request, 302, message, Location=url)
            pieces = self._file.read(shelf, self._span)
            piece = await asyncio.to_thread(next, pieces, b"")
        except FileNotFoundError:
            self._file.lose()
            message = "The file is gone from the object storage. Try again in a moment."
            return await self._instead(request, 503, message, Retry_After="1")
        except Exception:
            # Each library has errors of its own, and they share no class.
            _log.exception("The object storage does not answer")
            message = "The object storage does not answer. Try again in a moment."
            return await self._instead(request, 503, message, Retry_After="5")
        self._kept = request.keep_alive
        await request.writer.write(self._lines.to(request, self._kept))
        while piece:
            await request.writer.write(piece)
            self._sent += len(piece)
            piece = await asyncio.to_thread(next, pieces, b"")
        if self._sent != len(self._span):
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionAbortedError("the object is shorter than it was")
        return request.writer

    async def _instead(
        self, request: web.BaseRequest, status: int, message: str, **headers: str
    ) -> AbstractStreamWriter:
        answer = text(status, message, **headers).to(request)
        self._status, self._said = status, answer.headers
        writer = await answer.prepare(request)
        self._kept, self._sent = answer.keep_alive, answer.body_length
        return writer


def opened(storage: Any, name: str, small: int) -> tuple[int, bytes | None] | None:
    """The size of an object, and its bytes where there are up to `small`; None: it is not there."""
    if not storage.exists(name):
        return None
    length: int = storage.size(name)
    if length > small:
        return length, None
    return length, b"".join(read_span(storage, name, 0, length))
