"""The index service of one content process: how a request becomes an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from django.conf import settings

from pulpcore.plugin.content import Handler

from pulp_pyindex.app.serving import answers, guards
from pulp_pyindex.app.serving.database import DatabaseGone
from pulp_pyindex.app.serving.files import Files
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.pages import Pages
from pulp_pyindex.app.serving.places import Place, index_path, locate
from pulp_pyindex.app.serving.provenance import Provenances
from pulp_pyindex.app.serving.refreshing import keep_fresh
from pulp_pyindex.app.serving.remote_files import RemoteFiles
from pulp_pyindex.app.serving.routes import Asked, Routes
from pulp_pyindex.app.serving.snapshot import Index, Snapshot

PREFIX = "/pypi/"

#: Requests whose answer is known to be in memory. More are forgotten all at once.
_MOST_HOT = 20_000
#: Seconds a request waits for the first picture of the distributions.
_FIRST_PICTURE = 10.0


@dataclass(frozen=True, slots=True)
class _Hot:
    """Where the answer to a request is in memory, as long as the index stays what it was."""

    index: Index
    key: Hashable


class IndexService:
    """All indexes of this plugin, as one content process serves them."""

    def __init__(
        self, *, memory_limit: int, content_prefix: str, domains: bool, folder: Path
    ) -> None:
        self.snapshot = Snapshot()
        self._memory: Memory[Any] = Memory(memory_limit)
        self._flights = Flights()
        self._hot: dict[tuple[str, str | None, str | None], _Hot] = {}
        self._prefixes = (PREFIX, content_prefix)
        self._domains = domains
        self._remote = RemoteFiles(folder)
        self._routes = Routes(
            Pages(self._memory, self._flights),
            Files(self._memory, self._flights, self._remote),
            Provenances(),
        )

    async def run(self, app: web.Application) -> Any:
        """Keep up to date while the application runs (an aiohttp cleanup context)."""
        refreshing = asyncio.create_task(keep_fresh(self.snapshot))
        async with self._remote:
            yield
        refreshing.cancel()
        await asyncio.wait([refreshing])

    async def ahead(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """The outermost middleware: answers open indexes, leaves everything else to Pulp."""
        raw_path = request.raw_path
        if not raw_path.startswith(self._prefixes):
            return await _handled(handler, request)
        headers = request.headers
        hot_key = (raw_path, headers.get("Accept"), headers.get("Accept-Encoding"))
        hot = self._hot.get(hot_key)
        if hot is not None and request.method in _READING:
            if self.snapshot.is_current(hot.index):
                ready = self._memory.get(hot.key)
                if ready is not None:
                    try:
                        return ready.to(request)
                    except FileNotFoundError:
                        self._memory.forget(hot.key)
            del self._hot[hot_key]
        found = await self._locate(raw_path)
        if found is None or found[0].guard_pk is not None:
            return await _handled(handler, request)
        return await self._answer(request, *found)

    async def route(self, request: web.Request) -> web.StreamResponse:
        """The route below both prefixes: guarded indexes, and what is not ours."""
        found = await self._locate(request.raw_path)
        if found is not None:
            index, segments = found
            if index.guard_pk is not None:
                try:
                    refusal = await guards.refusal(request, index.guard_pk)
                except DatabaseGone:
                    refusal = _unavailable()
                if refusal is not None:
                    return refusal.to(request)
            return await self._answer(request, index, segments)
        if request.path.startswith(PREFIX) or self._is_ours(request):
            return answers.text(404, "There is no index at this address.").to(request)
        if request.method not in _READING:
            raise web.HTTPMethodNotAllowed(request.method, sorted(_READING))
        return await Handler().stream_content(request)

    async def _locate(self, raw_path: str) -> tuple[Index, Sequence[str]] | None:
        place = locate(raw_path, self._prefixes, domains=self._domains)
        if place is None:
            return None
        if not self.snapshot.loaded.is_set():
            await self._first_picture()
        return self._index(place)

    def _index(self, place: Place) -> tuple[Index, Sequence[str]] | None:
        return self.snapshot.find(place.domain, place.segments)

    def _is_ours(self, request: web.Request) -> bool:
        """Whether Pulp's own, slower handler would find one of our indexes at an odd path."""
        path = request.match_info.get("path", "")
        domain = request.match_info.get("pulp_domain", "default")
        segments = tuple(part for part in path.split("/") if part)
        return self.snapshot.find(domain, segments) is not None

    async def _first_picture(self) -> None:
        try:
            await asyncio.wait_for(self.snapshot.loaded.wait(), _FIRST_PICTURE)
        except TimeoutError:
            raise web.HTTPServiceUnavailable(
                text="The list of indexes could not be read yet.\n", headers={"Retry-After": "2"}
            ) from None

    async def _answer(
        self, request: web.Request, index: Index, segments: Sequence[str]
    ) -> web.StreamResponse:
        if request.method not in _READING:
            refused = answers.text(
                405, f"{request.method} is not possible here.", Allow="GET, HEAD"
            )
            return refused.to(request)
        headers = request.headers
        asked = Asked(
            request=request,
            index=index,
            segments=segments,
            accept=_joined(headers.getall("Accept", ())),
            accept_encoding=_joined(headers.getall("Accept-Encoding", ())),
            root=_root(request, index),
        )
        try:
            found = await self._routes.find(asked)
        except DatabaseGone:
            return _unavailable().to(request)
        if isinstance(found.answer, web.StreamResponse):
            return found.answer
        if found.key is not None and index.guard_pk is None and _is_plain(headers):
            self._remember(request, index, found.key)
        return found.answer.to(request)

    def _remember(self, request: web.Request, index: Index, key: Hashable) -> None:
        if not settings.CONTENT_ORIGIN:
            return
        if len(self._hot) >= _MOST_HOT:
            self._hot.clear()
        headers = request.headers
        hot_key = (request.raw_path, headers.get("Accept"), headers.get("Accept-Encoding"))
        self._hot[hot_key] = _Hot(index, key)


_READING = frozenset({"GET", "HEAD"})


async def _handled(handler: Any, request: web.Request) -> web.StreamResponse:
    return await handler(request)


def _joined(values: Any) -> str | None:
    return ", ".join(values) if values else None


def _is_plain(headers: Any) -> bool:
    """Whether the two header fields that `ahead` looks at say all there is to say."""
    return len(headers.getall("Accept", ())) < 2 and len(headers.getall("Accept-Encoding", ())) < 2


def _root(request: web.Request, index: Index) -> str:
    origin = settings.CONTENT_ORIGIN or f"{request.scheme}://{request.host}"
    path = index_path(index.domain, index.base_path, domains=settings.DOMAIN_ENABLED)
    return f"{origin.rstrip('/')}{path}"


def _unavailable() -> answers.Ready:
    return answers.text(
        503,
        "The database does not answer, and this is not in memory. Try again in a moment.",
        Retry_After="2",
    )
