"""What is known of upstreams' pages, in this process: served at once, renewed behind the scenes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import CachedPage
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import SourceFailed
from pulp_pyindex.app.serving.through.asking import Asking, Note
from pulp_pyindex.app.serving.through.connections import Connections
from pulp_pyindex.app.serving.traffic import Cache

_log = logging.getLogger(__name__)

#: Seconds between two looks into the database for a page that has gone stale here.
_LOOK = 1.0
#: Seconds an upstream that could not be asked for a known page is left in peace.
_PEACE = 5.0
_MISSING_SIZE = 600
_MOST_MARKS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A page, and whether it may have changed since."""

    page: CachedPage
    #: Seconds since upstream said it; None: it is fresh.
    age: float | None = None
    #: How whoever asked came by it.
    cache: Cache = Cache.FRESH


class Knowledge:
    """The pages that one process knows."""

    def __init__(
        self, memory: Memory[Any], folder: Path, connections: Connections, note: Note
    ) -> None:
        self._memory = memory
        self._folder = folder
        self._connections = connections
        self._note = note
        self._flights = Flights()
        self._asking: dict[Hashable, asyncio.Future[CachedPage]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        #: When the database was last looked at for a stale page.
        self._looked: dict[Hashable, float] = {}
        #: Until when an upstream is left in peace.
        self._peace: dict[Hashable, float] = {}
        self._failing: dict[UUID, str] = {}

    async def close(self) -> None:
        """Stop asking."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def page(
        self, index: Index, project: NormalizedName, *, ask: bool = True
    ) -> Known | None:
        """What is known of a project, at once where anything is; else upstream is asked.

        None where nothing is known and nobody may be asked. Raises SourceFailed, DatabaseGone.
        """
        key = _key(index, project)
        known: CachedPage | None = self._memory.get(key)
        now = time.time()
        if known is None or (known.fresh_until <= now and self._may_look(key)):
            known = await self._looked_up(index, project, known)
        may_ask = ask and not index.offline
        if known is None or known.is_invalid:
            if may_ask:
                try:
                    cache = Cache.MISS if known is None else Cache.REVALIDATED
                    return Known(page=await self._ask(index, project, known), cache=cache)
                except SourceFailed:
                    if known is None:
                        raise
            if known is None:
                if ask and index.offline:
                    where = f"the index {index.base_path!r}"
                    raise SourceFailed(504, where, "it is offline, and does not know the project")
                return None
        elif known.fresh_until > now:
            return Known(page=known)
        elif index.offline:
            return Known(page=known, cache=Cache.OFFLINE)
        elif known.page is None and may_ask:
            # That upstream did not have it is soon forgotten: others may stand behind this index.
            page = await self._ask(index, project, known)
            return Known(page=page, cache=Cache.REVALIDATED)
        elif may_ask:
            self._renew(index, project, known)
        failed = known.failure or known.is_invalid
        return Known(
            page=known,
            age=max(0.0, now - known.fetched_at),
            cache=Cache.STALE_ERROR if failed else Cache.STALE,
        )

    async def newer(self, index: Index, project: NormalizedName, than: CachedPage) -> CachedPage:
        """The page after `than`, where upstream has said something since or may say it now."""
        found = await self._looked_up(index, project, than)
        if found is not None and (found.sha256 != than.sha256 or found.digests != than.digests):
            return found
        if index.offline or than.fresh_until > time.time():
            return than
        return await self._ask(index, project, than)

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        """Whether the database knows something else of a page than this process did."""
        known: CachedPage | None = self._memory.get(_key(index, project))
        row = await self._looked_up(index, project, known)
        return row is not None and known is not None and row.sha256 != known.sha256

    def forget(self, index: Index, project: NormalizedName) -> None:
        """Look into the database when the page is next asked for."""
        self._memory.forget(_key(index, project))

    def _may_look(self, key: Hashable) -> bool:
        now = time.monotonic()
        if self._looked.get(key, 0.0) + _LOOK > now:
            return False
        _mark(self._looked, key, now)
        return True

    async def _looked_up(
        self, index: Index, project: NormalizedName, known: CachedPage | None
    ) -> CachedPage | None:
        """What the database knows; what this process knows where that does not answer."""
        key = _key(index, project)
        assert index.remote_pk is not None
        remote_pk = index.remote_pk
        link = await self._connections.of(index)
        try:
            rows = await self._flights.share(
                key, lambda: in_database(catalog.cached_pages, remote_pk, [project])
            )
        except DatabaseGone:
            if known is None:
                raise
            return known
        row = rows.get(project)
        if row is None or row.url != link.remote.url:
            return None
        if known is not None and known.fetched_at > row.fetched_at and not row.is_invalid:
            return known
        if known is not None and known.sha256 == row.sha256 and known.page is not None:
            # The same object, for those who remember what they made of it.
            row = replace(row, page=known.page)
        if not row.is_invalid:
            self._keep(key, row)
        return row

    async def _ask(
        self, index: Index, project: NormalizedName, known: CachedPage | None
    ) -> CachedPage:
        """What upstream says now."""
        key = _key(index, project)
        future = self._asking.get(key)
        if future is None:
            link = await self._connections.of(index)
            future = self._asking.get(key)
            if future is None:
                asking = Asking(self._folder, link, project, known, self._note)
                future = asyncio.get_running_loop().create_future()
                self._asking[key] = future
                self._start(self._run(key, asking, future, index))
        return await asyncio.shield(future)

    async def _run(
        self, key: Hashable, asking: Asking, future: asyncio.Future[CachedPage], index: Index
    ) -> None:
        def heard(page: CachedPage) -> None:
            self._keep(key, page)
            if not future.done():
                future.set_result(page)

        try:
            await asking.now(heard)
            self._note_success(index)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except Exception as error:
            if not isinstance(error, SourceFailed | DatabaseGone):
                _log.exception("A page could not be asked for")
            if not future.done():
                future.set_exception(error)
                future.exception()  # seen, also when every client has gone away
        finally:
            self._asking.pop(key, None)

    def _renew(self, index: Index, project: NormalizedName, known: CachedPage) -> None:
        """Ask upstream while clients have what is known."""
        key = _key(index, project)
        if key in self._asking or self._peace.get(key, 0.0) > time.monotonic():
            return
        # Holds the place of those who would ask as well.
        _mark(self._peace, key, time.monotonic() + _PEACE)
        self._start(self._renewed(key, index, project, known))

    async def _renewed(
        self, key: Hashable, index: Index, project: NormalizedName, known: CachedPage
    ) -> None:
        try:
            link = await self._connections.of(index)
            asking = Asking(self._folder, link, project, known, self._note)
            if await asking.soon(lambda page: self._keep(key, page)):
                self._note_success(index)
            # What another process hears is found in the database.
            self._peace.pop(key, None)
        except SourceFailed as failure:
            _mark(self._peace, key, time.monotonic() + _PEACE)
            self._note_failure(index, project, failure)
        except DatabaseGone as gone:
            _log.warning("The page of %s is not renewed: %s", project, gone)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _keep(self, key: Hashable, page: CachedPage) -> None:
        # Decoded, a page takes about as much again as its text.
        self._memory.put(key, page, _MISSING_SIZE + 3 * page.size)

    def _note_failure(self, index: Index, project: str, failure: SourceFailed) -> None:
        assert index.remote_pk is not None
        if index.remote_pk not in self._failing:
            _log.warning("Serving what is known of %s and others: %s", project, failure)
        self._failing[index.remote_pk] = str(failure)

    def _note_success(self, index: Index) -> None:
        if index.remote_pk is not None and self._failing.pop(index.remote_pk, None) is not None:
            _log.warning("The remote of the index %s can be asked again", index.base_path)


def _key(index: Index, project: str) -> Hashable:
    return "known", index.remote_pk, index.remote_stamp, project


def _mark(marks: dict[Hashable, float], key: Hashable, moment: float) -> None:
    if len(marks) >= _MOST_MARKS:
        marks.clear()
    marks[key] = moment
