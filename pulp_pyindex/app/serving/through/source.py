"""Remotes that are passed through, as a source of projects."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web
from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import CachedPage
from pulp_pyindex.app.exceptions import UpstreamError
from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.files import FileAnswer, Files
from pulp_pyindex.app.serving.growing import FetchFailed
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.remote_files import RemoteFiles
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing, Offer, Source, SourceFailed
from pulp_pyindex.app.serving.through.connections import Connections, Link
from pulp_pyindex.app.serving.through.guessing import projects_of
from pulp_pyindex.app.serving.through.keeping import Keeping
from pulp_pyindex.app.serving.through.kept import Kept
from pulp_pyindex.app.serving.through.knowledge import Knowledge, Known
from pulp_pyindex.app.serving.through.passing import Passing
from pulp_pyindex.app.serving.through.roots import Roots
from pulp_pyindex.app.serving.through.showing import Behind, Shown, has_gaps, show
from pulp_pyindex.app.serving.traffic import Cache, Traffic
from pulp_pyindex.app.upstream import ACCEPT_PROVENANCE
from pulp_pyindex.index import provenance
from pulp_pyindex.index.errors import InvalidProvenance
from pulp_pyindex.index.feeds import FeedEntry
from pulp_pyindex.index.jsonapi import ReleaseFile, ReleaseInfo
from pulp_pyindex.index.paths import FilePath

#: Seconds for which a page that may have changed is taken for what it is: it is looked at anew.
_STALE_FOR = 1.0
#: Seconds after which it is looked whether more is known of files than their page tells.
_LEARNT_FOR = 10.0
_PROVENANCE_FRESH = 600.0


class Through:
    """The remotes of all indexes of one process."""

    kind = "remote"

    def __init__(
        self,
        *,
        memory: Memory[Any],
        flights: Flights,
        files: Files,
        remote: RemoteFiles,
        folder: Path,
        traffic: Traffic,
    ) -> None:
        self._memory = memory
        self._flights = flights
        self._connections = Connections(traffic)
        self._keeping = Keeping()
        note = self._keeping.note_news
        self._knowledge = Knowledge(memory, folder, self._connections, note)
        self._passing = Passing(memory, flights, files, remote, self._keeping)
        self._roots = Roots(memory, folder, self._connections)

    def kept(self, own: Source) -> Kept:
        """What stands in for remotes in the past."""
        return Kept(own, self._connections)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do chores and keep connections until the end."""
        chores = asyncio.create_task(self._keeping.run())
        try:
            yield
        finally:
            chores.cancel()
            await asyncio.wait({chores})
            await self._knowledge.close()
            await self._connections.close()

    async def offer(self, index: Index, project: NormalizedName, *, ask: bool) -> Offer | None:
        """What upstream says of a project, at once where anything is known of it."""
        link = await self._connections.of(index)
        if not link.wanted.wants_project(project):
            return None
        known = await self._knowledge.page(index, project, ask=ask)
        if known is None or known.page.page is None:
            return None
        shown = await self._shown(index, link, known)
        if known.age is None:
            expires = min(known.page.fresh_until, shown.until)
            return Offer(page=shown.page, key=shown.key, expires=expires, cache=known.cache)
        return Offer(
            page=shown.page,
            key=(shown.key, "stale"),
            expires=time.time() + _STALE_FOR,
            headers=_stale_headers(known),
            cache=known.cache,
        )

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        """Look at what other processes have written down of a project."""
        return await self._knowledge.catch_up(index, project)

    async def owns(self, index: Index, project: NormalizedName) -> bool:
        known = await self._knowledge.page(index, project, ask=False)
        return known is not None and known.page.page is not None

    async def projects(self, index: Index) -> Listing:
        """Upstream's own list."""
        return await self._roots.listing(index)

    async def project_of(self, index: Index, path: FilePath) -> NormalizedName | None:
        """By the pages that are known, else by those of the projects its name may stand for."""
        found = await self._find(index, path)
        return None if found is None else NormalizedName(found[1].parsed.project)

    async def file(
        self, request: web.Request, index: Index, path: FilePath, *, guarded: bool
    ) -> FileAnswer | None:
        """The file, or its METADATA, from here or from upstream."""
        found = await self._find(index, path)
        if found is None:
            return None
        link, one = found
        if one.sha256 is None:
            if path.is_metadata:
                return answers.text(404, f"There is no metadata beside {path.filename}."), None
            try:
                digest = await self._passing.learn(index, link, one)
            except FetchFailed as failure:
                return answers.text(failure.status, failure.reason), None
            one = replace(one, sha256=digest)
            self._knowledge.forget(index, NormalizedName(one.parsed.project))
        answer = self._passing.metadata if path.is_metadata else self._passing.answer
        return await answer(request, index, link, one, guarded=guarded)

    async def releases(self, index: Index, project: NormalizedName) -> list[ReleaseInfo]:
        """As the page says; their metadata where files are here."""
        link = await self._connections.of(index)
        known = await self._knowledge.page(index, project)
        if known is None or known.page.page is None:
            return []
        shown = await self._shown(index, link, known)
        fields = await in_database(catalog.known_metadata, index.domain_pk, project)
        return _releases(shown, fields)

    async def provenance(self, index: Index, project: NormalizedName, filename: str) -> str | None:
        """The document upstream has, where the remote's provenance is wanted."""
        link = await self._connections.of(index)
        known = await self._knowledge.page(index, project)
        if known is None or known.page.page is None or not link.remote.provenance:
            return None
        one = (await self._shown(index, link, known)).behind.get(filename)
        if one is None or one.file.provenance is None:
            return None
        url = one.file.provenance
        key = ("provenance", index.remote_pk, url, int(time.time() / _PROVENANCE_FRESH))
        document: str | None = self._memory.get(key)
        if document is None:
            document = await self._flights.share(key, lambda: _document(link, url, filename))
            self._memory.put(key, document, len(document) + 500)
        return document

    async def newest(self, index: Index, kind: str, limit: int) -> list[FeedEntry]:
        """Nothing: what is new at an upstream is not known here."""
        return []

    async def _find(self, index: Index, path: FilePath) -> tuple[Link, Behind] | None:
        """The file at an address; pages are asked for if those that are known do not have it."""
        link = await self._connections.of(index)
        guesses = [one for one in projects_of(path.filename) if link.wanted.wants_project(one)]
        for ask in (False, True):
            for project in guesses:
                if ask and index.offline:
                    continue
                known = await self._knowledge.page(index, project, ask=ask)
                found = await self._behind(index, link, known, path)
                if found is not None:
                    return link, found
        return None

    async def _behind(
        self, index: Index, link: Link, known: Known | None, path: FilePath
    ) -> Behind | None:
        if known is None or known.page.page is None:
            return None
        one = (await self._shown(index, link, known)).behind.get(path.filename)
        return one if one is not None and one.address == path.sha256 else None

    async def _shown(self, index: Index, link: Link, known: Known) -> Shown:
        """The page as we show it. What was made of the same page is taken again."""
        cached = known.page
        assert cached.page is not None
        key = ("shown", index.domain_pk, index.remote_pk, link.stamp, cached.project)
        kept: tuple[CachedPage, float, Shown] | None = self._memory.get(key)
        if kept is not None and _is_same(kept[0], cached) and kept[1] > time.time():
            return kept[2]
        learnt, until = {}, math.inf
        if has_gaps(cached.page):
            learnt = await in_database(catalog.learnt_files, index.domain_pk, cached.project)
            until = time.time() + _LEARNT_FOR
        shown = show(cached, link, learnt, until)
        self._memory.put(key, (cached, until, shown), shown.size)
        return shown


