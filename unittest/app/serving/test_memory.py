"""What a content process keeps in memory."""

import asyncio
from collections.abc import Iterator

import pytest

from pulp_pyindex.app.serving.memory import Flights, Memory


def test_memory_stays_within_its_limit() -> None:
    """What was not used goes first."""
    memory: Memory[str] = Memory(100)
    for number in range(10):
        memory.put(number, str(number), 20)
        memory.get(0)
    assert memory.held <= 100
    assert memory.get(0) == "0"
    assert memory.get(9) == "9"
    assert memory.get(1) is None


def test_everything_used_is_no_reason_to_grow() -> None:
    """A second chance is not a third."""
    memory: Memory[int] = Memory(100)
    for number in range(50):
        memory.put(number, number, 20)
        for known in range(number + 1):
            memory.get(known)
    assert len(memory) == 5


def test_what_is_too_large_is_not_kept() -> None:
    """One page must not drive out all the others."""
    memory: Memory[int] = Memory(100)
    memory.put("large", 1, 26)
    assert memory.get("large") is None
    assert memory.held == 0


def test_a_cell_is_emptied_when_it_is_forgotten() -> None:
    """Whoever holds on to the cell sees it."""
    memory: Memory[int] = Memory(100)
    memory.put("key", 1, 10)
    cell = memory.cell("key")
    assert cell is not None
    memory.put("key", 2, 10)
    assert cell.value is None
    assert memory.get("key") == 2
    memory.forget("key")
    assert memory.held == 0


def test_a_flight_is_shared() -> None:
    """The work is done once for all who wait; then anew."""
    calls = []

    async def work() -> int:
        calls.append(1)
        await asyncio.sleep(0.01)
        return len(calls)

    async def main() -> list[int]:
        flights = Flights()
        first = await asyncio.gather(*(flights.share("key", work) for _ in range(5)))
        return [*first, await flights.share("key", work)]

    assert asyncio.run(main()) == [1, 1, 1, 1, 1, 2]


def test_a_flight_lands_without_the_one_who_began_it() -> None:
    """A client that goes away does not take the others' answer along."""

    async def work() -> int:
        await asyncio.sleep(0.02)
        return 7

    async def main() -> int:
        flights = Flights()
        leaving = asyncio.create_task(flights.share("key", work))
        await asyncio.sleep(0)
        staying = asyncio.create_task(flights.share("key", work))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(main()) == 7


def test_a_failed_flight_fails_for_all_and_is_forgotten() -> None:
    """A failure is not remembered."""
    answers: Iterator[ValueError | int] = iter([ValueError("no"), 3])

    async def work() -> int:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    async def main() -> int:
        flights = Flights()
        with pytest.raises(ValueError, match="no"):
            await flights.share("key", work)
        return await flights.share("key", work)

    assert asyncio.run(main()) == 3
