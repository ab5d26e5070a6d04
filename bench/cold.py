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


def figure(stack: Stack, upstream: Upstream, index: str) -> Figure:
    """Let 32 clients fetch the file that nobody had; `stack` has two content processes."""
    url = file_url(index, dataset.COLD)
    page = requests.get(
        f"{index}simple/{dataset.COLD}/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        timeout=60,
    )
    promised = page.json()["files"][0]["hashes"]["sha256"]
    upstream.throttle(RATE)
    upstream.counted()
    together = threading.Barrier(CLIENTS)

    def fetch(_: int) -> tuple[float, bool]:
        together.wait()
        begun = time.monotonic()
        digest = hashlib.sha256()
        with requests.get(url, stream=True, timeout=300) as answer:
            for chunk in answer.iter_content(1 << 18):
                digest.update(chunk)
        return time.monotonic() - begun, digest.hexdigest() == promised

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(fetch, range(CLIENTS)))
    downloads = upstream.counted().get("files", 0)
    upstream.throttle(0)
    times = [seconds for seconds, _ in done]
    right = sum(is_right for _, is_right in done)
    return Figure(
        group="A cold file, two content processes",
        what=f"50 MB at {RATE // 1_000_000} MB/s, {CLIENTS} clients at once",
        measured=(
            f"{downloads} upstream download{'s' if downloads != 1 else ''}, {right} right, "
            f"median {statistics.median(times):.1f} s, last {max(times):.1f} s"
        ),
        to_reach="1 download, all right",
        beside="devpi 18.4 s and 32 downloads, nginx 3.6 s and 1",
        reached=downloads == 1 and right == CLIENTS,
    )
