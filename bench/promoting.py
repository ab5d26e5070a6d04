"""What it costs to promote, to compare and to go back, at 100,000 files."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import requests

from bench import many
from bench.figures import Figure
from bench.many import Crowd
from bench.memory import Taken, watching
from bench.syncing import MEMORY_LIMIT, seconds_of
from support.pulp import Pulp, Row
from support.stack import Stack

GROUP = "Promotion of 100,000 files, two content processes"
_CHANGED = "many-000019"
#: So many fresh connections in a row must see the same: each process gets some of them.
_AGREEING = 16
_TIMES = 5


def figures(stack: Stack, pulp: Pulp, crowd: Crowd) -> Iterator[Figure]:
    """The figures, each once it is measured; `stack` has two content processes."""
    prod = pulp.create_repository()
    with watching(stack) as taken:
        task = many.promote(pulp, prod, crowd.version)
    yield _promoted("into an empty repository, published", task, taken)
    second = many.fill(stack, pulp, crowd.repository, 2)
    pulp.publish(second["pulp_href"])
    first = pulp.latest(prod)
    yield _compared(pulp, "of one repository", second, crowd.version)
    yield _compared(pulp, "of two repositories", second, first)
    with watching(stack) as taken:
        task = many.promote(pulp, prod, second)
    yield _promoted("again, 1 % of them changed, published", task, taken)
    yield _went_back(pulp, prod)


def _promoted(what: str, task: Row, taken: Taken) -> Figure:
    seconds = seconds_of(task)
    return Figure(
        group=GROUP,
        what=f"promote {what}",
        measured=(
            f"{seconds:.2f} s ({taken.seconds:.2f} s of a processor beside the database's), "
            f"{taken.peak / 1e6:.0f} MB"
        ),
        to_reach="≤ 3 s, ≤ 250 MB",
        reached=seconds <= 3.0 and taken.peak <= MEMORY_LIMIT,
    )


def _compared(pulp: Pulp, what: str, version: Row, base: Row) -> Figure:
    href, params = f"{version['pulp_href']}diff/", {"base": base["pulp_href"]}
    seconds = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        answer = pulp.get(href, params=params)
        seconds.append(time.perf_counter() - begun)
        if answer.json()["count"] != many.FILES // many.ONE_IN:
            raise RuntimeError(f"{href} told of {answer.json()['count']} projects")
    median = statistics.median(seconds)
    return Figure(
        group=GROUP,
        what=f"difference of two versions {what}, 1 % apart",
        measured=f"{median:.2f} s",
        to_reach="≤ 0.5 s",
        reached=median <= 0.5,
    )


def _went_back(pulp: Pulp, prod: Row) -> Figure:
    """A rollback, and a distribution that is pointed at another version."""
    distribution = pulp.distribute(repository=prod["pulp_href"])
    base = distribution["base_url"]

    def rolled_back() -> float:
        answer = pulp.post(f"{prod['pulp_href']}rollback/", {"version": 1})
        return datetime.fromisoformat(pulp.task(answer)["finished_at"]).timestamp()

    def pointed() -> float:
        version = f"{prod['versions_href']}2/"
        pulp.update(distribution["pulp_href"], repository=None, repository_version=version)
        return time.time()

    waits = [_until_seen(base, act) for act in (rolled_back, pointed)]
    return Figure(
        group=GROUP,
        what="rollback · distribution pointed elsewhere, until every process shows it",
        measured=f"{waits[0]:.2f} s after the task · {waits[1]:.2f} s after the answer",
        to_reach="≤ 1 s",
        reached=max(waits) <= 1.0,
    )


def _until_seen(base: str, act: Callable[[], float]) -> float:
    """Seconds from what `act` returns until the last answer that showed the state before."""
    before = _settled(base)
    done = act()
    seen = 0
    last_old = done
    while seen < _AGREEING:
        if datetime.now(UTC).timestamp() - done > 30:
            raise RuntimeError(f"{base} shows what it showed before after 30 s")
        if _etag(base) == before:
            last_old, seen = time.time(), 0
        else:
            seen += 1
    return max(0.0, last_old - done)


def _settled(base: str) -> str:
    """The page's ETag, once every process answers with the same."""
    found: list[str] = []
    while len(found) < _AGREEING or len(set(found[-_AGREEING:])) > 1 or not found[-1]:
        found.append(_etag(base))
    return found[-1]


def _etag(base: str) -> str:
    """Of a page that differs between the versions, over a connection of its own."""
    answer = requests.get(f"{base}simple/{_CHANGED}/", timeout=30)
    return answer.headers.get("ETag", "") if answer.ok else ""
