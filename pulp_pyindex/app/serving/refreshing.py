"""Keeps the snapshot fresh: told by PostgreSQL's NOTIFY, and by asking again and again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from django.db import connection

from pulp_pyindex.app.models.notices import CHANNEL
from pulp_pyindex.app.serving import rows
from pulp_pyindex.app.serving.credentials import Credentials
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.snapshot import Index, Snapshot

_log = logging.getLogger(__name__)

#: Seconds. What no notice tells of is seen after this time: below the second we promise.
POLL = 0.8
_LONGEST_PAUSE = 5.0


async def keep_fresh(
    snapshot: Snapshot, forget: Callable[[Iterable[Index]], None], credentials: Credentials
) -> None:
    """Read distributions and tokens whenever they may have changed. Runs until it is cancelled.

    `forget` is told which indexes are no longer what they were. While the database does not
    answer, the last picture stays.
    """
    changed, gone = asyncio.Event(), False
    listener = asyncio.create_task(_listen(changed))
    try:
        while True:
            changed.clear()
            try:
                await credentials.refresh()
                forget(snapshot.replace(await in_database(rows.distributions)))
                gone = False
            except DatabaseGone as error:
                if not gone:
                    _log.warning("Serving from memory: %s", error)
                gone = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), POLL)
    finally:
        listener.cancel()


async def _listen(changed: asyncio.Event) -> None:
    pause = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_parameters()) as listening:
                await listening.execute(f"LISTEN {CHANNEL}".encode())
                pause = 0.1
                changed.set()
                async for _ in listening.notifies():
                    changed.set()
        except (psycopg.Error, OSError) as error:
            _log.warning("Not listening to changes, polling only: %s", error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _parameters() -> dict[str, Any]:
    """How Django connects, without what is only for Django's own cursors."""
    parameters = dict(connection.get_connection_params())
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    return {**parameters, "autocommit": True}
