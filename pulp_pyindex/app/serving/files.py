"""The files of an index, and the `.metadata` beside them."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from aiohttp import web

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import FoundFile
from pulp_pyindex.app.serving import answers, rows, storages
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database, in_threads
from pulp_pyindex.app.serving.growing import FetchFailed
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.objects import FileInStorage, opened
from pulp_pyindex.app.serving.remote_files import RemoteFiles, small_metadata
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.stored import FileInMemory, FileOnDisk, StoredFile
from pulp_pyindex.app.serving.wanting import metadata_sources, wanted_file, wanted_metadata
from pulp_pyindex.index.paths import FilePath, parse_file_path

_log = logging.getLogger(__name__)

#: An object storage that hangs delays no call into the database.
_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="pyindex-storage")
#: Files up to this size are kept in memory.
_SMALL = 256 * 1024
_FOUND_SIZE = 1024

METADATA_TYPE = "text/plain; charset=utf-8"

#: An answer with the bytes of a file, and its key if it stays in memory.
FileAnswer = tuple[Ready | StoredFile | web.StreamResponse, Hashable]


class Files:
    """The files of all indexes."""

    def __init__(self, memory: Memory[Any], flights: Flights, remote: RemoteFiles) -> None:
        self._memory = memory
        self._flights = flights
        self._remote = remote

    async def answer(
        self, request: web.Request, index: Index, segments: Sequence[str]
    ) -> FileAnswer:
        """The answer to a request for a file, and its key if it stays in memory."""
        path = parse_file_path("/".join(segments))
        found = None
        if path is not None:
            found = await self.at(request, index, path, guarded=not index.is_open)
        return found if found is not None else (_missing(index, segments[-1]), None)

    async def at(
        self, request: web.Request, index: Index, path: FilePath, *, guarded: bool
    ) -> FileAnswer | None:
        """The same by what the path says; None: the version has no such file.

        `guarded`: the answer is for who asks, not for shared caches.
        """
        if index.version_pk is None:
            return None
        found = await self._find(index.version_pk, path)
        if found is None:
            return None
        if path.is_metadata and found.metadata_sha256 is None:
            return answers.text(404, f"There is no metadata beside {found.filename}."), None
        name = found.metadata_storage_name if path.is_metadata else found.storage_name
        if name is not None:
            sha256 = found.metadata_sha256 if path.is_metadata else found.sha256
            headers = file_headers(sha256 or name.replace("/", ""), guarded, path.is_metadata)
            stored = await self.stored(found.domain_pk, name, headers)
            if stored is not None:
                return stored
            _log.error("%s is not in storage; asking its upstream", name)
            self._memory.forget(_found_key(index.version_pk, path))
        if not path.is_metadata:
            wanted = wanted_file(index.version_pk, found)
        elif found.metadata_sha256:
            wanted = wanted_metadata(index.version_pk, found)
        else:
            untold = await self._untold_metadata(found)
            if untold.status == 404:
                return await self._from_inside(request, index, path, found, untold, guarded)
            return untold, None
        headers = file_headers(wanted.sha256, guarded, path.is_metadata)
        answer = await self._remote.answer(request, wanted, headers)
        if answer is None:
            # It has come meanwhile.
            return await self.at(request, index, path, guarded=guarded)
        if path.is_metadata and answer.status == 404:
            return await self._from_inside(request, index, path, found, answer, guarded)
        return answer, None

    async def project_of(self, index: Index, path: FilePath) -> str | None:
        """The project of the file at a path; None: the version has no such file."""
        if index.version_pk is None:
            return None
        found = await self._find(index.version_pk, path)
        return found.project if found is not None else None

    async def _from_inside(
        self,
        request: web.Request,
        index: Index,
        path: FilePath,
        found: FoundFile,
        missing: Ready | web.StreamResponse,
        guarded: bool,
    ) -> FileAnswer | None:
        """METADATA that upstream promised and does not have: it is inside the file itself."""
        version_pk = index.version_pk
        if version_pk is None or found.storage_name is not None:
            return missing, None
        try:
            await self._remote.fetched(wanted_file(version_pk, found))
        except FetchFailed as failure:
            return answers.text(failure.status, failure.reason), None
        again = await in_database(_find, version_pk, path)
        if again is None or again.metadata_storage_name is None:
            return missing, None
        self._memory.forget(_found_key(version_pk, path))
        return await self.at(request, index, path, guarded=guarded)

    async def _find(self, version_pk: UUID, path: FilePath) -> FoundFile | None:
        key = _found_key(version_pk, path)
        found: FoundFile | None = self._memory.get(key)
        if found is None:
            found = await self._flights.share(key, lambda: in_database(_find, version_pk, path))
            if found is not None and found.storage_name is not None:
                self._memory.put(key, found, _FOUND_SIZE)
        elif path.is_metadata and found.metadata_storage_name is None:
            found = await self._flights.share(key, lambda: in_database(_find, version_pk, path))
        return found

    async def stored(
        self, domain_pk: UUID, name: str, headers: dict[str, str]
    ) -> tuple[StoredFile | Ready, Hashable] | None:
        """The answer with what a domain's storage holds under `name`; None: it does not."""
        key = ("file", domain_pk, name, headers["Cache-Control"])
        known: StoredFile | None = self._memory.get(key)
        if known is not None:
            if not known.is_lost():
                return known, key
            self._memory.forget(key)
        made = await in_threads(_THREADS, _open, domain_pk, name, headers)
        if isinstance(made, StoredFile):
            self._memory.put(key, made, made.size)
            return made, key
        return None if made is None else (made, None)

    async def _untold_metadata(self, found: FoundFile) -> Ready:
        """METADATA whose digest nobody has told: passed on and not kept, as it may be wrong."""
        key = ("metadata", found.content_pk)
        try:
            body = await self._flights.share(
                key, lambda: small_metadata(found.filename, lambda: metadata_sources(found))
            )
        except FetchFailed as failure:
            return answers.text(failure.status, failure.reason)
        headers = {"Content-Type": METADATA_TYPE, "Cache-Control": "private, no-cache"}
        return Ready(200, headers, body)

    def forget(self, key: Hashable) -> None:
        """Drop what memory holds under a key that `answer` gave."""
        self._memory.forget(key)


