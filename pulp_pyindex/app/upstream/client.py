"""One upstream: bounded concurrency, retries, redirects by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from pulpcore.plugin.models import Remote

from pulp_pyindex.app.exceptions import (
    UpstreamError,
    UpstreamFaulty,
    UpstreamForbidden,
    UpstreamMissing,
    UpstreamRefused,
)

from . import bodies
from .answers import FileAnswer, PageAnswer, PageStream, file_answer
from .origin import parse, shown
from .patience import RETRIED, Patience, retry_after
from .session import Session

#: PEP 691: JSON where there is any, HTML as pip takes it.
ACCEPT_SIMPLE = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)
ACCEPT_PROVENANCE = "application/vnd.pypi.integrity.v1+json, application/json;q=0.5"

DEFAULT_CONCURRENCY = 16
DEFAULT_RETRIES = 3
MAX_REDIRECTS = 5
#: A page larger than this is announced, so that few of them are in memory at once.
LARGE_PAGE = 4 * 1024 * 1024

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long an upstream is waited for, in seconds, where its remote does not say."""

    page: float = 600.0
    connect: float = 30.0
    stall: float = 60.0
    retries: int = DEFAULT_RETRIES


#: For tasks: nobody waits.
PATIENT = Pace()
#: For requests that a client waits behind; installers give up after 15 to 30 seconds.
PROMPT = Pace(page=60.0, connect=10.0, stall=30.0, retries=1)


class Upstream:
    """What a remote points at. Use as `async with Upstream(remote) as upstream`.

    All methods raise UpstreamError and nothing else for what the upstream does.
    """

    def __init__(
        self, remote: Remote, *, concurrency: int | None = None, pace: Pace = PATIENT
    ) -> None:
        self._session = Session(remote)
        self.concurrency = concurrency or remote.download_concurrency or DEFAULT_CONCURRENCY
        retries = pace.retries if remote.max_retries is None else remote.max_retries
        self._patience = Patience(retries, per_second=remote.rate_limit)
        self._slots = asyncio.Semaphore(self.concurrency)
        # A large file may take its time, as long as it moves.
        self._stream_timeout = _timeout(remote, pace, None)
        self._page_timeout = _timeout(remote, pace, pace.page)

    async def __aenter__(self) -> Self:
        self.open()
        return self

    def open(self) -> None:
        """Be ready for requests, until `close`."""
        self._session.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def page(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int = bodies.PAGE_LIMIT,
        accept: str = ACCEPT_SIMPLE,
        on_large: Callable[[], Awaitable[None]] | None = None,
    ) -> PageAnswer:
        """The page at `url`, asked conditionally where validators are given.

        `on_large` is awaited, at least once, as soon as the page turns out to be larger than
        LARGE_PAGE; the caller may wait there until there is room.
        """
        headers = {"Accept": accept, "Accept-Encoding": bodies.ACCEPTED}
        headers |= _validators(etag, last_modified)

        async def once() -> PageAnswer:
            response, final = await self._open(url, headers, self._page_timeout)
            body = bytearray()
            announced = on_large is None
            try:
                if response.status != 304:
                    async for piece in bodies.decoded(response, final, max_bytes):
                        body += piece
                        if not announced and len(body) > LARGE_PAGE and on_large is not None:
                            announced = True
                            await on_large()
            finally:
                self._close(response)
            return PageAnswer(
                status=response.status, url=final, body=bytes(body), headers=response.headers
            )

        return await self._patience.retrying(once)

    @asynccontextmanager
    async def page_stream(
        self, url: str, *, max_bytes: int = bodies.ROOT_LIMIT
    ) -> AsyncIterator[PageStream]:
        """A page in pieces. It is not asked for anew once a piece was delivered."""
        headers = {"Accept": ACCEPT_SIMPLE, "Accept-Encoding": bodies.ACCEPTED}
        response, final = await self._patience.retrying(
            lambda: self._open(url, headers, self._stream_timeout)
        )
        try:
            yield PageStream(
                url=final,
                headers=response.headers,
                chunks=bodies.decoded(response, final, max_bytes),
            )
        finally:
            self._close(response)

    @asynccontextmanager
    async def file(
        self,
        url: str,
        start: int = 0,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> AsyncIterator[FileAnswer]:
        """A file from byte `start` on, asked conditionally where validators are given.

        It is not asked for anew once a byte was delivered.
        """
        # A Content-Encoding that comes nevertheless is left alone, as pip does: it belongs to
        # archives that servers mistake for compressed text.
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        headers |= _validators(etag, last_modified)
        response, final = await self._patience.retrying(
            lambda: self._open(url, headers, self._stream_timeout)
        )
        try:
            yield file_answer(response, final, start)
        finally:
            self._close(response)

    async def _open(
        self, url: str, headers: dict[str, str], timeout: aiohttp.ClientTimeout
    ) -> tuple[aiohttp.ClientResponse, str]:
        """An answer worth reading, and where it came from. `_close` must follow."""
        await self._slots.acquire()
        try:
            response, final = await self._follow(url, headers, timeout)
            try:
                self._check(
                    response,
                    final,
                    conditional="If-None-Match" in headers or "If-Modified-Since" in headers,
                )
            except UpstreamError:
                response.release()
                raise
        except BaseException:
            self._slots.release()
            raise
        return response, final

    def _close(self, response: aiohttp.ClientResponse) -> None:
        response.release()
        self._slots.release()

    async def _follow(
        self, url: str, headers: dict[str, str], timeout: aiohttp.ClientTimeout
    ) -> tuple[aiohttp.ClientResponse, str]:
        """The first answer that is not a redirect. Each step is judged by its own origin."""
        target = parse(url)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._session.get(target, headers, timeout)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or not location:
                return response, shown(target)
            response.release()
            try:
                joined = str(target.join(URL(location, encoded=location.isascii())))
            except ValueError as error:
                raise UpstreamRefused(shown(target), f"redirect to {location!r}") from error
            target = parse(joined)
        raise UpstreamRefused(shown(url), f"more than {MAX_REDIRECTS} redirects")

    def _check(self, response: aiohttp.ClientResponse, url: str, *, conditional: bool) -> None:
        status = response.status
        if status in (200, 206) or (status == 304 and conditional):
            return
        reason = f"HTTP {status} {response.reason or ''}".rstrip(" .")
        if status in (404, 410):
            raise UpstreamMissing(url, reason, status=status)
        if status in (401, 403, 407):
            raise UpstreamForbidden(url, reason, status=status)
        if status in RETRIED or status >= 500:
            wait = retry_after(response.headers.get("Retry-After"))
            if wait is not None and status in RETRIED:
                self._patience.hold(wait)
            raise UpstreamFaulty(url, reason, status=status)
        raise UpstreamRefused(url, reason, status=status)


def _validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


def _timeout(remote: Remote, pace: Pace, total: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=remote.total_timeout or total,
        connect=remote.connect_timeout or None,
        sock_connect=remote.sock_connect_timeout or pace.connect,
        sock_read=remote.sock_read_timeout or pace.stall,
    )
