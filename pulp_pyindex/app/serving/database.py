"""Calls into the database from the event loop: a few threads of our own, reconnecting.

pulpcore's content app does all its database work on one thread; ours does not wait behind it. A
lost connection is replaced and the call is made once more, so that serving heals by itself.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="pyindex-database")


class DatabaseGone(Exception):
    """The database does not answer, also not on a new connection."""

    def __str__(self) -> str:
        return "the database does not answer"


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns, called in a thread that has a database connection.

    It may be called twice, so it must bear that. Raises DatabaseGone.
    """
    return await in_threads(_THREADS, function, *args, **kwargs)


async def in_threads(
    threads: Executor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """As `in_database`, in threads that are for one kind of work: it then delays no other."""
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()

    def call() -> T:
        return context.run(_call, lambda: function(*args, **kwargs))

    return await loop.run_in_executor(threads, call)


def _call(function: Callable[[], T]) -> T:
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
    try:
        return function()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise DatabaseGone from error
