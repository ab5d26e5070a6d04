"""Files that are still at their upstream, served while they are fetched."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from pulp_pyindex.app.exceptions import UpstreamError, UpstreamMissing
from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Answer, Lines, Ready
from pulp_pyindex.app.serving.conditions import is_not_modified, range_applies
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.downloads import Download, Wanted, connected
from pulp_pyindex.app.serving.growing import FetchFailed, Growing, failed_at, no_upstream
from pulp_pyindex.app.serving.parts import LEFT_OVER, Part, sweep
from pulp_pyindex.app.serving.ranges import Span, Unsatisfiable, is_readable, wanted_span
from pulp_pyindex.app.serving.rows import Source
from pulp_pyindex.app.serving.stored import unsatisfiable
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.app.serving.wanting import METADATA_LIMIT
from pulp_pyindex.app.upstream import FileAnswer


class RemoteFiles:
    """The downloads of one process."""

    def __init__(self, folder: Path, traffic: Traffic) -> None:
        self._folder = folder
        self._traffic = traffic
        self._downloads: dict[str, tuple[Download, asyncio.Task[None]]] = {}
        self._sweeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sweeping = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tasks = [task for _, task in self._downloads.values()]
        if self._sweeping is not None:
            tasks.append(self._sweeping)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _sweep(self) -> None:
        while True:
            await asyncio.to_thread(sweep, self._folder)
            await asyncio.sleep(10 * LEFT_OVER)

    async def answer(
        self, request: web.Request, wanted: Wanted, headers: Mapping[str, str]
    ) -> Ready | web.StreamResponse | None:
        """The answer to a request for a file; None: it is in storage by now.

        `headers` are those of the whole file, with a strong ETag.
        """
        if is_not_modified(request.headers.get("If-None-Match"), headers["ETag"]):
            return Ready(304, answers.repeated(headers))
        headers = {**headers, "Accept-Ranges": "bytes"}
        try:
            if request.method == "HEAD":
                return await self._head(request, wanted, headers)
            growing = self.download(wanted)
            return await _following(request, growing, headers)
        except FetchFailed as failure:
            return answers.text(failure.status, failure.reason)

    def download(self, wanted: Wanted) -> Growing:
        """The download of a file, the one under way if there is one."""
        known = self._downloads.get(wanted.key)
        if known is not None:
            return known[0]
        download = Download(wanted, Part(self._folder, wanted.key), self._traffic)
        task = asyncio.create_task(download.run())
        self._downloads[wanted.key] = download, task
        # Whoever asks after it has ended, starts anew: a failure is not remembered.
        task.add_done_callback(lambda _: self._downloads.pop(wanted.key))
        return download

    async def fetched(self, wanted: Wanted) -> None:
        """Wait until the file is here, or has passed where it is not kept. Raises FetchFailed."""
        download = self.download(wanted)
        _, task = self._downloads[wanted.key]
        await asyncio.wait({task})
        if download.failure is not None:
            raise download.failure

    async def _head(
        self, request: web.Request, wanted: Wanted, headers: Mapping[str, str]
    ) -> Answer:
        size = wanted.size
        if size is None and wanted.key in self._downloads:
            size = self._downloads[wanted.key][0].size
        if size is None:
            size = await _size_at_upstream(wanted)
        return _head_answer(request, headers, size)


async def _size_at_upstream(wanted: Wanted) -> int | None:
    failure = no_upstream(wanted.filename)
    for source in await in_database(wanted.sources):
        try:
            async with connected(source) as upstream, upstream.file(source.url) as answer:
                return answer.size
        except UpstreamError as error:
            failure = failed_at(error)
    raise failure


async def small_metadata(filename: str, sources: Callable[[], list[Source]]) -> bytes:
    """The METADATA beside a file, at once and whole.

    Raises FetchFailed, with 404 where no source has it.
    """
    failure = no_upstream(filename)
    for source in await in_database(sources):
        try:
            async with connected(source) as upstream, upstream.file(source.url) as answer:
                return await _whole(answer, source.url)
        except UpstreamMissing as error:
            failure = FetchFailed(404, str(error))
        except UpstreamError as error:
            failure = failed_at(error)
    raise failure


async def _whole(answer: FileAnswer, url: str) -> bytes:
    body = bytearray()
    async for chunk in answer.chunks:
        body += chunk
        if len(body) > METADATA_LIMIT:
            raise FetchFailed(502, f"{url} is larger than any METADATA.")
    return bytes(body)


async def _following(
    request: web.Request, growing: Growing, headers: Mapping[str, str]
) -> web.StreamResponse | None:
    """The answer that follows a growing file. Raises FetchFailed before its first byte."""
    wanted = request.headers.get("Range")
    if not range_applies(request.headers.get("If-Range"), headers["ETag"]):
        wanted = None
    if is_readable(wanted):
        await growing.sized()
    if growing.size is None:
        await growing.ready(None)
    span = None if growing.size is None else Span(start=0, stop=growing.size)
    part = None if growing.size is None else wanted_span(wanted, growing.size)
    if isinstance(part, Unsatisfiable):
        return unsatisfiable(growing.size or 0)
    await growing.ready(part or span)
    if growing.elsewhere:
        return None
    status, more = 200, {}
    if part is not None:
        status = 206
        more["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{growing.size}"
    whole = part or span
    if whole is not None:
        more["Content-Length"] = str(len(whole))
    elif request.version >= HttpVersion11:
        more["Transfer-Encoding"] = "chunked"
    return FollowingAnswer(status, {**headers, **more}, growing, whole)


def _head_answer(request: web.Request, headers: Mapping[str, str], size: int | None) -> Answer:
    status, more = 200, {}
    if size is not None:
        wanted = request.headers.get("Range")
        if not range_applies(request.headers.get("If-Range"), headers["ETag"]):
            wanted = None
        part = wanted_span(wanted, size)
        if isinstance(part, Unsatisfiable):
            return unsatisfiable(size, body=False)
        more["Content-Length"] = str(size if part is None else len(part))
        if part is not None:
            status = 206
            more["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    said = {**headers, **more}
    return Answer(status, Lines(status, said), said)


class FollowingAnswer(Answer):
    """One client's share of a growing file. Where that fails, the connection is broken off."""

    def __init__(
        self, status: int, headers: Mapping[str, str], growing: Growing, span: Span | None
    ) -> None:
        super().__init__(status, Lines(status, headers), headers)
        self._growing: Growing | None = growing
        self._span = span
        self._framed = "Transfer-Encoding" in headers
        self._sent = 0

    @property
    def body_length(self) -> int:
        return self._sent

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        self._kept = request.keep_alive and (self._span is not None or self._framed)
        pending = self._lines.to(request, self._kept)
        writer = request.writer
        # The connection remembers its last answer; the file need not stay open for that.
        growing, self._growing = self._growing, None
        assert growing is not None, "an answer is sent once"
        try:
            async with contextlib.aclosing(growing.read(self._span)) as chunks:
                async for chunk in chunks:
                    self._sent += len(chunk)
                    framed = b"%x\r\n%b\r\n" % (len(chunk), chunk) if self._framed else chunk
                    await writer.write(pending + framed)
                    pending = b""
        except FetchFailed as failure:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionAbortedError(str(failure)) from failure
        end = b"0\r\n\r\n" if self._framed else b""
        if pending or end:
            await writer.write(pending + end)
        return writer
