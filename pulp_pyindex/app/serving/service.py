"""The index service of one content process: how a request becomes an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from django.conf import settings

from pulpcore.plugin.content import Handler

from pulp_pyindex.app.models.notices import CHANNEL, UPLOADS_SETTLED
from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.choosing import Choosing
from pulp_pyindex.app.serving.counting import Counting
from pulp_pyindex.app.serving.credentials import Credentials
from pulp_pyindex.app.serving.database import DatabaseGone
from pulp_pyindex.app.serving.files import Files
from pulp_pyindex.app.serving.generation import Generation
from pulp_pyindex.app.serving.history import History
from pulp_pyindex.app.serving.hot import Hot, is_plain
from pulp_pyindex.app.serving.listening import listen
from pulp_pyindex.app.serving.memory import Cell, Flights, Memory
from pulp_pyindex.app.serving.metrics import exporting
from pulp_pyindex.app.serving.moments import under_packages
from pulp_pyindex.app.serving.places import index_path, locate
from pulp_pyindex.app.serving.protection import Protection
from pulp_pyindex.app.serving.publishing import Publishing
from pulp_pyindex.app.serving.refreshing import Refresher
from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.remote_files import RemoteFiles
from pulp_pyindex.app.serving.rights import Rights
from pulp_pyindex.app.serving.routes import Asked
from pulp_pyindex.app.serving.ruling import Ruling
from pulp_pyindex.app.serving.snapshot import Index, Snapshot
from pulp_pyindex.app.serving.sources import SourceFailed
from pulp_pyindex.app.serving.through import Through
from pulp_pyindex.app.serving.traffic import CACHE, Statuses, Traffic, settled
from pulp_pyindex.app.upstream import loops

PREFIX = "/pypi/"
#: Another way to the files of an index, for mirroring tools that want URLs to begin like this.
FILES_PREFIX = "/packages/"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Seconds a request waits for the first picture of the distributions.
_FIRST_PICTURE = 10.0


class IndexService:
    """All indexes of this plugin, as one content process serves them."""

    def __init__(
        self, *, memory_limit: int, content_prefix: str, domains: bool, folder: Path
    ) -> None:
        self.snapshot = Snapshot()
        self._memory: Memory[Any] = Memory(memory_limit)
        self._flights = Flights()
        self.credentials = Credentials()
        self.rights = Rights()
        self._hot = Hot()
        self.traffic = Traffic()
        self._history = History()
        self._protection = Protection(self.credentials, self.rights, self._answer)
        self._prefixes = (PREFIX, FILES_PREFIX, content_prefix)
        self._domains = domains
        self._remote = RemoteFiles(folder, self.traffic)
        files = Files(self._memory, self._flights, self._remote)
        self._through = Through(
            memory=self._memory,
            flights=self._flights,
            files=files,
            remote=self._remote,
            folder=folder,
            traffic=self.traffic,
        )
        self._routes = Choosing(self._memory, self._flights, files)
        self._routes.merging.remote = self._through
        self._routes.merging.kept = self._through.kept(self._routes.merging.own)
        self._refusals = Refusals(self.traffic)
        self._routes.merging.judge = Ruling(self._refusals)
        folder.mkdir(parents=True, exist_ok=True)
        self._generation = Generation(folder / "generation")
        self._refresher = Refresher(self.snapshot, self.credentials, self._forget, self._generation)
        self.publishing = Publishing(
            folder=folder,
            credentials=self.credentials,
            rights=self.rights,
            make_visible=self._refresher.make_visible,
        )

    async def run(self, app: web.Application) -> Any:
        """Keep up to date while the application runs (an aiohttp cleanup context)."""
        heard = {
            CHANNEL: self._refresher.changed.set,
            UPLOADS_SETTLED: self.publishing.settling.told.set,
        }
        work = (
            self._refresher.run(),
            listen(heard),
            self._refusals.run(),
            Counting(self.traffic).run(),
        )
        tasks = [asyncio.create_task(each) for each in work]
        async with exporting(self.traffic), self._remote, self._through.running():
            yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    def middleware(self) -> Any:
        """The outermost middleware: answers open indexes, leaves everything else to Pulp."""
        hot, protected, prefixes = self._hot.open, self._hot.protected, self._prefixes
        lets_in = self._protection.lets_in
        generation, refresher, traffic = self._generation, self._refresher, self.traffic

        @web.middleware
        async def pyindex(request: web.Request, handler: _Handler) -> web.StreamResponse:
            if generation.current() != refresher.seen:
                await refresher.catch_up()
            headers = request.headers
            key = (request.raw_path, headers.get("Accept"), headers.get("Accept-Encoding"))
            known = hot.get(key)
            if known is not None and request.method in _READING:
                answer = self._from(*known, request)
                if answer is not None:
                    return answer
                del hot[key]
            elif key in protected and request.method in _READING:
                cell, statuses, index, segments = protected[key]
                if lets_in(request, index, segments):
                    answer = self._from(cell, statuses, request)
                    if answer is not None:
                        return answer
            if not request.raw_path.startswith(prefixes):
                return await handler(request)
            found = await self._locate(request.raw_path)
            if found is None:
                return await handler(request)
            return await traffic.counted(request, *found, self._chosen(request, handler, *found))

        return pyindex

    async def _chosen(
        self, request: web.Request, handler: _Handler, index: Index, segments: Sequence[str]
    ) -> web.StreamResponse:
        """The answer of an index, ahead of pulpcore's middlewares wherever that may be."""
        if self.publishing.is_upload(segments):
            if not self.publishing.is_ahead(request, index):
                return await handler(request)
            return await self.publishing.answer(request, index, segments)
        if index.is_open:
            return await self._answer(request, index, segments)
        return await self._protection.ahead(request, handler, index, segments)

    def _from(
        self, cell: Cell[Any], statuses: Statuses, request: web.Request
    ) -> web.StreamResponse | None:
        """The answer that is in memory, if it still is."""
        ready = cell.value
        if ready is None:
            return None
        cell.used = True
        try:
            answer: web.StreamResponse = ready.to(request)
        except FileNotFoundError:
            self._memory.forget(cell.key)
            return None
        status = answer.status
        statuses[status] = statuses.get(status, 0) + 1
        return answer

    def _forget(self, indexes: Iterable[Index]) -> None:
        self._history.forget()
        self._hot.forget(indexes)

    async def route(self, request: web.Request) -> web.StreamResponse:
        """The route below both prefixes: guarded indexes, and what is not ours."""
        found = await self._locate(request.raw_path)
        if found is not None:
            index, segments = found
            if self.publishing.is_upload(segments):
                return await self.publishing.answer(request, index, segments)
            if index.is_open:
                return await self._answer(request, index, segments)
            return await self._protection.behind(request, index, segments)
        if request.path.startswith((PREFIX, FILES_PREFIX)) or self._is_ours(request):
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
        found = self.snapshot.find(place.domain, place.segments)
        if found is not None and raw_path.startswith(FILES_PREFIX):
            return found[0], under_packages(found[1])
        return found

    async def expect(self, request: web.Request) -> web.StreamResponse | None:
        """Answer to `Expect: 100-continue`: an upload may be refused before its body is sent."""
        found = await self._locate(request.raw_path)
        if found is not None and self.publishing.is_upload(found[1]):
            refusal = await self.publishing.refusal(request, found[0])
            if refusal is not None:
                self.traffic.count(request, *found, refusal.status)
                return refusal
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # aiohttp takes what has been sent for a part of the answer.
        request.writer.output_size = 0
        return None

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
        if not loops.arrive(_joined(headers.getall(loops.HEADER, ())), index.distribution_pk):
            return answers.text(508, "The upstream of this index leads back to it.").to(request)
        try:
            past = await self._history.then(index, segments)
        except DatabaseGone:
            return answers.unavailable().to(request)
        if isinstance(past, Ready):
            return past.to(request)
        index, segments = past
        asked = Asked(
            request=request,
            index=index,
            segments=segments,
            accept=_joined(headers.getall("Accept", ())),
            accept_encoding=_joined(headers.getall("Accept-Encoding", ())),
            root=_root(request, index, PREFIX),
            files_root=_root(request, index, FILES_PREFIX),
        )
        try:
            found = await self._routes.find(asked)
        except DatabaseGone:
            return answers.unavailable().to(request)
        except SourceFailed as failure:
            return answers.text(failure.status, f"{failure}.", Retry_After="5").to(request)
        if isinstance(found.answer, web.StreamResponse):
            return found.answer
        if found.key is not None and is_plain(request):
            self._remember(request, index, segments, found.key)
        return found.answer.to(request)

    def _remember(
        self, request: web.Request, index: Index, segments: Sequence[str], key: Hashable
    ) -> None:
        cell = self._memory.cell(key)
        # The index may have changed while its answer was made.
        if cell is None or not settings.CONTENT_ORIGIN or not self.snapshot.is_current(index):
            return
        cache = settled(request.get(CACHE, ""))
        statuses = self.traffic.statuses(index, segments, cache)
        self._hot.remember(request, cell, statuses, index, segments)


_READING = frozenset({"GET", "HEAD"})


def _joined(values: Any) -> str | None:
    return ", ".join(values) if values else None


def _root(request: web.Request, index: Index, prefix: str) -> str:
    origin = settings.CONTENT_ORIGIN or f"{request.scheme}://{request.host}"
    path = index_path(prefix, index.domain, index.base_path, domains=settings.DOMAIN_ENABLED)
    return f"{origin.rstrip('/')}{path}"