def file_headers(sha256: str, guarded: bool, is_metadata: bool) -> dict[str, str]:
    """The headers of a file: its address holds its digest, so it never changes."""
    scope = "private" if guarded else "public"
    return {
        "Content-Type": METADATA_TYPE if is_metadata else "application/octet-stream",
        "Cache-Control": f"{scope}, max-age=365000000, immutable",
        "ETag": f'"{sha256}"',
        "X-Content-Type-Options": "nosniff",
    }


def _found_key(version_pk: UUID, path: FilePath) -> Hashable:
    return ("found", version_pk, path.sha256, path.filename)


def _find(version_pk: UUID, path: FilePath) -> FoundFile | None:
    return catalog.find_file(rows.version(version_pk), path.sha256, path.filename)


def _open(domain_pk: UUID, name: str, headers: dict[str, str]) -> StoredFile | Ready | None:
    """What the storage holds, as it is sent, or the way to it; None: nothing."""
    shelf = storages.shelf(domain_pk)
    path = shelf.path(name)
    if path is not None:
        try:
            length = path.stat().st_size
            if length > _SMALL:
                return FileOnDisk(headers, path, length)
            return FileInMemory(headers, path.read_bytes())
        except FileNotFoundError:
            return None
    try:
        found = opened(shelf.storage, name, _SMALL)
    except Exception:
        # Each library has errors of its own, and they share no class.
        _log.exception("The object storage does not answer")
        message = "The object storage does not answer. Try again in a moment."
        return answers.text(503, message, Retry_After="5")
    if found is None:
        return None
    length, body = found
    if body is not None:
        return FileInMemory(headers, body)
    return FileInStorage(headers, domain_pk, shelf, name, length)


def _missing(index: Index, filename: str) -> Ready:
    return answers.text(
        404, f"The index {index.base_path!r} has no file {filename[:200]!r} at this address."
    )
