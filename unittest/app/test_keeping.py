"""Threads that store files side by side."""

import asyncio
from threading import Barrier

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from pulp_pyindex.app.tasks.keeping import THREADS, Keeping


def test_all_threads_work_side_by_side() -> None:
    """Each waits until the others have come as far."""
    barrier = Barrier(THREADS, timeout=20)
    passed: list[int] = []

    async def work() -> None:
        async with Keeping() as keeping:
            await asyncio.gather(
                *(keeping.run(lambda: passed.append(barrier.wait())) for _ in range(THREADS))
            )

    asyncio.run(work())
    assert sorted(passed) == list(range(THREADS))


def test_each_thread_has_a_connection_of_its_own() -> None:
    """No two share one, and none has that of the task."""
    barrier = Barrier(THREADS, timeout=20)
    seen: list[object] = []

    def note() -> None:
        seen.append(connections[DEFAULT_DB_ALIAS])
        barrier.wait()

    async def work() -> None:
        async with Keeping() as keeping:
            await asyncio.gather(*(keeping.run(note) for _ in range(THREADS)))

    asyncio.run(work())
    own = connections[DEFAULT_DB_ALIAS]
    assert len({id(one) for one in [*seen, own]}) == THREADS + 1


def test_what_the_work_raises_reaches_who_asked() -> None:
    """And the threads end."""

    def fail() -> None:
        raise OSError("the bucket is gone")

    async def work() -> None:
        async with Keeping() as keeping:
            await keeping.run(fail)

    with pytest.raises(OSError, match="the bucket is gone"):
        asyncio.run(work())
