"""One upstream download for everyone who wants a file, on all content processes of a host.

The process that gets hold of the lock downloads; the others follow its growing file and, should it
die, go on in its place. Whoever sends bytes to clients checks the digest itself.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from pulp_pyindex.app.exceptions import UpstreamError, UpstreamMissing
from pulp_pyindex.app.serving.database import DatabaseGone, in_database, in_threads
from pulp_pyindex.app.serving.growing import FetchFailed, Growing, failed_at, no_upstream
from pulp_pyindex.app.serving.parts import Part, Told
from pulp_pyindex.app.serving.rows import Source
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.paths import METADATA_SUFFIX

T = TypeVar("T")

_log = logging.getLogger(__name__)

_CHUNK = 256 * 1024
#: Seconds between two looks at another process's file.
_GLANCE = 0.01

_DISK = ThreadPoolExecutor(max_workers=4, thread_name_prefix="pyindex-download")
#: Few: nobody waits for what is stored, and everybody for the questions to the database.
_STORES = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pyindex-store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file to be had from an upstream."""

    #: The same for everyone who wants the same bytes for the same domain.
    key: str
    filename: str
    #: "": nobody knows it. Such a file is not followed while it comes: it is waited for.
    sha256: str
    size: int | None
    #: Bytes beyond which it cannot be what is wanted, where the size is not known.
    limit: int | None
    sources: Callable[[], list[Source]]
    #: Whether it has been stored meanwhile. Called with a database at hand, as the two others.
    is_here: Callable[[], bool]
    store: Callable[[str], None]
    #: What to answer where upstream does not have it: it was promised, or only likely.
    if_missing: int = 502


