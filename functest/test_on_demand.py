"""A file that is not here yet is fetched once, for whoever asks, and never served wrong."""

import hashlib
import http.client
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests

from support.index import Index
from support.pulp import Pulp, unique
from support.stack import Stack
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import MadeFile, wheel

LARGE = 3_000_000


def _mirror(pulp: Pulp, upstream: Upstream, **remote: str) -> Index:
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(upstream.url, **remote))
    distribution = pulp.distribute(repository=repository["pulp_href"])
    return Index(base=distribution["base_url"]).wait_served()


def _offered(
    pulp: Pulp, upstream: Upstream, payload: int = LARGE, **changes: object
) -> tuple[MadeFile, str]:
    """A wheel at the upstream and its URL on an index that mirrors it; nothing fetched yet."""
    made = wheel("alpha", "1.0", payload=payload, salt=unique("salt"))
    upstream.add(made, **changes)
    index = _mirror(pulp, upstream)
    return made, index.files("alpha")[made.filename]["url"]


def _get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers={"Connection": "close", **headers}, timeout=60)


def _raw(url: str) -> tuple[int, bytes, bool]:
    """Status, bytes, and whether the transfer was complete."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("GET", parts.path)
        with connection.getresponse() as answer:
            body, whole = b"", True
            try:
                while chunk := answer.read(65536):
                    body += chunk
            except (http.client.IncompleteRead, ConnectionError) as error:
                body, whole = body + getattr(error, "partial", b""), False
            length = answer.headers["Content-Length"]
            return answer.status, body, whole and (length is None or len(body) == int(length))


def test_many_clients_of_a_cold_file_cost_one_download(pulp: Pulp, upstream: Upstream) -> None:
    """32 clients on two content processes: one request to the upstream, right bytes for all."""
    made, url = _offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=200_000)
    with ThreadPoolExecutor(32) as clients:
        answers = [clients.submit(_get, url) for _ in range(32)]
        slow.wait_reached()
        slow.release()
        digests = {hashlib.sha256(one.result().content).hexdigest() for one in answers}
    assert digests == {made.sha256}
    assert upstream.count(made.filename) == 1
    upstream.stop()
    assert _get(url).content == made.body


def test_a_client_that_leaves_does_not_stop_the_download(pulp: Pulp, upstream: Upstream) -> None:
    """What one client began is there for the next."""
    made, url = _offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=500_000)
    with requests.get(url, stream=True, timeout=60) as leaving:
        next(leaving.iter_content(1000))
    slow.wait_reached()
    slow.release()
    assert _get(url).content == made.body
    assert upstream.count(made.filename) == 1


def test_bytes_flow_before_the_download_is_done(pulp: Pulp, upstream: Upstream) -> None:
    """Clients follow the growing file; the length is told from the start."""
    made, url = _offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=1_000_000)
    with requests.get(url, stream=True, timeout=60) as answer:
        assert answer.headers["Content-Length"] == str(made.size)
        assert answer.headers["ETag"] == f'"{made.sha256}"'
        first = next(answer.iter_content(500_000))
        assert made.body.startswith(first)
        slow.release()
        rest = b"".join(answer.iter_content(65536))
    assert first + rest == made.body


@pytest.mark.parametrize("spec", ["0-99", "100-199", "2999000-", "-500", "0-"])
def test_the_first_request_may_be_for_a_range(pulp: Pulp, upstream: Upstream, spec: str) -> None:
    """Ranges and suffix ranges are right although nothing is here yet."""
    made, url = _offered(pulp, upstream)
    start, _, end = spec.partition("-")
    want = made.body[-int(end) :] if not start else made.body[int(start) :]
    want = want[: int(end) - int(start) + 1] if start and end else want
    answer = _get(url, Range=f"bytes={spec}")
    offset = made.size - len(want) if not start else int(start)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == (
        f"bytes {offset}-{offset + len(want) - 1}/{made.size}"
    )
    assert answer.content == want
    assert _get(url).content == made.body
    assert upstream.count(made.filename) == 1


def test_a_range_past_the_end_is_refused_at_once(pulp: Pulp, upstream: Upstream) -> None:
    """416 tells the size."""
    made, url = _offered(pulp, upstream)
    answer = _get(url, Range=f"bytes={made.size}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{made.size}"


@pytest.mark.parametrize("told", [True, False])
def test_head_tells_the_length_without_a_download(
    pulp: Pulp, upstream: Upstream, told: bool
) -> None:
    """Also where the page of the upstream had no sizes."""
    if not told:
        upstream.form = "html"
    made, url = _offered(pulp, upstream)
    answer = requests.head(url, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(made.size)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.content == b""
    if told:
        assert upstream.count(made.filename) == 0
    assert requests.head(url, headers={"Range": "bytes=-5"}, timeout=60).status_code == 206


@pytest.mark.parametrize(
    ("fault", "status"), [({"status": 404}, 502), ({"status": 403}, 502), ({"status": 400}, 502)]
)
def test_an_upstream_that_refuses_is_a_bad_gateway_until_it_does_not(
    pulp: Pulp, upstream: Upstream, fault: dict[str, int], status: int
) -> None:
    """Never 404 for a file the index shows; right again at once."""
    made, url = _offered(pulp, upstream)
    spoilt = upstream.fault(made.filename, **fault)
    answer = _get(url)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert str(fault["status"]) in answer.text
    spoilt.clear()
    assert _get(url).content == made.body


def test_an_upstream_that_is_not_there_is_a_bad_gateway(pulp: Pulp, upstream: Upstream) -> None:
    """With the reason in the body."""
    _, url = _offered(pulp, upstream)
    upstream.stop()
    answer = _get(url)
    assert answer.status_code == 502
    assert "no connection" in answer.text


def test_a_download_that_breaks_off_breaks_the_transfer(pulp: Pulp, upstream: Upstream) -> None:
    """The client sees it, nothing is stored, and the next request is right."""
    made, url = _offered(pulp, upstream)
    upstream.fault(made.filename, cut_after=1_000_000, times=1)
    status, body, whole = _raw(url)
    assert (status, whole) == (200, False)
    assert made.body.startswith(body)
    assert len(body) < made.size
    assert _get(url).content == made.body


def test_wrong_bytes_never_arrive_whole(pulp: Pulp, upstream: Upstream) -> None:
    """The last bytes wait for the digest; where it is wrong the connection is broken off."""
    made, url = _offered(pulp, upstream)
    spoilt = upstream.fault(made.filename, wrong_bytes=True)
    _, body, whole = _raw(url)
    assert not whole
    assert len(body) < made.size
    spoilt.clear()
    assert _get(url).content == made.body
    assert upstream.count(made.filename) == 2


def test_a_small_wrong_file_is_a_bad_gateway(pulp: Pulp, upstream: Upstream) -> None:
    """A small file is answered when it is known to be right."""
    made, url = _offered(pulp, upstream, payload=100)
    upstream.fault(made.filename, wrong_bytes=True, times=1)
    answer = _get(url)
    assert answer.status_code == 502
    assert "sha256" in answer.text
    assert _get(url).content == made.body


def test_a_file_of_another_length_is_a_bad_gateway(pulp: Pulp, upstream: Upstream) -> None:
    """The upstream tells another size than its page did."""
    made, url = _offered(pulp, upstream)
    upstream.fault(made.filename, short=1000, times=1)
    answer = _get(url)
    assert answer.status_code == 502
    assert "1000 bytes" in answer.text
    assert _get(url).content == made.body


def test_a_process_that_dies_is_replaced(
    private_stack: Callable[..., Stack], upstream: Upstream
) -> None:
    """kill -9 of the content process that downloads: clients of the other one are not hurt."""
    stack = private_stack(content_processes=2)
    pulp = stack.client()
    made, url = _offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=1_000_000)
    results: list[tuple[int, bytes, bool]] = []

    def fetch() -> None:
        try:
            results.append(_raw(url))
        except (OSError, http.client.HTTPException):
            results.append((0, b"", False))

    clients = [threading.Thread(target=fetch) for _ in range(16)]
    for client in clients:
        client.start()
    slow.wait_reached()
    os.kill(wait_for(lambda: _downloader(stack), "a process to write what comes"), 9)
    # All of the first may have come to the process that is dead.
    later = [threading.Thread(target=fetch) for _ in range(4)]
    for client in later:
        client.start()
    clients += later
    wait_for(lambda: upstream.count(made.filename) >= 2, "another process to go on")
    slow.clear()
    for client in clients:
        client.join(60)
    assert len(results) == 20
    right = [body for _, body, whole in results if whole]
    assert right
    assert set(right) == {made.body}
    assert wait_for(lambda: _get(url).content) == made.body


def _downloader(stack: Stack) -> int | None:
    """The content process that holds a connection to the upstream's file and writes it down."""
    for process in stack.processes("pulpcore-content"):
        if any(file.path.endswith(".part") and "+" in file.mode for file in process.open_files()):
            return process.pid
    return None


