"""What an index's own repository has: the nearest source of every index.

A repository owns the names it has and, where it keeps names (`reserve_filenames`), those it had.
One that keeps what passes through the index owns only what came to it in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from aiohttp import web
from packaging.utils import NormalizedName

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import owned
from pulp_pyindex.app.serving import rows
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.files import FileAnswer, Files
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing, Offer
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.feeds import FeedEntry
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.jsonapi import ReleaseInfo
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage
from pulp_pyindex.index.paths import FilePath

_OFFER_SIZE = 1500
#: Of a file as a value, roughly.
_FILE_SIZE = 1500
_ENTRY_SIZE = 200
#: Installers ask for every name everywhere, most often in vain: of its own size.
_VAIN_LIMIT = 8 * 1024 * 1024
_VAIN_SIZE = 500


class Own:
    """The own repositories of all indexes, as a source."""

    kind = "repository"

    def __init__(self, memory: Memory[Any], flights: Flights, files: Files) -> None:
        self._memory = memory
        self._flights = flights
        self._files = files
        self._vain: Memory[bool] = Memory(_VAIN_LIMIT)

    async def offer(self, index: Index, project: NormalizedName, *, ask: bool) -> Offer | None:
        """What the repository has of a project, or why it shows nothing of what it owns."""
        if not is_there(index):
            return None
        key = ("own", *_key(index), project)
        found: Offer | None = self._memory.get(key)
        if found is not None or self._vain.get(key) is not None:
            return found
        found = await self._flights.share(key, lambda: in_database(_offer, index, project))
        if found is None:
            self._vain.put(key, True, _VAIN_SIZE + len(project))
        else:
            self._memory.put(key, found, _OFFER_SIZE + len(found.page.files) * _FILE_SIZE)
        return found

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        """Never: what a version has does not change."""
        return False

    async def owns(self, index: Index, project: NormalizedName) -> bool:
        return await self.offer(index, project, ask=False) is not None

    async def projects(self, index: Index) -> Listing:
        key = ("own list", *_key(index))
        if not is_there(index):
            return Listing(entries=(), key=key)
        found: Listing | None = self._memory.get(key)
        if found is None:
            found = await self._flights.share(key, lambda: in_database(_listing, index, key))
            size = (len(found.entries) + len(found.owned)) * _ENTRY_SIZE
            self._memory.put(key, found, _OFFER_SIZE + size)
        return found

    async def project_of(self, index: Index, path: FilePath) -> NormalizedName | None:
        found = await self._files.project_of(index, path)
        return NormalizedName(found) if found is not None else None

    async def file(
        self, request: web.Request, index: Index, path: FilePath, *, guarded: bool
    ) -> FileAnswer | None:
        return await self._files.at(request, index, path, guarded=guarded)

    async def releases(self, index: Index, project: NormalizedName) -> list[ReleaseInfo]:
        return await self._of_version(index, lambda held: catalog.releases(held, project), [])

    async def provenance(self, index: Index, project: NormalizedName, filename: str) -> str | None:
        return await self._of_version(
            index, lambda held: catalog.find_provenance(held, project, filename), None
        )

    async def newest(self, index: Index, kind: str, limit: int) -> list[FeedEntry]:
        find = catalog.newest_projects if kind == "projects" else catalog.newest_releases
        return await self._of_version(index, lambda held: find(held, limit), [])

    async def claim(self, index: Index, project: NormalizedName) -> owned.Claim | None:
        """Since when the name is the repository's, and since when nothing of it is there."""
        pk = index.unpublished_pk or index.version_pk
        if pk is None:
            return None
        return await in_database(lambda: owned.claim(rows.version(pk), project))

    async def _of_version(
        self, index: Index, find: Callable[[RepositoryVersion], Any], otherwise: Any
    ) -> Any:
        pk = index.version_pk
        if pk is None:
            return otherwise
        return await in_database(lambda: find(rows.version(pk)))


def is_there(index: Index) -> bool:
    """Whether an index has a repository of its own."""
    return index.version_pk is not None or index.repository_pk is not None


def _key(index: Index) -> tuple[Hashable, ...]:
    """All that what a repository has, and owns, depends on."""
    return (
        index.pages_key,
        index.unpublished_pk,
        index.reserves_names,
        index.remote_pk is not None,
        index.past,
    )


def _offer(index: Index, project: NormalizedName) -> Offer | None:
    page = None
    if index.version_pk is not None:
        version = rows.version(index.version_pk)
        page = catalog.project_page(version, project)
        if page is not None and index.remote_pk is not None:
            page = _without_kept(page, owned.own_filenames(version, project))
    if page is not None:
        return Offer(page=page, key=("own", *_key(index), project))
    gone = _gone(index, project)
    if not gone:
        return None
    empty = ProjectPage(name=project, files=())
    return Offer(page=empty, key=("own gone", *_key(index), project), gone=gone)


def _without_kept(page: ProjectPage, own: frozenset[str]) -> ProjectPage | None:
    """What of a page did not pass through; None: all of it did."""
    files = tuple(file for file in page.files if file.filename in own)
    if not files:
        return None
    kept = {_version(file, page.name) for file in files}
    versions = tuple(version for version in page.versions if version in kept)
    return replace(page, files=files, versions=versions)


def _version(file: File, project: NormalizedName) -> str:
    try:
        return parse(file.filename, project).version
    except InvalidFilename:
        return ""


def _gone(index: Index, project: NormalizedName) -> str:
    """Why the repository shows nothing of a project whose name it owns; empty: it does not."""
    if index.unpublished_pk is not None and _is_owned_later(index, project):
        if index.past:
            return f"the repository owns the name {project} today, and had nothing of it then"
        return f"the repository has files of {project} that are not published yet"
    if index.version_pk is None or not index.reserves_names:
        return ""
    version = rows.version(index.version_pk)
    if index.remote_pk is not None:
        since = owned.uploaded_since(version, project)
        return "" if since is None else _kept_text(project, "")
    claim = owned.claim(version, project)
    if claim is None:
        return ""
    return _kept_text(project, f" on {claim.gone:%Y-%m-%d}" if claim.gone is not None else "")


def _is_owned_later(index: Index, project: NormalizedName) -> bool:
    """Whether a version after the one that is shown owns a name."""
    assert index.unpublished_pk is not None
    version = rows.version(index.unpublished_pk)
    if index.remote_pk is not None:
        if index.past and index.reserves_names and owned.uploaded_since(version, project):
            return True
        return bool(owned.own_filenames(version, project))
    claim = owned.claim(version, project)
    if claim is None:
        return False
    return claim.gone is None or (index.past and index.reserves_names)


def _kept_text(project: str, when: str) -> str:
    return (
        f"{project} was removed from the repository{when}, and the repository keeps the names it "
        "had (reserve_filenames)"
    )


def _listing(index: Index, key: Hashable) -> Listing:
    entries: list[ProjectEntry] = []
    serial = None
    had: frozenset[str] = frozenset()
    if index.version_pk is not None:
        version = rows.version(index.version_pk)
        entries = catalog.root_entries(version)
        serial = catalog.version_serial(version)
        if index.remote_pk is not None:
            own = set(owned.own_names(version))
            entries = [entry for entry in entries if entry.name in own]
        elif index.reserves_names:
            had = owned.claimed_names(version)
    if index.unpublished_pk is not None:
        later = rows.version(index.unpublished_pk)
        names = owned.own_names if index.remote_pk is not None else catalog.project_names
        had |= set(names(later))
    listed = {entry.name for entry in entries}
    return Listing(entries=entries, key=key, serial=serial, owned=had - listed)