class Download(Growing):
    """A download as one process sees it, its own or another's."""

    def __init__(self, wanted: Wanted, part: Part, traffic: Traffic) -> None:
        super().__init__(wanted.size)
        self._traffic = traffic
        self.wanted = wanted
        self._part = part

    async def run(self) -> None:
        """Download, or follow who does. Ends when the bytes are stored or the failure is known."""
        try:
            await self._run()
        except FetchFailed as failure:
            self.failure = failure
        except DatabaseGone as gone:
            self.failure = FetchFailed(503, f"{self.wanted.filename}: {gone}")
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            what = "there is no room left on the disk" if full else str(error)
            self.failure = FetchFailed(507 if full else 503, f"{self.wanted.filename}: {what}")
        except asyncio.CancelledError:
            self.failure = FetchFailed(503, "This server is being stopped; try again.")
            raise
        finally:
            if self.failure is not None:
                _log.warning("On demand: %s", self.failure.reason)
            self._finish()

    async def _run(self) -> None:
        lock = await self._disk(self._part.lead)
        if lock is not None:
            await self._lead(lock)
        else:
            await self._follow()

    async def _lead(self, lock: int) -> None:
        keep_told = False
        try:
            sources = await in_database(self._where_from)
            if sources is None:
                self.elsewhere = True
                return
            source = await self._fetch_from_any(sources)
            self._be_verified()
            if source.stored:
                await self._store()
        except FetchFailed as failure:
            keep_told = self._descriptor is not None
            if self._descriptor is not None:
                await self._disk(self._part.tell, self._told(failure))
            raise
        finally:
            self._part.release(lock, keep_told=keep_told)

    def _be_verified(self) -> None:
        if not self.verified:
            self.size, self.verified = self._available, True
            self._wake()

    async def _store(self) -> None:
        try:
            await in_threads(_STORES, self.wanted.store, str(self._part.path))
        except Exception:
            # The clients have the right bytes; the next one starts anew.
            _log.exception("%s was downloaded and could not be stored", self.wanted.filename)

    def _where_from(self) -> list[Source] | None:
        """None where the file is here by now."""
        return None if self.wanted.is_here() else self.wanted.sources()

    async def _fetch_from_any(self, sources: list[Source]) -> Source:
        """Fetch from the first source that has the file."""
        failure = no_upstream(self.wanted.filename)
        for source in sources:
            try:
                with self._traffic.asking(source.domain, source.remote, _kind(self.wanted)):
                    await self._fetch(source)
            except UpstreamMissing as error:
                failure = FetchFailed(self.wanted.if_missing, str(error))
            except UpstreamError as error:
                failure = failed_at(error)
            except FetchFailed as error:
                failure = error
            else:
                return source
        raise failure

    async def _fetch(self, source: Source) -> None:
        wanted = self.wanted
        async with connected(source) as upstream, upstream.file(source.url) as answer:
            size = wanted.size if wanted.size is not None else answer.size
            if answer.size not in (None, size):
                raise self._wrong(f"is {answer.size} bytes long at its upstream, not {size}")
            limit = size if size is not None else wanted.limit
            descriptor = await self._disk(self._part.begin, size)
            self._begin_anew(descriptor, size)
            hasher = hashlib.sha256()
            async for chunk in answer.chunks:
                if limit is not None and self._available + len(chunk) > limit:
                    raise self._wrong(f"is longer at its upstream than {limit} bytes")
                await self._disk(_append, descriptor, hasher, chunk)
                self._grow(len(chunk))
        if size is not None and self._available != size:
            raise self._wrong(f"broke off after {self._available} of {size} bytes")
        if wanted.sha256 and hasher.hexdigest() != wanted.sha256:
            raise self._wrong(f"has sha256 {hasher.hexdigest()}, promised was {wanted.sha256}")

    async def _follow(self) -> None:
        """Follow the process that downloads until it has stored the file, has failed or died."""
        hasher = hashlib.sha256()
        while True:
            if not self.verified:
                fresh = await self._disk(self._part.open, self._inode())
                if fresh is not None:
                    hasher = hashlib.sha256()
                    self._begin_anew(fresh, self.wanted.size)
            if await self._read_on(hasher):
                continue
            told = await self._disk(self._part.heard)
            if told is not None and told.attempt == self._inode():
                self.size = self.size if self.size is not None else told.size
                self._wake()
            if self.size in (None, self._available) and self._is_right(hasher):
                self._be_verified()
            lock = await self._disk(self._part.lead)
            if lock is not None:
                await self._succeed(lock, hasher)
                return
            await asyncio.sleep(_GLANCE)

    async def _succeed(self, lock: int, hasher: hashlib._Hash) -> None:
        """The process that was followed has ended, well or not; go on in its place if need be."""
        while await self._read_on(hasher):
            pass
        told = await self._disk(self._part.heard)
        if self._is_right(hasher):
            self._be_verified()
            try:
                if not await in_database(self._should_not_store):
                    await self._store()
            finally:
                self._part.release(lock)
        elif told is not None and told.status and told.attempt == self._inode():
            self._part.release(lock, keep_told=True)
            raise FetchFailed(told.status, told.reason)
        else:
            await self._lead(lock)

    def _should_not_store(self) -> bool:
        wanted = self.wanted
        return (
            not self._part.path.exists()
            or wanted.is_here()
            or not any(source.stored for source in wanted.sources())
        )

    async def _read_on(self, hasher: hashlib._Hash) -> int:
        if self._descriptor is None:
            return 0
        count = await self._disk(_digest, self._descriptor, hasher, self._available)
        if count:
            self._grow(count)
        return count

    def _is_right(self, hasher: hashlib._Hash) -> bool:
        return self._descriptor is not None and hasher.hexdigest() == self.wanted.sha256

    def _inode(self) -> int | None:
        return None if self._descriptor is None else os.fstat(self._descriptor).st_ino

    def _told(self, failure: FetchFailed) -> Told:
        return Told(
            attempt=self._inode() or 0,
            size=self.size,
            status=failure.status,
            reason=failure.reason,
        )

    def _wrong(self, what: str) -> FetchFailed:
        return FetchFailed(502, f"{self.wanted.filename} {what}.")

    async def _disk(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(_DISK, function, *arguments)


@asynccontextmanager
async def connected(source: Source) -> AsyncIterator[Upstream]:
    """Connections to a source: the open ones, or some for once."""
    if source.upstream is not None:
        yield source.upstream
        return
    async with Upstream(source.remote) as upstream:
        yield upstream


def _kind(wanted: Wanted) -> str:
    return "metadata" if wanted.filename.endswith(METADATA_SUFFIX) else "file"


def _append(descriptor: int, hasher: hashlib._Hash, chunk: bytes) -> None:
    hasher.update(chunk)
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


def _digest(descriptor: int, hasher: hashlib._Hash, offset: int) -> int:
    chunk = os.pread(descriptor, _CHUNK, offset)
    hasher.update(chunk)
    return len(chunk)
