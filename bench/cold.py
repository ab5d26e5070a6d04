"""Many clients ask at once for a large file that is not here yet."""

import hashlib
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from bench import dataset
from bench.figures import Figure
from bench.serving import file_url
from bench.upstream import Upstream
from support.stack import Stack

CLIENTS = 32
RATE = 20_000_000
#: By how much the last of all clients may be behind one alone.
WITHIN = 1.15


def figure(stack: Stack, upstream: Upstream, index: str) -> Figure:
    """Let 32 clients fetch the file that nobody had; `stack` has two content processes.

    One client alone fetches another such file before them.
    """
    upstream.throttle(RATE)
    (alone,) = _fetched(index, dataset.ALONE, 1)
    upstream.counted()
    done = _fetched(index, dataset.COLD, CLIENTS)
    downloads = upstream.counted().get("files", 0)
    upstream.throttle(0)
    times = [seconds for seconds, _ in done]
    right = sum(is_right for _, is_right in done)
    share = max(times) / alone[0]
    return Figure(
        group="A cold file, two content processes",
        what=f"50 MB at {RATE // 1_000_000} MB/s, {CLIENTS} clients at once",
        measured=(
            f"{downloads} upstream download{'s' if downloads != 1 else ''}, {right} right, "
            f"median {statistics.median(times):.2f} s, last {max(times):.2f} s: "
            f"{share:.2f} × one client alone ({alone[0]:.2f} s)"
        ),
        to_reach=f"1 download, all right within {WITHIN} × one client",
        beside="devpi 18.4 s and 32 downloads, nginx 3.6 s and 1",
        reached=downloads == 1 and right == CLIENTS and share <= WITHIN,
    )


def _fetched(index: str, project: str, clients: int) -> list[tuple[float, bool]]:
    """Seconds of each client, and whether it got the promised bytes."""
    url = file_url(index, project)
    page = requests.get(
        f"{index}simple/{project}/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        timeout=60,
    )
    promised = page.json()["files"][0]["hashes"]["sha256"]
    together = threading.Barrier(clients)

    def fetch(_: int) -> tuple[float, bool]:
        together.wait()
        begun = time.monotonic()
        digest = hashlib.sha256()
        with requests.get(url, stream=True, timeout=300) as answer:
            for chunk in answer.iter_content(1 << 18):
                digest.update(chunk)
        return time.monotonic() - begun, digest.hexdigest() == promised

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(fetch, range(clients)))
