"""What passing an upstream through costs, and what its faults cost those who know enough."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import Any

import requests

from bench import cold, dataset, filling, load
from bench.figures import Figure
from bench.serving import file_url
from bench.upstream import Upstream
from support.pulp import Pulp, Row
from support.stack import Stack

_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
_GROUP = "Pull-through"
_COLD = 200
_ASKED = 400
_HELD, _GOING = 100_000, 10_000


def figures(stack: Stack, pulp: Pulp, upstream: Upstream, projects: int) -> Iterator[Figure]:
    """Cold and warm pages, a slow and a dead upstream, a cache that shrinks."""
    yield _cold(pulp, upstream, projects)
    if load.installed():
        yield _warm(pulp, upstream)
    yield from _in_need(pulp, upstream)
    yield from _shrinking(stack, pulp, upstream)


def one_file(stack: Stack, upstream: Upstream) -> Iterator[Figure]:
    """32 clients of one cold file; `stack` has two content processes."""
    pulp = stack.client()
    index = pass_through(pulp, upstream.url("files"))["base_url"]
    found = cold.figure(stack, upstream, index)
    yield replace(found, group=_GROUP, what=f"{found.what}, two content processes")


def pass_through(pulp: Pulp, url: str, **remote: Any) -> Row:
    """A distribution that passes the index at `url` through, once it is served."""
    made = pulp.create_remote(url, **remote)
    distribution = pulp.distribute(remote=made["pulp_href"])
    for _ in range(100):
        if (
            requests.get(distribution["base_url"], allow_redirects=False, timeout=30).status_code
            == 302
        ):
            return distribution
        time.sleep(0.05)
    raise RuntimeError("the index is not served")


def _timed(session: requests.Session, url: str) -> float:
    begun = time.perf_counter()
    answer = session.get(url, headers=_JSON, timeout=60)
    answer.raise_for_status()
    return time.perf_counter() - begun


def _cold(pulp: Pulp, upstream: Upstream, projects: int) -> Figure:
    """Pages that nobody has asked for, by turns with asking upstream itself."""
    url = upstream.url(str(projects))
    index = pass_through(pulp, url)["base_url"]
    names = [f"project-{number:06}" for number in range(_COLD + 1)]
    with requests.Session() as session:
        _timed(session, f"{index}simple/{names.pop()}/")
        ours, direct = [], []
        for name in names:
            ours.append(_timed(session, f"{index}simple/{name}/"))
            direct.append(_timed(session, f"{url}{name}/"))
    over = (statistics.median(ours) - statistics.median(direct)) * 1000
    return Figure(
        group=_GROUP,
        what="page that is not known, 5 files",
        measured=f"{over:.1f} ms over upstream (median of {_COLD})",
        to_reach="≤ 5 ms over upstream",
        beside=f"upstream itself: {statistics.median(direct) * 1000:.1f} ms",
        reached=over <= 5,
    )


def _warm(pulp: Pulp, upstream: Upstream) -> Figure:
    """A page that is known, beside the same page published."""
    remote = pulp.create_remote(upstream.url("pages"))
    repository = pulp.create_repository(remote=remote["pulp_href"])
    pulp.sync(repository)
    plain = pulp.distribute(repository=repository["pulp_href"])["base_url"]
    index = pass_through(pulp, upstream.url("pages"), page_ttl=3600)["base_url"]
    found = load.compare(
        load.Asked(url=f"{index}simple/five/", headers=_JSON),
        load.Asked(url=f"{plain}simple/five/", headers=_JSON),
    )
    return Figure(
        group=_GROUP,
        what="page that is known, 5 files, c=16",
        measured=f"{found.ours:,.0f}/s, {found.share:.0%}",
        to_reach="as fast as a published page (± 10 %)",
        beside=f"published: {found.theirs:,.0f}/s",
        reached=found.share >= 0.9,
    )


def _in_need(pulp: Pulp, upstream: Upstream) -> Iterator[Figure]:
    """Known pages that are stale, and a known file, while upstream sleeps and while it is down."""
    index = pass_through(pulp, upstream.url("files"), page_ttl=0, max_retries=0)["base_url"]
    pages = [f"{index}simple/{name}/" for name in (dataset.SMALL, dataset.LARGE, dataset.COLD)]
    file = file_url(index, dataset.SMALL)
    with requests.Session() as session:
        for url in (*pages, file):
            _timed(session, url)
    for what, seconds, is_down in (("sleeps 8 s", 8.0, False), ("is down", 0.0, True)):
        upstream.sleep(seconds)
        upstream.refuse(is_down)
        slowest = _p99([*pages, file])
        upstream.sleep(0)
        upstream.refuse(False)
        yield Figure(
            group=_GROUP,
            what=f"known pages and a file while upstream {what}",
            measured=f"p99 {slowest * 1000:.1f} ms of {_ASKED}, c=4",
            to_reach="p99 ≤ 50 ms",
            reached=slowest <= 0.05,
        )


def _p99(urls: list[str]) -> float:
    def ask(share: int) -> list[float]:
        with requests.Session() as session:
            return [_timed(session, urls[n % len(urls)]) for n in range(share)]

    with ThreadPoolExecutor(4) as pool:
        times = sorted(chain.from_iterable(pool.map(ask, [_ASKED // 4] * 4)))
    return times[int(len(times) * 0.99) - 1]


def _shrinking(stack: Stack, pulp: Pulp, upstream: Upstream) -> Iterator[Figure]:
    """Ten thousand of a hundred thousand files give way while pages are asked for."""
    distribution = pass_through(pulp, upstream.url("pages"), page_ttl=3600)
    url = f"{distribution['base_url']}simple/five/"
    filling.filled(stack.home, distribution["pulp_href"], _HELD)
    before = _p99([url])
    times: list[float] = []
    with _asking(url, times):
        begun = time.perf_counter()
        task = pulp.post(
            f"{distribution['pulp_href']}evict/", {"max_cache_size": (_HELD - _GOING) * 1000}
        )
        result = pulp.task(task)["result"]
        spent = time.perf_counter() - begun
    during = sorted(times)[int(len(times) * 0.99) - 1]
    yield Figure(
        group=_GROUP,
        what=f"{result['files']:,} of {_HELD:,} kept files give way",
        measured=f"{spent:.1f} s; pages meanwhile p99 {during * 1000:.1f} ms",
        to_reach="≤ 10 s, serving unaffected",
        beside=f"pages before: p99 {before * 1000:.1f} ms",
        reached=spent <= 10 and result["files"] == _GOING,
    )


class _asking:  # noqa: N801 - a context manager, used like a function
    """Asks for a URL again and again until the block ends."""

    def __init__(self, url: str, times: list[float]) -> None:
        self._over = threading.Event()
        self._work: Callable[[], None] = lambda: self._ask(url, times)

    def _ask(self, url: str, times: list[float]) -> None:
        with requests.Session() as session:
            while not self._over.is_set():
                times.append(_timed(session, url))
                time.sleep(0.005)

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
