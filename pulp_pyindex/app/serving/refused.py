"""Refusals that reached clients: noted in memory, written together, counted for good.

A request only puts a value into a list. What cannot be written while the database is away waits, up
to a bound; counts are sums, so that they lose nothing by waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from datetime import UTC, datetime

from aiohttp import web
from django.db import DatabaseError

from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Withheld
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.app.tasks.refusals import Counts, Refused, count, write_refusals
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.names import NormalizedName

_log = logging.getLogger(__name__)

#: Seconds between two writings.
_PAUSE = 0.5
#: Refusals that wait to be written; the oldest give way, but stay counted.
_MOST = 5000
_MOST_COUNTS = 20_000


class Refusals:
    """What a content process has refused and not yet written."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._latest: deque[Refused] = deque(maxlen=_MOST)
        self._counts: Counts = {}
        self._told = asyncio.Event()

    def note(
        self,
        request: web.Request,
        index: Index,
        withheld: Withheld,
        *,
        is_quarantined: bool,
    ) -> None:
        """Take note of one; costs no more than making the value."""
        action = "quarantine" if is_quarantined else withheld.action.value
        self._traffic.refused(index, action, withheld.by)
        noted = Refused(
            domain_pk=index.domain_pk,
            distribution_pk=index.distribution_pk,
            base_path=index.base_path,
            project=withheld.project,
            release=_release(withheld.project, withheld.file.filename),
            filename=withheld.file.filename,
            action=action,
            ruleset=withheld.ruleset,
            rule=withheld.by,
            text=withheld.text,
            client=request.headers.get("User-Agent", ""),
            address=request.remote or "",
            at=datetime.now(UTC),
        )
        self._latest.append(noted)
        if noted.counted_as in self._counts or len(self._counts) < _MOST_COUNTS:
            count(self._counts, noted)
        self._told.set()

    async def run(self) -> None:
        """Write what was noted, again and again, until cancelled; then once more."""
        try:
            while True:
                await self._told.wait()
                await asyncio.sleep(_PAUSE)
                await self.write()
        finally:
            # What was noted last: the process ends, whether it can be written or not.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self.write())

    async def write(self) -> None:
        """Write what was noted; while the database is away it stays noted."""
        self._told.clear()
        latest, counts = list(self._latest), self._counts
        if not latest and not counts:
            return
        self._latest.clear()
        self._counts = {}
        try:
            await in_database(write_refusals, latest, counts)
        except DatabaseError:
            _log.exception("%s refusals could not be written", len(latest))
        except DatabaseGone as error:
            _log.warning("%s refusals wait to be written: %s", len(latest), error)
            self._put_back(latest, counts)

    def _put_back(self, latest: list[Refused], counts: Counts) -> None:
        newer, self._latest = self._latest, deque(latest, maxlen=_MOST)
        self._latest.extend(newer)
        for key, tally in counts.items():
            known = self._counts.setdefault(key, tally)
            if known is not tally:
                known.count += tally.count
                known.first_at = min(known.first_at, tally.first_at)
                known.last_at = max(known.last_at, tally.last_at)
        self._told.set()


def _release(project: str, filename: str) -> str:
    try:
        return parse(filename, NormalizedName(project)).version
    except InvalidFilename:
        return ""
