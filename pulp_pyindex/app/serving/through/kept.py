"""What had been kept of what passed through an index: it stands in for the past of a remote.

What upstream had then is not known, only what of it had passed. A project of which nothing had is
the remote's all the same, unless upstream is known not to have it: others must not step in for it.
"""

from __future__ import annotations

import time
from dataclasses import replace

from aiohttp import web
from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import owned
from pulp_pyindex.app.serving import rows
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.files import FileAnswer
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing, Offer, Source
from pulp_pyindex.app.serving.through.connections import Connections, Link
from pulp_pyindex.index.choosing import choose
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.feeds import FeedEntry
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.jsonapi import ReleaseInfo
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage
from pulp_pyindex.index.paths import FilePath

#: Seconds for which it is believed what is known of an upstream's projects.
_BELIEVED = 5.0


class Kept:
    """The remotes of indexes of the past. `own` knows their repositories."""

    kind = "remote"

    def __init__(self, own: Source, connections: Connections) -> None:
        self._own = own
        self._connections = connections

    async def offer(self, index: Index, project: NormalizedName, *, ask: bool) -> Offer | None:
        """What had been kept; without anything, why others may not step in."""
        link = await self._connections.of(index)
        if not link.wanted.wants_project(project):
            return None
        page = await in_database(_page, index, project)
        if page is not None:
            page = _wanted(page, link)
        if page is not None:
            key = ("kept", index.version_pk, index.remote_pk, link.stamp, project)
            # What is counted as kept may change: an upload can take a file over.
            return Offer(page=page, key=(key, _names(page)), expires=time.time() + _BELIEVED)
        rest = await in_database(catalog.cached_pages, link.remote.pk, [project])
        known = rest.get(project)
        if known is not None and known.page is None:
            return None
        why = "nobody knows whether its upstream had it" if known is None else "upstream has it"
        name = link.remote.name
        return Offer(
            page=ProjectPage(name=project, files=()),
            key=("not kept", index.version_pk, index.remote_pk, project),
            expires=time.time() + _BELIEVED,
            gone=f"nothing of {project} had been kept of the remote {name!r} then; {why}",
        )

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        """Never: what a version has does not change."""
        return False

    async def owns(self, index: Index, project: NormalizedName) -> bool:
        return await self.offer(index, project, ask=False) is not None

    async def projects(self, index: Index) -> Listing:
        """Those of which something had been kept."""
        link = await self._connections.of(index)
        names = await in_database(_names_of, index)
        wanted = tuple(ProjectEntry(name=name) for name in names if link.wanted.wants_project(name))
        key = ("kept list", index.version_pk, index.remote_pk, link.stamp, wanted)
        return Listing(entries=wanted, key=key, expires=time.time() + _BELIEVED)

    async def project_of(self, index: Index, path: FilePath) -> NormalizedName | None:
        return await self._own.project_of(index, path)

    async def file(
        self, request: web.Request, index: Index, path: FilePath, *, guarded: bool
    ) -> FileAnswer | None:
        return await self._own.file(request, index, path, guarded=guarded)

    async def releases(self, index: Index, project: NormalizedName) -> list[ReleaseInfo]:
        return await self._own.releases(index, project)

    async def provenance(self, index: Index, project: NormalizedName, filename: str) -> str | None:
        return await self._own.provenance(index, project, filename)

    async def newest(self, index: Index, kind: str, limit: int) -> list[FeedEntry]:
        """Nothing: what was new at an upstream is not known."""
        return []


def _page(index: Index, project: NormalizedName) -> ProjectPage | None:
    """What a version has of a project that came through an index."""
    if index.version_pk is None:
        return None
    version = rows.version(index.version_pk)
    page = catalog.project_page(version, project)
    if page is None:
        return None
    own = owned.own_filenames(version, project)
    return _of(page, [file for file in page.files if file.filename not in own])


def _names_of(index: Index) -> list[NormalizedName]:
    if index.version_pk is None:
        return []
    version = rows.version(index.version_pk)
    own = set(owned.own_names(version))
    return [NormalizedName(name) for name in catalog.project_names(version) if name not in own]


def _wanted(page: ProjectPage, link: Link) -> ProjectPage | None:
    """What the remote's filters leave of a page."""
    choice = choose(link.wanted, page.name, page.files)
    return _of(page, [one.file for one in choice.kept])


def _of(page: ProjectPage, files: list[File]) -> ProjectPage | None:
    """The page with some of its files; None: with none."""
    if not files:
        return None
    kept = set()
    for file in files:
        try:
            kept.add(parse(file.filename, page.name).version)
        except InvalidFilename:
            continue
    versions = tuple(version for version in page.versions if version in kept)
    return replace(page, files=tuple(files), versions=versions)


def _names(page: ProjectPage) -> tuple[str, ...]:
    return tuple(file.filename for file in page.files)
