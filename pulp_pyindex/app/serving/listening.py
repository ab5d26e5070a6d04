"""Hearing PostgreSQL's notices, on a connection of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

_log = logging.getLogger(__name__)

_LONGEST_PAUSE = 5.0


async def listen(heard: Mapping[str, Callable[[], None]]) -> None:
    """Call what `heard` has for a channel on each of its notices. Runs until it is cancelled.

    Everything is called once a connection stands, for what was missed before. Who listens must
    also look from time to time: while the database is away nothing is heard.
    """
    pause = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_parameters()) as listening:
                for channel in heard:
                    await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                pause = 0.1
                for call in heard.values():
                    call()
                async for notice in listening.notifies():
                    heard[notice.channel]()
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
