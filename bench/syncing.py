"""What syncing and publishing cost: time of the task, requests to the upstream, memory."""

from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from bench import dataset
from bench.figures import Figure
from bench.memory import watching
from bench.upstream import Upstream
from support.pulp import Pulp, Row
from support.stack import Stack

CHANGED = 0.01
#: How often is published; a single one is over too soon to tell.
ROUNDS = 5
MEMORY_LIMIT = 250_000_000
_PEERS = {
    "first": "pulp_python 24.3 s + 14.6 s to publish, bandersnatch 9–15 s",
    "unchanged": "pulp_python 15.2 s, bandersnatch 0.4–0.7 s",
    "changed": "pulp_python 18.3 s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One finished task."""

    seconds: float
    requests: int
    peak: int
    processor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The three syncs of one index, and what is left of them."""

    projects: int
    first: Ran
    unchanged: Ran
    changed: Ran
    remote: Row
    repository: Row


def seconds_of(task: Row) -> float:
    """From when a worker took the task until it was done."""
    begun, ended = (datetime.fromisoformat(task[f"{name}_at"]) for name in ("started", "finished"))
    return (ended - begun).total_seconds()


def measure(stack: Stack, pulp: Pulp, upstream: Upstream, projects: int) -> Measured:
    """Sync an index of that many projects: all of it, again, and again after 1 % has changed.

    Of a small one there are several, as the others are compared with it.
    """
    firsts = []
    for name in reversed(dataset.names(projects)):
        remote = pulp.create_remote(upstream.url(name))
        repository = pulp.create_repository(remote=remote["pulp_href"])
        firsts.append(sync(stack, pulp, upstream, repository))
    first = _typical(firsts)
    version = pulp.read(repository["pulp_href"])["latest_version_href"]
    unchanged = _typical([sync(stack, pulp, upstream, repository) for _ in range(3)])
    if pulp.read(repository["pulp_href"])["latest_version_href"] != version:
        raise AssertionError("a sync made a version although nothing had changed")
    upstream.change(str(projects), CHANGED)
    changed = sync(stack, pulp, upstream, repository)
    return Measured(
        projects=projects,
        first=first,
        unchanged=unchanged,
        changed=changed,
        remote=remote,
        repository=repository,
    )


def sync(stack: Stack, pulp: Pulp, upstream: Upstream, repository: Row) -> Ran:
    """One sync."""
    upstream.counted()
    with watching(stack) as taken:
        task = pulp.sync(repository)
    return Ran(
        seconds=seconds_of(task),
        requests=upstream.counted().get("pages", 0),
        peak=taken.peak,
        processor=taken.seconds,
    )


def publishing(stack: Stack, pulp: Pulp, upstream: Upstream, measured: Measured) -> list[Figure]:
    """By turns publish all of a second repository and, after a change of 1 %, what changed.

    What else the machine does in a round hits both alike, so the share is that of the rounds.
    """
    repository = pulp.create_repository(remote=measured.remote["pulp_href"], autopublish=False)
    again = sync(stack, pulp, upstream, repository)
    # It follows no version that is published: it is published from nothing each time.
    whole = pulp.latest(repository)
    firsts, changes = [], []
    for _ in range(ROUNDS):
        firsts.append(_publish(pulp, whole, measured.projects))
        count = upstream.change(str(measured.projects), CHANGED)
        sync(stack, pulp, upstream, repository)
        changes.append(_publish(pulp, pulp.latest(repository), count))
    share = median(part / all_of_it for part, all_of_it in zip(changes, firsts, strict=True))
    group = "Publishing"
    projects = f"{measured.projects:,} × 5"
    return [
        Figure(
            group="Syncing",
            what=f"{projects}, second repository of the remote, not published",
            measured=_told(again),
        ),
        Figure(
            group=group,
            what=f"{projects}, first",
            measured=_spread(firsts),
            beside="pulp_python 14.6 s for 1,000 projects, 70.5 s for 5,000",
        ),
        Figure(
            group=group,
            what=f"{projects}, after a change of 1 %",
            measured=f"{_spread(changes)}, {share:.1%} of the first",
            to_reach="≤ 5 % of the first",
            reached=share <= 0.05,
            beside="pulp_python: as the first",
        ),
    ]


def figures(measured: Measured, smallest: Measured) -> list[Figure]:
    """The figures of one index; limits of time hold for a small one, linear for the others."""
    size = measured.projects
    what = f"{size:,} × 5"
    peak = max(measured.first.peak, measured.unchanged.peak, measured.changed.peak)
    if size <= dataset.FEW:
        first = _Limit(text="≤ 4 s", seconds=4.0)
        unchanged = _Limit(text="≤ 0.5 s, 1 request", seconds=0.5, requests=1)
        changed = _Limit(text="≤ 1 s, 11 requests", seconds=1.0, requests=1 + size // 100)
    else:
        first = _Limit(text="")
        if measured is not smallest:
            linear = smallest.first.seconds * size / smallest.projects
            first = _Limit(text=f"linear: ≤ {linear:.1f} s", seconds=linear)
        unchanged = _Limit(text="1 request", requests=1)
        changed = _Limit(text=f"{1 + size // 100} requests", requests=1 + size // 100)
    peers = (
        _PEERS if size == 1000 else {"first": "pulp_python 141 s", "unchanged": "pulp_python 71 s"}
    )
    peers = peers if size <= 5000 else {}
    rows = [
        ("first, published", measured.first, first, peers.get("first", "")),
        ("unchanged", measured.unchanged, unchanged, peers.get("unchanged", "")),
        ("1 % changed, published", measured.changed, changed, peers.get("changed", "")),
    ]
    return [
        *(
            Figure(
                group="Syncing",
                what=f"{what}, {case}",
                measured=_told(ran),
                to_reach=limit.text,
                beside=beside,
                reached=limit.holds(ran) if limit.text else None,
            )
            for case, ran, limit, beside in rows
        ),
        Figure(
            group="Syncing",
            what=f"{what}, most memory of a task (first, unchanged, changed)",
            measured=" · ".join(
                f"{ran.peak / 1e6:.0f}"
                for ran in (measured.first, measured.unchanged, measured.changed)
            )
            + " MB",
            to_reach="≤ 250 MB",
            beside="pulp_python 166–478 MB",
            reached=peak <= MEMORY_LIMIT,
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    text: str
    seconds: float | None = None
    requests: int | None = None

    def holds(self, ran: Ran) -> bool:
        in_time = self.seconds is None or ran.seconds <= self.seconds
        return in_time and (self.requests is None or ran.requests <= self.requests)


def _publish(pulp: Pulp, version: Row, pages: int) -> float:
    """Seconds it took to publish a version, which must have made so many pages."""
    href = version["pulp_href"]
    answer = pulp.post("publications/pyindex/pyindex/", {"repository_version": href})
    task = pulp.task(answer)
    if task["result"]["pages_made"] != pages:
        raise AssertionError(f"{task['result']} where {pages} pages were to be made")
    return seconds_of(task)


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})"


def _typical(runs: list[Ran]) -> Ran:
    """The median by time, with the most requests and memory of all."""
    middle = sorted(runs, key=lambda ran: ran.seconds)[len(runs) // 2]
    return replace(
        middle,
        requests=max(ran.requests for ran in runs),
        peak=max(ran.peak for ran in runs),
    )


def _told(ran: Ran) -> str:
    requests = f"{ran.requests:,} request{'s' if ran.requests != 1 else ''}"
    return f"{ran.seconds:.2f} s ({ran.processor:.2f} s of a processor), {requests}"
