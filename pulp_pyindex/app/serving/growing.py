"""A file that grows while it is downloaded, for those who send it to clients.

Nobody gets the last bytes of an answer before the digest of the whole file is known to be right.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator

from pulp_pyindex.app.exceptions import UpstreamError
from pulp_pyindex.app.serving.ranges import Span

#: Bytes at the end of an answer that wait for the digest.
HELD_BACK = 64 * 1024
_CHUNK = 256 * 1024


class FetchFailed(Exception):
    """A file could not be had from its upstream: what to answer, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def no_upstream(filename: str) -> FetchFailed:
    """Where nobody is left to ask for a file."""
    return FetchFailed(502, f"No upstream is known any more for {filename}.")


def failed_at(error: UpstreamError) -> FetchFailed:
    """What an upstream's fault comes to: 504 where it was too slow, else 502."""
    return FetchFailed(504 if error.timeout else 502, str(error))


class Growing:
    """The bytes so far, on disk, and what is known of the rest.

    The file stays open as long as anybody has this object: who is about to read, too.
    """

    def __init__(self, size: int | None) -> None:
        #: Of the whole file, as soon as anybody knows.
        self.size = size
        #: True: every byte is here and right.
        self.verified = False
        #: True: it was stored by others; whoever has not begun to read finds it in the storage.
        self.elsewhere = False
        self.failure: FetchFailed | None = None
        self._available = 0
        self._descriptor: int | None = None
        self._change: asyncio.Future[None] | None = None

    def __del__(self) -> None:
        self._close()

    async def sized(self) -> None:
        """Wait until the size is known."""
        while self.size is None and not (self.verified or self.elsewhere):
            await self._progress()

    async def ready(self, span: Span | None) -> None:
        """Wait until the first bytes of an answer may leave, or all is known.

        None stands for the whole of a file whose size nobody knows.
        """
        start, stop = (span.start, span.stop) if span is not None else (0, None)
        while not (self.verified or self.elsewhere or self._sendable(stop) > start):
            await self._progress()

    async def read(self, span: Span | None) -> AsyncGenerator[bytes, None]:
        """The bytes of a span (None: all), as they come.

        Raises FetchFailed where they do not, or turn out to be others than the promised ones.
        """
        offset, stop = (span.start, span.stop) if span is not None else (0, None)
        while True:
            limit = self._sendable(stop)
            if offset < limit and self._descriptor is not None:
                chunk = os.pread(self._descriptor, min(limit - offset, _CHUNK), offset)
                offset += len(chunk)
                yield chunk
            elif self.verified:
                return
            elif self.elsewhere:
                raise FetchFailed(503, "The download has changed hands; try again.")
            else:
                await self._progress()

    def _sendable(self, stop: int | None) -> int:
        """The byte up to which an answer that ends at `stop` may be sent now."""
        if self.verified:
            return self._available if stop is None else min(stop, self._available)
        if stop is None:
            return self._available - HELD_BACK
        return min(self._available, stop - HELD_BACK)

    async def _progress(self) -> None:
        if self.failure is not None:
            raise self.failure
        if self._change is None:
            self._change = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._change)

    def _wake(self) -> None:
        if self._change is not None:
            self._change.set_result(None)
            self._change = None

    def _begin_anew(self, descriptor: int, size: int | None) -> None:
        """Go on with another file, from its first byte.

        Readers keep their places: what they have had is the same, or the digest will tell.
        """
        self._close()
        self._descriptor, self._available, self.size = descriptor, 0, size
        self._wake()

    def _grow(self, count: int) -> None:
        self._available += count
        self._wake()

    def _finish(self) -> None:
        """Nothing more comes."""
        self._wake()
        if not self.verified:
            # Nobody reads on; and an error may keep this object, by its traceback, for long.
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
