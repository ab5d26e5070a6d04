"""Keeps the snapshot fresh: told by PostgreSQL's NOTIFY, by other processes, and by asking."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from pulp_pyindex.app.serving import rows
from pulp_pyindex.app.serving.credentials import Credentials
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.generation import Generation
from pulp_pyindex.app.serving.snapshot import Index, Snapshot

_log = logging.getLogger(__name__)

#: Seconds. What no notice tells of is seen after this time: below the second we promise.
POLL = 0.8


class Refresher:
    """Reads distributions and tokens whenever they may have changed.

    `forget` is told which indexes are no longer what they were. While the database does not
    answer, the last picture stays.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        credentials: Credentials,
        forget: Callable[[Iterable[Index]], None],
        generation: Generation,
    ) -> None:
        self.changed = asyncio.Event()
        self._snapshot = snapshot
        self._credentials = credentials
        self._forget = forget
        self._generation = generation
        #: The generation that the picture is at least of.
        self.seen = b""
        self._gone = False
        # One after the other: an older picture must never replace a newer one.
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Refresh when told to, and again and again. Runs until it is cancelled."""
        while True:
            self.changed.clear()
            async with self._turn:
                await self._refresh()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), POLL)

    async def catch_up(self) -> None:
        """Be no older than the generation that is current when this is called."""
        wanted = self._generation.current()
        async with self._turn:
            if self.seen != wanted:
                await self._refresh()

    async def make_visible(self) -> None:
        """Have every process of this machine, this one included, see what is committed."""
        self._generation.change()
        await self.catch_up()

    async def _refresh(self) -> None:
        seen = self._generation.current()
        try:
            await self._credentials.refresh()
            self._forget(self._snapshot.replace(await in_database(rows.distributions)))
            self._gone = False
        except DatabaseGone as error:
            if not self._gone:
                _log.warning("Serving from memory: %s", error)
            self._gone = True
        # Also without the database: asking on every request would not bring it back.
        self.seen = seen
