"""What an upstream answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp

from pulp_pyindex.app.exceptions import UpstreamRefused

from . import bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """A whole page, or (status 304) the news that it is the known one. `url` is the final one."""

    status: int
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStream:
    """A page that comes in decoded pieces. `chunks` raises UpstreamError where it breaks."""

    url: str
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """A file that comes as it is stored. `chunks` raises UpstreamError where it breaks.

    `start` is the first byte that comes: 0 where the upstream does not serve ranges, whatever was
    asked for. `size` is that of the whole file, None where the upstream does not say.
    """

    status: int
    url: str
    size: int | None
    start: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


def file_answer(response: aiohttp.ClientResponse, url: str, start: int) -> FileAnswer:
    """The answer to a request for a file from byte `start` on; UpstreamRefused for other bytes."""
    size = response.content_length
    first = 0
    if response.status == 206:
        # Content-Range: bytes 100-199/1000 (RFC 9110, 14.4)
        span, _, total = response.headers.get("Content-Range", "").partition("/")
        begin = span.removeprefix("bytes").strip().partition("-")[0]
        if not begin.isdecimal() or int(begin) != start:
            raise UpstreamRefused(url, "another range than the one asked for", status=206)
        first = start
        size = int(total) if total.strip().isdecimal() else None
    return FileAnswer(
        status=response.status,
        url=url,
        size=size,
        start=first,
        headers=response.headers,
        chunks=bodies.raw(response, url),
    )
