"""Pages of an index as finished answers, kept in memory under what never changes."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import StoredPage
from pulp_pyindex.app.serving import answers, rows
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index import rendering
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import API_VERSION

#: The project that stands for the list of projects.
ROOT = ""
#: Pages whose compressed form is larger are put together in a thread.
_LARGE = 64 * 1024

_MISSING_LIMIT = 8 * 1024 * 1024
_MISSING_SIZE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one client gets of a page: which form, how encoded, under which origin."""

    kind: Kind
    gzip: bool
    #: Absolute URL of the index, for the links that must be absolute.
    root: str


class Paged(NamedTuple):
    """The key that a page has in memory if it stays there, and the page."""

    key: Hashable | None
    #: None: there is no such project.
    ready: Ready | None
    #: How it was come by, where it passes through (`traffic.Cache`).
    cache: str = ""


PageKey = tuple[str, UUID, str, bool, bool, Form]


class Pages:
    """The pages of all indexes."""

    def __init__(self, memory: Memory[Ready | None], flights: Flights) -> None:
        self._memory = memory
        self._flights = flights
        # Installers ask every index for every project, most often in vain. Of its own size, so
        # that questions never drive out answers.
        self._missing: Memory[bool] = Memory(_MISSING_LIMIT)

    async def ready(self, index: Index, project: str, form: Form) -> Paged:
        """The page of a project."""
        key = _key(index, project, form)
        found = self._memory.get(key)
        if found is None:
            page = await self.stored(index, project)
            if page is None:
                return Paged(key, None)
            if len(page.json) > _LARGE:
                found = await asyncio.to_thread(finished, page, form, index)
            else:
                found = finished(page, form, index)
            self._memory.put(key, found, found.size)
        return Paged(key, found)

    def is_empty(self, index: Index) -> bool:
        """Whether there is nothing that pages could be made of."""
        return index.pages_key is None

    async def absence(self, index: Index, project: str) -> Ready | None:
        """The answer that says that there is no page for a normalised name; None: there is."""
        return None if await self.stored(index, project) is not None else no_project(index, project)

    async def stored(self, index: Index, project: str) -> StoredPage | None:
        """The page as it is published, or as it would be."""
        if index.pages_key is None:
            return None
        key = ("no page", index.pages_key, project)
        if self._missing.get(key) is not None:
            return None
        page = await self._flights.share(key, lambda: in_database(_load, index, project))
        if page is None:
            self._missing.put(key, True, _MISSING_SIZE + len(project))
        return page


def _key(index: Index, project: str, form: Form) -> PageKey:
    assert index.pages_key is not None
    return (
        "page",
        index.pages_key,
        project,
        index.is_open,
        index.settled,
        form,
    )


def _load(index: Index, project: str) -> StoredPage | None:
    if index.publication_pk is not None:
        return catalog.published_page(index.publication_pk, project)
    assert index.version_pk is not None
    version = rows.version(index.version_pk)
    if project == ROOT:
        entries = catalog.root_entries(version)
        return _unpublished(
            rendering.root_tail(Kind.JSON, entries),
            rendering.root_tail(Kind.HTML, entries),
            API_VERSION,
            catalog.version_serial(version),
        )
    page = catalog.project_page(version, project)
    if page is None:
        return None
    assert page.serial is not None  # catalog always sets it
    return _unpublished(
        rendering.project_tail(Kind.JSON, page),
        rendering.project_tail(Kind.HTML, page),
        rendering.page_api_version(page),
        page.serial,
    )


def _unpublished(json_tail: bytes, html_tail: bytes, api_version: str, serial: int) -> StoredPage:
    return StoredPage(
        json=rendering.deflate(json_tail),
        html=rendering.deflate(html_tail),
        api_version=api_version,
        has_origin=rendering.has_origin(Kind.JSON, json_tail),
        serial=serial,
    )


def finished(page: StoredPage, form: Form, index: Index) -> Ready:
    """A stored page as the answer a client gets."""
    kind = form.kind
    made = rendering.assemble(
        kind,
        rendering.head(kind, page.serial, page.api_version),
        page.json if kind is Kind.JSON else page.html,
        form.root if page.has_origin else None,
    )
    headers = {
        "Content-Type": kind.content_type,
        "Cache-Control": cache_control(index),
        "Vary": "Accept, Accept-Encoding",
        "ETag": made.gzip_etag if form.gzip else made.etag,
        "X-PyPI-Last-Serial": str(page.serial),
    }
    if form.gzip:
        headers["Content-Encoding"] = "gzip"
    return Ready(200, headers, made.gzip if form.gzip else made.body)


def no_project(index: Index, name: str) -> Ready:
    """The answer for a project that a plain index does not have."""
    if index.pages_key is None and not index.base_pks and index.remote_pk is None:
        return answers.text(
            404,
            f"The index {index.base_path!r} has nothing to serve yet: "
            "no version of its repository has been published.",
        )
    text = f"The index {index.base_path!r} has no project {name[:200]!r}."
    if index.without_bases:
        text += " It shows its own repository only; with its bases it is at +at/<time>/."
    return answers.text(404, text)


def cache_control(index: Index) -> str:
    """How long a page may be taken for fresh: never unasked.

    A distribution can be pointed elsewhere at any time, and installers honour `max-age`: a
    promotion or a roll-back would stay unseen. Asking again costs a 304. A settled past is what
    it is for ever, and its address names it.
    """
    scope = "public" if index.is_open else "private"
    return f"{scope}, {'max-age=31536000, immutable' if index.settled else 'no-cache'}"