def test_metadata_comes_from_the_upstream_alone(pulp: Pulp, upstream: Upstream) -> None:
    """Asking for METADATA does not fetch the wheel, and the second time asks nobody."""
    made, url = _offered(pulp, upstream)
    assert _get(f"{url}.metadata").content == made.metadata
    assert upstream.count(made.filename) == 0
    upstream.stop()
    assert wait_for(lambda: _get(f"{url}.metadata")).content == made.metadata


def test_wrong_metadata_is_not_served(pulp: Pulp, upstream: Upstream) -> None:
    """Its digest is on the page."""
    made, url = _offered(pulp, upstream)
    upstream.fault(f"{made.filename}.metadata", wrong_bytes=True, times=1)
    assert _get(f"{url}.metadata").status_code == 502
    assert _get(f"{url}.metadata").content == made.metadata


def test_metadata_without_a_told_digest_is_passed_on(pulp: Pulp, upstream: Upstream) -> None:
    """It may change, so it is not kept."""
    made, url = _offered(pulp, upstream, core_metadata=True)
    answer = _get(f"{url}.metadata")
    assert answer.content == made.metadata
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_streamed_file_is_passed_on_and_not_kept(pulp: Pulp, upstream: Upstream) -> None:
    """Every request in its turn asks the upstream."""
    made = wheel("alpha", "1.0", payload=LARGE, salt=unique("salt"))
    upstream.add(made)
    index = _mirror(pulp, upstream, policy="streamed")
    url = index.files("alpha")[made.filename]["url"]
    assert [_get(url).content == made.body for _ in range(2)] == [True, True]
    assert upstream.count(made.filename) == 2


def test_a_file_without_a_told_size_is_served(pulp: Pulp, upstream: Upstream) -> None:
    """HTML pages tell no sizes; the upstream's answer does."""
    upstream.form = "html"
    made, url = _offered(pulp, upstream)
    answer = _get(url)
    assert answer.content == made.body
    assert answer.headers["Content-Length"] == str(made.size)
