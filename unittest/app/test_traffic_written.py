"""Writing down what content apps have counted."""

import asyncio
import contextlib
from typing import Any
from uuid import uuid4

import pytest

from pulp_pyindex.app.models import (
    PyindexAnswerCount,
    PyindexDistribution,
    PyindexRemote,
    PyindexUpstreamCount,
)
from pulp_pyindex.app.serving import counting
from pulp_pyindex.app.serving.counting import Counting
from pulp_pyindex.app.serving.database import DatabaseGone
from pulp_pyindex.app.serving.traffic import Answered, Asked, Spent, Traffic

pytestmark = pytest.mark.django_db


def answered(pk: Any, **changes: str) -> Answered:
    told = {"domain": "default", "index": "main", "kind": "page", "cache": "fresh", **changes}
    return Answered(distribution_pk=pk, **told)


@pytest.fixture
def in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Database work in the test's own thread, which sees what the test wrote."""

    async def call(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(counting, "in_database", call)


def write(counts: Counting) -> None:
    # Without a loop: Django has another connection in one, which does not see the test's rows.
    with contextlib.suppress(StopIteration):
        counts.write().send(None)


def answers() -> dict[tuple[str, str, int], int]:
    rows = PyindexAnswerCount.objects.all()
    return {(row.kind, row.cache, row.status): row.count for row in rows}


@pytest.mark.usefixtures("in_line")
def test_what_has_come_is_added_to_what_is_written() -> None:
    """By several processes; of objects that have gone nothing is left."""
    one = PyindexDistribution.objects.create(name="main", base_path="main")
    remote = PyindexRemote.objects.create(name="web", url="https://index.example.org/")
    traffic, other = Traffic(), Traffic()
    mine, others = Counting(traffic), Counting(other)
    traffic.answers[answered(one.pk)] = {200: 3, 304: 1}
    traffic.answers[answered(one.pk, index="moved")] = {200: 1}
    traffic.answers[answered(uuid4())] = {200: 9}
    other.answers[answered(one.pk)] = {200: 10}
    asked = Asked(
        remote_pk=remote.pk, domain="default", remote="web", kind="page", outcome="timeout"
    )
    traffic.asked[asked] = Spent(2, 3.0)
    write(mine)
    write(mine)
    write(others)
    assert answers() == {("page", "fresh", 200): 14, ("page", "fresh", 304): 1}

    traffic.answers[answered(one.pk)][200] += 1
    traffic.asked[asked] = Spent(3, 3.5)
    write(mine)
    assert answers()["page", "fresh", 200] == 15
    (row,) = PyindexUpstreamCount.objects.all()
    assert (row.kind, row.outcome, row.count, row.seconds) == ("page", "timeout", 3, 3.5)
    assert row.first_at < row.last_at


def test_nothing_is_lost_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written with the next numbers."""
    traffic = Traffic()
    key = answered(uuid4())
    traffic.answers[key] = {200: 3}
    written: list[int] = []
    is_away = True

    async def call(function: Any, rows: Any, *args: Any) -> None:
        if is_away:
            raise DatabaseGone
        written.extend(row.count for row in rows)

    monkeypatch.setattr(counting, "in_database", call)
    counts = Counting(traffic)
    asyncio.run(counts.write())
    traffic.answers[key][200] = 5
    is_away = False
    asyncio.run(counts.write())
    assert written == [5]


def test_what_is_being_written_when_the_process_ends_is_not_written_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that is told to end writes what is left, and only that."""
    traffic = Traffic()
    key = answered(uuid4())
    traffic.answers[key] = {200: 3}
    written: list[int] = []

    async def run() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def call(function: Any, rows: Any, *args: Any) -> None:
            begun.set()
            await go_on.wait()
            written.extend(row.count for row in rows)

        monkeypatch.setattr(counting, "in_database", call)
        monkeypatch.setattr(counting, "_PAUSE", 0.0)
        running = asyncio.create_task(Counting(traffic).run())
        await begun.wait()
        running.cancel()
        await asyncio.sleep(0)
        traffic.answers[key][200] = 5
        go_on.set()
        await asyncio.wait({running})

    asyncio.run(run())
    assert written == [3, 2]