def _is_same(one: CachedPage, other: CachedPage) -> bool:
    return one.page is other.page and one.digests == other.digests


def _stale_headers(known: Known) -> dict[str, str]:
    """What tells that a page is older than it should be (RFC 9111, RFC 9211)."""
    failed = known.cache is Cache.STALE_ERROR
    said = '111 - "Revalidation Failed"' if failed else '110 - "Response is Stale"'
    return {
        "Age": str(int(known.age or 0)),
        "Warning": said,
        "Cache-Status": "pulp-pyindex; hit; fwd=stale",
    }


async def _document(link: Link, url: str, filename: str) -> str:
    try:
        answer = await link.pages.page(url, accept=ACCEPT_PROVENANCE, max_bytes=provenance.MAX_SIZE)
        return provenance.check(answer.body, filename)
    except (UpstreamError, InvalidProvenance) as error:
        timeout = isinstance(error, UpstreamError) and error.timeout
        where = f"the remote {link.remote.name!r}"
        raise SourceFailed(504 if timeout else 502, where, str(error)) from error


def _releases(shown: Shown, fields: dict[tuple[str, str], str]) -> list[ReleaseInfo]:
    files: dict[str, list[ReleaseFile]] = {}
    metadata: dict[str, Any] = {}
    for file in shown.page.files:
        one = shown.behind[file.filename]
        if one.sha256 is None:
            continue
        version = one.parsed.version
        told = file.core_metadata
        files.setdefault(version, []).append(
            ReleaseFile(
                filename=file.filename,
                packagetype=one.parsed.packagetype,
                sha256=one.sha256,
                hashes={name: digest for name, digest in file.hashes.items() if name != "sha256"},
                size=file.size,
                upload_time=file.upload_time,
                requires_python=file.requires_python,
                metadata_sha256=None if told is None else told.get("sha256", ""),
                yanked=file.yanked,
            )
        )
        if (file.filename, one.sha256) in fields and version not in metadata:
            metadata[version] = json.loads(fields[file.filename, one.sha256])
    return [
        ReleaseInfo(version=version, metadata=metadata.get(version, {}), files=tuple(some))
        for version, some in files.items()
    ]
