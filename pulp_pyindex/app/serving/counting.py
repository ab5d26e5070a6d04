"""Writes down what was counted, every few seconds, for REST to tell."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.traffic import Asked, Traffic
from pulp_pyindex.app.tasks.traffic import Answers, Questions, write_traffic

_log = logging.getLogger(__name__)

#: Seconds between two writings.
_PAUSE = 5.0

#: Index, kind, cache, status: what an answer is written by.
_Key = tuple[UUID, str, str, int]


class Counting:
    """What of a process's numbers is written, and what is not yet."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._answers: Counter[_Key] = Counter()
        self._asked: dict[Asked, tuple[int, float]] = {}

    async def run(self) -> None:
        """Write, again and again, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(_PAUSE)
                await _to_its_end(self.write())
        finally:
            # What was counted last: the process ends, whether it can be written or not.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self.write())

    async def write(self) -> None:
        """Write what has come; while the database is away it waits in the numbers."""
        answers = self._counted()
        asked = {key: (one.count, one.seconds) for key, one in self._traffic.asked.items()}
        new_answers = [
            Answers(distribution_pk=pk, kind=kind, cache=cache, status=status, count=count)
            for (pk, kind, cache, status), count in (answers - self._answers).items()
        ]
        new_asked = list(self._questions(asked))
        if not new_answers and not new_asked:
            return
        try:
            await in_database(write_traffic, new_answers, new_asked, datetime.now(UTC))
        except DatabaseGone as error:
            _log.warning("What was counted waits to be written: %s", error)
            return
        except DatabaseError:
            # It would not be written the next time either.
            _log.exception("What was counted could not be written")
        self._answers, self._asked = answers, asked

    def _counted(self) -> Counter[_Key]:
        found: Counter[_Key] = Counter()
        for one, statuses in self._traffic.answers.items():
            for status, count in statuses.items():
                # An index that was given another address goes on where it was.
                found[one.distribution_pk, one.kind, one.cache, status] += count
        return found

    def _questions(self, asked: dict[Asked, tuple[int, float]]) -> list[Questions]:
        found: dict[tuple[UUID, str, str], tuple[int, float]] = {}
        for key, (count, seconds) in asked.items():
            before = self._asked.get(key, (0, 0.0))
            if count > before[0]:
                which = key.remote_pk, key.kind, key.outcome
                known = found.get(which, (0, 0.0))
                found[which] = known[0] + count - before[0], known[1] + seconds - before[1]
        return [
            Questions(remote_pk=pk, kind=kind, outcome=outcome, count=count, seconds=seconds)
            for (pk, kind, outcome), (count, seconds) in found.items()
        ]


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it whole, also when cancelled: what was half done would be done once more."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
