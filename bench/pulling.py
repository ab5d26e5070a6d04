"""What pip notices of a cache: 40 real wheels of real projects downloaded, cold and warm.

Every cache has the same upstream, and pip starts with nothing each time. In a round each of them
has its turn, so what else the machine does hits all alike.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from bench import ROOT, caches
from bench.figures import Figure
from bench.upstream import Upstream, running
from support.clients import Clients
from support.peers import PeerMissing
from support.pulp import Pulp

_GROUP = "pip downloads 40 real wheels"
_PINNED = ROOT / "bench" / "pulled.txt"
#: They stay here, so the machine's package index is asked once.
_WHEELS = ROOT / "build" / "bench" / "wheels"
ROUNDS = 3
#: Warm downloads of a round: they are short, and differ by more than caches do.
WARM = 4

_Cache = Callable[[Path, str], AbstractContextManager[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far away the upstream is."""

    what: str
    pause: float
    rate: int
    #: Most that a cold cache may take, by what upstream itself takes.
    cold: float | None


FAR = Distance(what="upstream 30 ms away, 20 MB/s a file", pause=0.03, rate=20_000_000, cold=1.2)
#: Then it is seen what a cache itself costs: no cache can be as quick.
NEAR = Distance(what="upstream without delay or limit", pause=0, rate=0, cold=None)
#: What one run differs from the next.
_NOISE = 1.05


@dataclass(slots=True, kw_only=True)
class Times:
    """Of one cache, by rounds."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)


def figures(pulp: Pulp, distances: tuple[Distance, ...] = (FAR, NEAR)) -> Iterator[Figure]:
    """Ours beside upstream itself, nginx, proxpi and devpi."""
    others: dict[str, _Cache] = {"proxpi": caches.proxpi, "devpi": caches.devpi}
    if caches.has_nginx():
        others = {"nginx": caches.nginx, **others}
    else:
        print(caches.NGINX_MISSING)
    for distance in distances:
        with running([_wheels()]) as upstream:
            upstream.sleep(distance.pause)
            upstream.throttle(distance.rate)
            measured = _by_turns(pulp, upstream, others)
        yield from _told(distance, measured)


def _wheels() -> Path:
    """The folder of the wheels, from the machine's package index the first time."""
    wanted = _PINNED.read_text(encoding="utf-8").split()
    _WHEELS.mkdir(parents=True, exist_ok=True)
    if len(list(_WHEELS.glob("*.whl"))) < len(wanted):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(_WHEELS), "--requirement", str(_PINNED)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise PeerMissing(f"the wheels of {_PINNED.name} could not be had:\n{done.stderr}")
    return _WHEELS


def _by_turns(pulp: Pulp, upstream: Upstream, others: dict[str, _Cache]) -> dict[str, Times]:
    all_of_them: dict[str, _Cache] = {
        "direct": lambda folder, url: nullcontext(url),
        "ours": lambda folder, url: caches.ours(pulp, url),
        **others,
    }
    measured = {name: Times() for name in all_of_them}
    for _ in range(ROUNDS):
        _round(upstream, all_of_them, measured)
    return measured


def _round(upstream: Upstream, taking: dict[str, _Cache], measured: dict[str, Times]) -> None:
    wanted = len(list(_WHEELS.glob("*.whl")))
    for name, begin in taking.items():
        with (
            tempfile.TemporaryDirectory(prefix="pyindex-bench-") as folder,
            begin(Path(folder), upstream.url("wheels")) as index,
        ):
            upstream.counted()
            measured[name].cold.append(_download(Path(folder, "cold"), index))
            fetched = upstream.counted().get("files", 0)
            if fetched < wanted:
                raise RuntimeError(f"{name} was not cold: {fetched} of {wanted} files were fetched")
            if name != "direct":
                measured[name].warm += [
                    _download(Path(folder, f"warm-{number}"), index) for number in range(WARM)
                ]


def _download(folder: Path, index: str) -> float:
    """Seconds that pip takes, from its start to its end."""
    folder.mkdir()
    options = ("--quiet", "--no-deps", "--dest", "got", "--requirement", str(_PINNED))
    begun = time.perf_counter()
    Clients(folder=folder).pip("download", *options, index=index)
    return time.perf_counter() - begun


def _told(distance: Distance, measured: dict[str, Times]) -> Iterator[Figure]:
    cold = {name: statistics.median(times.cold) for name, times in measured.items()}
    warm = {name: statistics.median(times.warm) for name, times in measured.items() if times.warm}
    direct = cold.pop("direct")
    share = cold["ours"] / direct
    others = [name for name in cold if name != "ours"]
    yield Figure(
        group=_GROUP,
        what=f"cold, {distance.what}",
        measured=f"{cold['ours']:.2f} s, {share:.2f} × direct",
        to_reach="" if distance.cold is None else f"≤ {distance.cold} × direct",
        beside=", ".join([f"direct {direct:.2f} s", *(f"{n} {cold[n]:.2f} s" for n in others)]),
        reached=None if distance.cold is None else share <= distance.cold,
    )
    yield Figure(
        group=_GROUP,
        what=f"warm, {distance.what}",
        measured=f"{warm['ours']:.2f} s",
        to_reach="≤ nginx's (± 5 %)" if "nginx" in warm else "",
        beside=", ".join(f"{name} {warm[name]:.2f} s" for name in others),
        reached=warm["ours"] <= warm["nginx"] * _NOISE if "nginx" in warm else None,
    )
