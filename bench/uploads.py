"""Uploads as twine sends them: one after the other, eight at once, and one of 2 GB."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import requests

from bench.figures import Figure
from bench.many import FILES as CROWD
from bench.many import Crowd, promote
from support.index import Index
from support.large import large_wheel, post_large
from support.publishing import House, make_house
from support.pulp import Pulp
from support.stack import Stack
from support.wheels import MadeFile, wheel

GROUP = "Uploads"
FILES, CLIENTS = 40, 8
LARGE = 2_000_000_000
_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


def figures(stack: Stack, pulp: Pulp, crowd: Crowd) -> Iterator[Figure]:
    """The figures, each once it is measured."""
    yield _sequential(make_house(pulp), FILES)
    crowded = make_house(pulp)
    promote(pulp, crowded.repository, crowd.version)
    yield _sequential(crowded, FILES // 2, where=f", into a repository of {CROWD:,} files")
    yield _at_once(pulp, make_house(pulp))
    yield _large(stack, make_house(pulp))


def _sequential(house: House, count: int, where: str = "") -> Figure:
    """Until a page shows the file, asked for on a connection of its own."""
    files = _files("sequential", count)
    seconds = []
    with requests.Session() as session, requests.Session() as reader:
        _send(house, wheel("warm", salt=uuid4().hex), session)
        for made in files:
            begun = time.perf_counter()
            _send(house, made, session)
            _expect(house.index, made, reader)
            seconds.append(time.perf_counter() - begun)
    mean = statistics.mean(seconds)
    return Figure(
        group=GROUP,
        what=f"{count} files one after the other, token, until installable{where}",
        measured=f"{mean:.3f} s per file (median {statistics.median(seconds):.3f})",
        to_reach="≤ 0.15 s per file",
        beside="" if where else "devpi 0.023 s, pulp_python 0.45 s and not yet installable",
        reached=mean <= 0.15,
    )


def _at_once(pulp: Pulp, house: House) -> Figure:
    work = [_files(f"client-{client}", FILES // 2) for client in range(CLIENTS)]
    gate = threading.Barrier(CLIENTS)

    def publish(files: list[MadeFile]) -> None:
        with requests.Session() as session, requests.Session() as reader:
            gate.wait()
            for made in files:
                _send(house, made, session)
                _expect(house.index, made, reader)

    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(publish, work))
    count = CLIENTS * FILES // 2
    mean = (time.perf_counter() - begun) / count
    versions = pulp.latest(house.repository)["number"]
    return Figure(
        group=GROUP,
        what=f"{count} files by {CLIENTS} at once, token, until installable",
        measured=f"{mean:.3f} s per file, {versions} versions",
        to_reach="≤ 0.06 s per file",
        beside="devpi 0.070 s, pulp_python 0.295 s and one version per file",
        reached=mean <= 0.06,
    )


def _large(stack: Stack, house: House) -> Figure:
    with requests.Session() as session:
        _send(house, wheel("warm", salt=uuid4().hex), session)
    with tempfile.TemporaryDirectory(prefix="pyindex-bench-") as folder:
        made = large_wheel(Path(folder), LARGE)
        before = _content_memory(stack)
        begun = time.perf_counter()
        answer = post_large(house.url, made, house.auth)
        seconds = time.perf_counter() - begun
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.text}")
        grown = max(
            _peak(process.pid) - before.get(process.pid, 0)
            for process in stack.processes("pulpcore-content")
        )
    return Figure(
        group=GROUP,
        what="a wheel of 2 GB: what a content process needs more",
        measured=f"{grown / 1e6:.0f} MB, {seconds:.0f} s",
        to_reach="≤ 50 MB",
        reached=grown <= 50_000_000,
    )


def _files(name: str, count: int) -> list[MadeFile]:
    salt = uuid4().hex
    return [wheel(name, f"1.{number}", payload=2000, salt=salt) for number in range(count)]


def _send(house: House, made: MadeFile, session: requests.Session) -> None:
    answer = house.send(made, session=session)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.text}")


def _expect(index: Index, made: MadeFile, session: requests.Session) -> None:
    url = f"{index.base}simple/{made.project}/"
    if made.sha256 not in session.get(url, headers=_JSON, timeout=60).text:
        raise RuntimeError(f"{made.filename} was answered with 200 and is not in the index")


def _content_memory(stack: Stack) -> dict[int, int]:
    """Resident bytes of each content process, from where its peak is counted anew."""
    found = {}
    for process in stack.processes("pulpcore-content"):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
        found[process.pid] = process.memory_info().rss
    return found


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
