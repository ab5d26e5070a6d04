"""What a content process keeps in memory: values under immutable keys, within a number of bytes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Cell(Generic[V]):
    """A value in memory; None once it is forgotten. Whoever reads it sets `used`."""

    __slots__ = ("key", "size", "used", "value")

    def __init__(self, key: Hashable, value: V, size: int) -> None:
        self.key = key
        self.value: V | None = value
        self.size = size
        self.used = False


class Memory(Generic[V]):
    """A mapping that forgets what was not used lately when it holds more than `limit` bytes.

    What was used since it was last looked at gets a second chance: marking a cell as used is
    cheaper than keeping an order.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self._cells: OrderedDict[Hashable, Cell[V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._cells)

    def get(self, key: Hashable) -> V | None:
        """The value under a key."""
        cell = self._cells.get(key)
        if cell is None:
            return None
        cell.used = True
        return cell.value

    def cell(self, key: Hashable) -> Cell[V] | None:
        """Where the value is, for those who come again and again."""
        return self._cells.get(key)

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Keep a value. What would take more than a quarter of the memory is not kept."""
        self.forget(key)
        if size > self.limit // 4:
            return
        self._cells[key] = Cell(key, value, size)
        self.held += size
        while self.held > self.limit:
            oldest = next(iter(self._cells.values()))
            if oldest.used:
                oldest.used = False
                self._cells.move_to_end(oldest.key)
            else:
                self.forget(oldest.key)

    def forget(self, key: Hashable) -> None:
        """Drop a value, if it is held."""
        cell = self._cells.pop(key, None)
        if cell is not None:
            self.held -= cell.size
            cell.value = None


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
