"""What is not here yet and cannot be fetched, or not rightly, is never served wrong."""

import http.client
import os
import threading
from collections.abc import Callable

import pytest

from support.cold import offered, received
from support.index import fetched
from support.pulp import Pulp
from support.stack import Stack
from support.upstream import Upstream
from support.waiting import wait_for


@pytest.mark.parametrize(
    ("fault", "status"), [({"status": 404}, 502), ({"status": 403}, 502), ({"status": 400}, 502)]
)
def test_an_upstream_that_refuses_is_a_bad_gateway_until_it_does_not(
    pulp: Pulp, upstream: Upstream, fault: dict[str, int], status: int
) -> None:
    """Never 404 for a file the index shows; right again at once."""
    made, url = offered(pulp, upstream)
    spoilt = upstream.fault(made.filename, **fault)
    answer = fetched(url)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert str(fault["status"]) in answer.text
    spoilt.clear()
    assert fetched(url).content == made.body


def test_an_upstream_that_is_not_there_is_a_bad_gateway(pulp: Pulp, upstream: Upstream) -> None:
    """With the reason in the body."""
    _, url = offered(pulp, upstream)
    upstream.stop()
    answer = fetched(url)
    assert answer.status_code == 502
    assert "no connection" in answer.text


def test_a_download_that_breaks_off_breaks_the_transfer(pulp: Pulp, upstream: Upstream) -> None:
    """The client sees it, nothing is stored, and the next request is right."""
    made, url = offered(pulp, upstream)
    upstream.fault(made.filename, cut_after=1_000_000, times=1)
    status, body, whole = received(url)
    assert (status, whole) == (200, False)
    assert made.body.startswith(body)
    assert len(body) < made.size
    assert fetched(url).content == made.body


def test_wrong_bytes_never_arrive_whole(pulp: Pulp, upstream: Upstream) -> None:
    """The last bytes wait for the digest; where it is wrong the connection is broken off."""
    made, url = offered(pulp, upstream)
    spoilt = upstream.fault(made.filename, wrong_bytes=True)
    _, body, whole = received(url)
    assert not whole
    assert len(body) < made.size
    spoilt.clear()
    assert fetched(url).content == made.body
    assert upstream.count(made.filename) == 2


def test_a_small_wrong_file_is_a_bad_gateway(pulp: Pulp, upstream: Upstream) -> None:
    """A small file is answered when it is known to be right."""
    made, url = offered(pulp, upstream, payload=100)
    upstream.fault(made.filename, wrong_bytes=True, times=1)
    answer = fetched(url)
    assert answer.status_code == 502
    assert "sha256" in answer.text
    assert fetched(url).content == made.body


def test_a_file_of_another_length_is_a_bad_gateway(pulp: Pulp, upstream: Upstream) -> None:
    """The upstream tells another size than its page did."""
    made, url = offered(pulp, upstream)
    upstream.fault(made.filename, short=1000, times=1)
    answer = fetched(url)
    assert answer.status_code == 502
    assert "1000 bytes" in answer.text
    assert fetched(url).content == made.body


def test_a_process_that_dies_is_replaced(
    private_stack: Callable[..., Stack], upstream: Upstream
) -> None:
    """kill -9 of the content process that downloads: clients of the other one are not hurt."""
    stack = private_stack(content_processes=2)
    pulp = stack.client()
    made, url = offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=1_000_000)
    results: list[tuple[int, bytes, bool]] = []

    def fetch() -> None:
        try:
            results.append(received(url))
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
    assert wait_for(lambda: fetched(url).content) == made.body


def _downloader(stack: Stack) -> int | None:
    """The content process that holds a connection to the upstream's file and writes it down."""
    for process in stack.processes("pulpcore-content"):
        if any(file.path.endswith(".part") and "+" in file.mode for file in process.open_files()):
            return process.pid
    return None


def test_wrong_metadata_is_not_served(pulp: Pulp, upstream: Upstream) -> None:
    """Its digest is on the page."""
    made, url = offered(pulp, upstream)
    upstream.fault(f"{made.filename}.metadata", wrong_bytes=True, times=1)
    assert fetched(f"{url}.metadata").status_code == 502
    assert fetched(f"{url}.metadata").content == made.metadata
