"""What happens behind answers: uses are written down, files go into repositories, caches shrink."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django_guid import get_guid, set_guid
from django_guid.utils import generate_guid

from pulpcore.plugin.constants import TASK_STATES
from pulpcore.plugin.models import Task
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.util import get_prn, set_domain

from pulp_pyindex.app.models import PyindexDistribution, PyindexRepository
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.through.units import write_used
from pulp_pyindex.app.tasks.evict import evict_files
from pulp_pyindex.app.tasks.take_in import take_in_passed

_log = logging.getLogger(__name__)

_TURN = 0.5
#: Seconds without another file after which a repository takes in those that passed, and those
#: after which it does so all the same.
_QUIET = 2.0
_PATIENCE = 15.0
#: Seconds between two times that uses are written down.
_USES = 5.0
#: Seconds between two looks for what other processes left to be done.
_ROUND = 60.0
#: Seconds a distribution's cache is left alone after it was told to shrink, and those a repository
#: is after it was told to take in what is left; longer each time that nothing has come since: a
#: file cannot go, an upstream cannot be asked.
_REST = 30.0
_LONGEST_REST = 3600.0

_LEFT = """
    SELECT DISTINCT d.repository_id FROM pyindex_pyindexcachedfile cached
    JOIN core_distribution d ON d.pulp_id = cached.distribution_id
    WHERE cached.is_pending AND cached.kept_at < now() - interval '30 seconds'
      AND d.repository_id IS NOT NULL
"""
_TOO_MUCH = """
    SELECT own.distribution_ptr_id FROM pyindex_pyindexdistribution own
    WHERE (own.max_cache_size IS NOT NULL AND own.max_cache_size < (
               SELECT coalesce(sum(size), 0) FROM pyindex_pyindexcachedfile
               WHERE distribution_id = own.distribution_ptr_id))
       OR (own.max_age_unused IS NOT NULL AND EXISTS (
               SELECT FROM pyindex_pyindexcachedfile
               WHERE distribution_id = own.distribution_ptr_id AND size > 0
                 AND used_at < now() - own.max_age_unused * interval '1 second'))
"""


class Keeping:
    """The chores of one process."""

    def __init__(self) -> None:
        self._used: dict[int, float] = {}
        #: Repository → when the first and the last file came that it does not have yet.
        self._due: dict[UUID, tuple[float, float]] = {}
        self._has_grown = False
        #: Distribution or repository → until when it is left alone, and how long that is.
        self._resting: dict[UUID, tuple[float, float]] = {}
        self._wrote = self._rounded = 0.0

    def note_use(self, cached_pk: int) -> None:
        """A client has had a file."""
        self._used[cached_pk] = time.time()

    def note_kept(self, index: Index) -> None:
        """A file was kept of what passes through an index."""
        self._has_grown = True
        now = time.monotonic()
        until, _ = self._resting.get(index.distribution_pk, (0.0, 0.0))
        self._resting[index.distribution_pk] = min(until, now + _REST), 0.0
        if index.repository_pk is not None:
            self.note_news([index.repository_pk])

    def note_news(self, repository_pks: Iterable[UUID]) -> None:
        """There is something that repositories do not have yet: a file, or what is said of one."""
        now = time.monotonic()
        for pk in repository_pks:
            first, _ = self._due.get(pk, (now, now))
            self._due[pk] = first, now
            self._resting.pop(pk, None)

    async def run(self) -> None:
        """Do what is due, again and again. Runs until it is cancelled."""
        self._wrote = self._rounded = time.monotonic()
        try:
            while True:
                await asyncio.sleep(_TURN)
                try:
                    await self._turn(time.monotonic())
                except DatabaseGone:
                    continue
                except Exception:
                    _log.exception("What passed is not settled; it is tried again")
        finally:
            with contextlib.suppress(DatabaseGone):
                await self._write_used()

    async def _turn(self, now: float) -> None:
        await self._take_in(now)
        if now - self._wrote >= _USES:
            self._wrote = now
            await self._write_used()
        if now - self._rounded >= _ROUND:
            self._rounded = now
            for pk in await in_database(_rows, _LEFT):
                if self._may_again(pk, now):
                    self._due[pk] = 0.0, 0.0
            self._has_grown = True
        if self._has_grown and not self._due:
            self._has_grown = False
            await self._shrink(now)

    async def _take_in(self, now: float) -> None:
        for pk, (first, last) in list(self._due.items()):
            if now - last >= _QUIET or now - first >= _PATIENCE:
                del self._due[pk]
                await in_database(ensure_taken_in, pk)

    async def _write_used(self) -> None:
        used, self._used = self._used, {}
        if used:
            await in_database(write_used, used)

    async def _shrink(self, now: float) -> None:
        for pk in await in_database(_rows, _TOO_MUCH):
            if self._may_again(pk, now):
                await in_database(_ensure_shrunk, pk)

    def _may_again(self, pk: UUID, now: float) -> bool:
        """Whether it has rested; if so, the next rest begins."""
        until, rest = self._resting.get(pk, (0.0, 0.0))
        if until > now:
            return False
        rest = min(max(2 * rest, _REST), _LONGEST_REST)
        self._resting[pk] = now + rest, rest
        return True


def ensure_taken_in(repository_pk: UUID) -> None:
    """Start a task that takes files into a repository, unless one waits."""
    rows = PyindexRepository.objects.select_related("pulp_domain").filter(pk=repository_pk)
    for one in rows:  # none: it was deleted meanwhile
        _ensure(take_in_passed, one, {"repository_pk": str(one.pk)}, one.pulp_domain)


def _ensure_shrunk(distribution_pk: UUID) -> None:
    rows = PyindexDistribution.objects.select_related("pulp_domain").filter(pk=distribution_pk)
    for one in rows:  # none: it was deleted meanwhile
        _ensure(evict_files, one, {"distribution_pk": str(one.pk)}, one.pulp_domain)


def _ensure(task: Callable[..., Any], held: Any, kwargs: dict[str, Any], domain: Any) -> None:
    set_domain(domain)
    if get_guid() is None:
        # pulpcore's middleware does this for requests that pass it; a task must have one.
        set_guid(generate_guid())
    # One that runs may have looked already.
    waiting = Task.objects.filter(
        name=f"{task.__module__}.{task.__name__}",
        reserved_resources_record__contains=[get_prn(held)],
        state=TASK_STATES.WAITING,
    )
    if not waiting.exists():
        dispatch(task, exclusive_resources=[held], kwargs=kwargs)


def _rows(statement: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]
