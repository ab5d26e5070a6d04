"""Files of a task stored side by side: an object storage answers late, and takes many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self

from asgiref.sync import sync_to_async
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_P = ParamSpec("_P")

#: Files stored at the same time. A directory gains little by more than one.
THREADS = 4


class Keeping:
    """Threads for `ingest`, each with a database connection of its own.

    What they do is committed by them: nothing of it may wait for a transaction of the task.
    """

    def __init__(self) -> None:
        self._opened: list[BaseDatabaseWrapper] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(
            max_workers=THREADS, thread_name_prefix="keeping", initializer=self._open
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what has begun, and close the connections."""
        await sync_to_async(self._close, thread_sensitive=False)()

    async def run(self, work: Callable[_P, object], /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Do `work` in one of the threads, in the current domain; what it raises is raised."""
        in_thread = sync_to_async(work, thread_sensitive=False, executor=self._pool)
        await in_thread(*args, **kwargs)

    def _open(self) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        # The thread that ends them all closes it.
        connection.inc_thread_sharing()
        with self._lock:
            self._opened.append(connection)

    def _close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        for connection in self._opened:
            connection.close()
