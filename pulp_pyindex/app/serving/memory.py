"""What a content process keeps in memory: values under immutable keys, within a number of bytes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Memory(Generic[V]):
    """A mapping that forgets what was not used lately when it holds more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> V | None:
        """The value, which then counts as just used."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Keep a value. What would take more than a quarter of the memory is not kept."""
        self.forget(key)
        if size > self.limit // 4:
            return
        self._values[key] = (value, size)
        self.held += size
        while self.held > self.limit:
            _, (_, freed) = self._values.popitem(last=False)
            self.held -= freed

    def forget(self, key: Hashable) -> None:
        """Drop a value, if it is held."""
        if (found := self._values.pop(key, None)) is not None:
            self.held -= found[1]


class Flights:
    """Work that many ask for at the same time and that is done once."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def share(self, key: Hashable, work: Callable[[], Awaitable[V]]) -> V:
        """The result of `work`, or of the same work under the same key if it is under way.

        A caller that goes away does not stop the work for the others.
        """
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.ensure_future(_run(work))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(task)

    def _land(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # seen, also when every caller has gone away


async def _run(work: Callable[[], Awaitable[V]]) -> V:
    return await work()
