"""Pages of indexes that are made of several, kept ready under the keys of what they are made of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sequence
from typing import Any

from packaging.utils import NormalizedName

from pulp_pyindex.app.catalog import StoredPage
from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.memory import Memory
from pulp_pyindex.app.serving.merged.deciding import Merging
from pulp_pyindex.app.serving.merged.roots import listing
from pulp_pyindex.app.serving.pages import ROOT, Form, Paged, finished
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing
from pulp_pyindex.index import rendering
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import API_VERSION, ProjectEntry, ProjectPage

#: Pages with more files, or names, are rendered in a thread.
_LARGE = 200


class MergedPages:
    """As `serving.pages.Pages`; where there is no page, the answer says why."""

    def __init__(self, merging: Merging, memory: Memory[Any]) -> None:
        self._merging = merging
        self._memory = memory

    async def ready(self, index: Index, project: str, form: Form) -> Paged:
        """The page of a project, or why there is none. Raises SourceFailed."""
        if project == ROOT:
            return await self._root(index, form)
        verdict = await self._merging.verdict(index, NormalizedName(project))
        offer = verdict.offer
        if offer is None or not verdict.has_page:
            return Paged(None, answers.text(404, verdict.reason), verdict.cache)
        # The same page may be right for another while: it is forgotten at the end of each.
        key = ("merged page", offer.key, project, index.is_open, form, verdict.expires)
        found: Ready | None = self._memory.get(key)
        if found is None:
            page = offer.page
            if len(page.files) > _LARGE:
                found = await asyncio.to_thread(_page, page, form, index)
            else:
                found = _page(page, form, index)
            self._keep(key, found, verdict.expires)
        if offer.headers:
            aged = Ready(200, {**found.headers, **offer.headers}, found.body)
            return Paged(None, aged, verdict.cache)
        return Paged(None if verdict.is_fleeting else key, found, verdict.cache)

    def is_empty(self, index: Index) -> bool:
        """Whether there is nothing that pages could be made of: that is for the sources to say."""
        return False

    async def absence(self, index: Index, project: str) -> Ready | None:
        """The answer that says why there is no page for a normalised name; None: there is."""
        verdict = await self._merging.verdict(index, NormalizedName(project))
        return None if verdict.has_page else answers.text(404, verdict.reason)

    async def _root(self, index: Index, form: Form) -> Paged:
        found = await listing(self._merging, index)
        key = ("merged list", found.key, index.is_open, form)
        ready: Ready | None = self._memory.get(key)
        if ready is None:
            ready = await asyncio.to_thread(_list, found, form, index)
            self._keep(key, ready, found.expires)
        return Paged(key, ready)

    def _keep(self, key: Hashable, ready: Ready, expires: float | None) -> None:
        self._memory.put(key, ready, ready.size)
        if expires is not None:
            # What is forgotten is not found by those either who remember where it was.
            delay = max(0.0, expires - time.time())
            asyncio.get_running_loop().call_later(delay, self._memory.forget, key)


def _page(page: ProjectPage, form: Form, index: Index) -> Ready:
    tail = rendering.project_tail(form.kind, page)
    return _finished(tail, rendering.page_api_version(page), page.serial or 0, form, index)


def _list(found: Listing, form: Form, index: Index) -> Ready:
    entries: Sequence[ProjectEntry] = found.entries
    tail = rendering.root_tail(form.kind, entries)
    return _finished(tail, API_VERSION, found.serial or 0, form, index)


def _finished(tail: bytes, api_version: str, serial: int, form: Form, index: Index) -> Ready:
    deflated = rendering.deflate(tail)
    stored = StoredPage(
        json=deflated if form.kind is Kind.JSON else b"",
        html=deflated if form.kind is not Kind.JSON else b"",
        api_version=api_version,
        has_origin=rendering.has_origin(form.kind, tail),
        serial=serial,
    )
    return finished(stored, form, index)
