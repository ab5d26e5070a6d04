"""Files that pass through: from here where they are, else from upstream while they are kept."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from aiohttp import web

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import KeptFile
from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.files import METADATA_TYPE, FileAnswer, Files, file_headers
from pulp_pyindex.app.serving.growing import FetchFailed
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.remote_files import RemoteFiles, small_metadata
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.stored import StoredFile
from pulp_pyindex.app.serving.through import units
from pulp_pyindex.app.serving.through.connections import Link
from pulp_pyindex.app.serving.through.fetching import Fetching, sources
from pulp_pyindex.app.serving.through.keeping import Keeping
from pulp_pyindex.app.serving.through.showing import Behind
from pulp_pyindex.app.serving.through.used import Passed
from pulp_pyindex.app.serving.traffic import CACHE, Cache
from pulp_pyindex.app.serving.wanting import beside
from pulp_pyindex.index.paths import METADATA_SUFFIX

_KEPT_SIZE = 600


class Passing:
    """The files of all remotes that are passed through."""

    def __init__(
        self,
        memory: Memory[Any],
        flights: Flights,
        files: Files,
        remote: RemoteFiles,
        keeping: Keeping,
    ) -> None:
        self._memory = memory
        self._flights = flights
        self._files = files
        self._remote = remote
        self._keeping = keeping
        self._fetching = Fetching(keeping, self._remember)

    async def answer(
        self, request: web.Request, index: Index, link: Link, one: Behind, *, guarded: bool
    ) -> FileAnswer:
        """The answer with a file whose digest is known. Raises DatabaseGone."""
        assert one.sha256 is not None
        kept = await self._kept(index, one, one.sha256)
        if kept.storage_name is not None:
            headers = file_headers(one.sha256, guarded, False)
            stored = await self._files.stored(index.domain_pk, kept.storage_name, headers)
            if stored is not None:
                request[CACHE] = Cache.HIT
                return await self._noted(index, link, one, kept, stored)
            self._forget(index, one)
        if index.offline:
            return _offline(index, one.file.filename), None
        request[CACHE] = Cache.FETCHED
        headers = file_headers(one.sha256, guarded, False)
        wanted = self._fetching.file(index, link, one, one.sha256)
        answer = await self._remote.answer(request, wanted, headers)
        if answer is None:
            # It has come meanwhile.
            return await self.answer(request, index, link, one, guarded=guarded)
        return answer, None

    async def metadata(
        self, request: web.Request, index: Index, link: Link, one: Behind, *, guarded: bool
    ) -> FileAnswer:
        """The answer with the METADATA of a file whose digest is known. Raises DatabaseGone."""
        assert one.sha256 is not None
        told = one.file.core_metadata
        kept = await self._kept(index, one, one.sha256)
        name, found = kept.metadata_storage_name, kept.metadata_sha256
        if name is not None and found is not None:
            headers = file_headers(found, guarded, True)
            stored = await self._files.stored(index.domain_pk, name, headers)
            if stored is not None:
                request[CACHE] = Cache.HIT
                return stored
            self._forget(index, one)
        filename = one.file.filename
        if told is None:
            return answers.text(404, f"There is no metadata beside {filename}."), None
        if index.offline:
            return _offline(index, filename + METADATA_SUFFIX), None
        request[CACHE] = Cache.FETCHED
        answer: Ready | web.StreamResponse | None
        if digest := told.get("sha256"):
            wanted = self._fetching.metadata(index, link, one, digest)
            headers = file_headers(digest, guarded, True)
            answer = await self._remote.answer(request, wanted, headers)
        else:
            answer = await self._untold(link, one)
        if answer is None:
            return await self.metadata(request, index, link, one, guarded=guarded)
        if answer.status == 404 and link.keeps and kept.storage_name is None:
            return await self._from_inside(request, index, link, one, answer, guarded=guarded)
        return answer, None

    async def learn(self, index: Index, link: Link, one: Behind) -> str:
        """The digest of a file whose page tells none; it is here then. Raises FetchFailed."""

        async def fetch() -> str:
            if index.offline:
                raise FetchFailed(504, f"{one.file.filename}: the index is offline.")
            digests: list[str] = []
            wanted = self._fetching.untold(index, link, one, digests.append)
            await self._remote.fetched(wanted)
            if digests:
                return digests[0]
            # Another process has had it.
            rows = await in_database(catalog.cached_pages, link.remote.pk, [one.parsed.project])
            page = rows.get(one.parsed.project)
            digest = page.digests.get(one.file.url) if page is not None else None
            if digest is None:
                raise FetchFailed(503, f"{one.file.filename} could not be kept; try again.")
            return digest

        return await self._flights.share(("learn", link.remote.pk, one.file.url), fetch)

    async def _noted(
        self,
        index: Index,
        link: Link,
        one: Behind,
        kept: KeptFile,
        stored: tuple[StoredFile | Ready, Hashable],
    ) -> FileAnswer:
        """The answer with a file that is here; whoever sends it notes the use."""
        assert one.sha256 is not None
        if kept.cached_pk is None:
            if link.keeps:
                await in_database(units.keep, index, link.remote, one, one.sha256)
                self._keeping.note_kept(index)
                self._forget(index, one)
            return stored[0], None
        answer, key = stored
        if key is None or isinstance(answer, Ready):
            self._keeping.note_use(kept.cached_pk)
            return answer, None
        key = ("passed", index.distribution_pk, key)
        known: Passed | None = self._memory.get(key)
        if known is None or known.inner is not answer:
            known = Passed(answer, kept.cached_pk, self._keeping.note_use)
            self._memory.put(key, known, _KEPT_SIZE)
        return known, key

    async def _kept(self, index: Index, one: Behind, sha256: str) -> KeptFile:
        key = _key(index, one)
        found: KeptFile | None = self._memory.get(key)
        if found is None:
            found = await self._flights.share(
                key, lambda: in_database(units.is_kept, index, one, sha256)
            )
            self._remember(index, one, found)
        return found

    def _remember(self, index: Index, one: Behind, found: KeptFile) -> None:
        if found.storage_name is not None and found.cached_pk is not None:
            self._memory.put(_key(index, one), found, _KEPT_SIZE)

    def _forget(self, index: Index, one: Behind) -> None:
        self._memory.forget(_key(index, one))

    async def _untold(self, link: Link, one: Behind) -> Ready:
        """METADATA whose digest nobody has told: passed on and not kept, as it may be wrong."""
        key = ("metadata", link.remote.pk, one.file.url)
        found = sources(link, beside(one.file.url))
        try:
            body = await self._flights.share(key, lambda: small_metadata(one.file.filename, found))
        except FetchFailed as failure:
            return answers.text(failure.status, failure.reason)
        headers = {"Content-Type": METADATA_TYPE, "Cache-Control": "private, no-cache"}
        return Ready(200, headers, body)

    async def _from_inside(
        self,
        request: web.Request,
        index: Index,
        link: Link,
        one: Behind,
        missing: Ready | web.StreamResponse,
        *,
        guarded: bool,
    ) -> FileAnswer:
        """METADATA that upstream promised and does not have: it is inside the file itself."""
        assert one.sha256 is not None
        try:
            await self._remote.fetched(self._fetching.file(index, link, one, one.sha256))
        except FetchFailed as failure:
            return answers.text(failure.status, failure.reason), None
        kept = await self._kept(index, one, one.sha256)
        if kept.metadata_storage_name is None:
            return missing, None
        return await self.metadata(request, index, link, one, guarded=guarded)


def _key(index: Index, one: Behind) -> Hashable:
    return "kept", index.distribution_pk, one.address, one.file.filename


def _offline(index: Index, filename: str) -> Ready:
    return answers.text(
        504, f"{filename} is not here, and the index {index.base_path!r} is offline."
    )
