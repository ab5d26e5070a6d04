"""Bodies of answers, decoded with a bound: no answer makes the process grow past it."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import aiohttp

from pulp_pyindex.app.exceptions import UpstreamFaulty, UpstreamRefused, UpstreamTooLarge

#: Largest project page that is read, in bytes after decompression. The largest on the Python
#: Package Index today is 12 MB.
PAGE_LIMIT = 32 * 1024 * 1024
#: Largest list of projects; it is streamed and never held.
ROOT_LIMIT = 1024 * 1024 * 1024
#: Encodings that `decoded` can undo, as an Accept-Encoding header.
ACCEPTED = "gzip, deflate"

_STEP = 256 * 1024


async def raw(response: aiohttp.ClientResponse, url: str) -> AsyncIterator[bytes]:
    """The body as it came; raises UpstreamFaulty where it breaks off or stalls."""
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except TimeoutError as error:
        reason = "timeout: the answer stopped"
        raise UpstreamFaulty(url, reason, status=response.status, timeout=True) from error
    except (aiohttp.ClientError, OSError) as error:
        raise UpstreamFaulty(
            url, f"the answer broke off: {_said(error)}", status=response.status
        ) from error


async def decoded(response: aiohttp.ClientResponse, url: str, limit: int) -> AsyncIterator[bytes]:
    """The body without its Content-Encoding, in pieces of bounded size.

    Raises UpstreamTooLarge past `limit` decoded bytes, UpstreamFaulty where the body is cut short.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    promised = response.content_length
    if promised is not None and promised > limit:
        raise UpstreamTooLarge(url, f"{promised} bytes, at most {limit} are read")
    total = 0
    pieces = raw(response, url)
    if encoding != "identity":
        pieces = _inflated(pieces, encoding, url)
    async for piece in pieces:
        total += len(piece)
        if total > limit:
            raise UpstreamTooLarge(url, f"more than {limit} bytes, which is all that is read")
        # Decompression often has nothing to hand out yet, or any more.
        if piece:
            yield piece


async def _inflated(pieces: AsyncIterator[bytes], encoding: str, url: str) -> AsyncIterator[bytes]:
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UpstreamRefused(url, f"Content-Encoding {encoding!r} was not asked for")
    # 32: gzip or zlib, by the header. "deflate" means zlib (RFC 9110, 8.4.1.2).
    inflater = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
    try:
        async for piece in pieces:
            while piece:
                yield inflater.decompress(piece, _STEP)
                piece = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise UpstreamFaulty(url, f"broken {encoding} stream: {error}", status=200) from error
    if not inflater.eof:
        raise UpstreamFaulty(url, f"the {encoding} stream is cut short", status=200)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
