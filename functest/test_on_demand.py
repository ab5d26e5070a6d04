"""A file that is not here yet is fetched once, for whoever asks."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.cold import LARGE, mirror_of, offered
from support.index import fetched
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import wheel


def test_many_clients_of_a_cold_file_cost_one_download(pulp: Pulp, upstream: Upstream) -> None:
    """32 clients on two content processes: one request to the upstream, right bytes for all."""
    made, url = offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=200_000)
    with ThreadPoolExecutor(32) as clients:
        answers = [clients.submit(fetched, url) for _ in range(32)]
        slow.wait_reached()
        slow.release()
        digests = {hashlib.sha256(one.result().content).hexdigest() for one in answers}
    assert digests == {made.sha256}
    assert upstream.count(made.filename) == 1
    upstream.stop()
    assert fetched(url).content == made.body


def test_a_client_that_leaves_does_not_stop_the_download(pulp: Pulp, upstream: Upstream) -> None:
    """What one client began is there for the next."""
    made, url = offered(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=500_000)
    with requests.get(url, stream=True, timeout=60) as leaving:
        next(leaving.iter_content(1000))
    slow.wait_reached()
    slow.release()
    assert fetched(url).content == made.body
    assert upstream.count(made.filename) == 1


def test_bytes_flow_before_the_download_is_done(pulp: Pulp, upstream: Upstream) -> None:
    """Clients follow the growing file; the length is told from the start."""
    made, url = offered(pulp, upstream)
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
    made, url = offered(pulp, upstream)
    start, _, end = spec.partition("-")
    want = made.body[-int(end) :] if not start else made.body[int(start) :]
    want = want[: int(end) - int(start) + 1] if start and end else want
    answer = fetched(url, Range=f"bytes={spec}")
    offset = made.size - len(want) if not start else int(start)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == (
        f"bytes {offset}-{offset + len(want) - 1}/{made.size}"
    )
    assert answer.content == want
    assert fetched(url).content == made.body
    assert upstream.count(made.filename) == 1


def test_a_range_past_the_end_is_refused_at_once(pulp: Pulp, upstream: Upstream) -> None:
    """416 tells the size."""
    made, url = offered(pulp, upstream)
    answer = fetched(url, Range=f"bytes={made.size}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{made.size}"


@pytest.mark.parametrize("told", [True, False])
def test_head_tells_the_length_without_a_download(
    pulp: Pulp, upstream: Upstream, told: bool
) -> None:
    """Also where the page of the upstream had no sizes."""
    if not told:
        upstream.form = "html"
    made, url = offered(pulp, upstream)
    answer = requests.head(url, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(made.size)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.content == b""
    if told:
        assert upstream.count(made.filename) == 0
    assert requests.head(url, headers={"Range": "bytes=-5"}, timeout=60).status_code == 206


def test_metadata_comes_from_the_upstream_alone(pulp: Pulp, upstream: Upstream) -> None:
    """Asking for METADATA does not fetch the wheel, and the second time asks nobody."""
    made, url = offered(pulp, upstream)
    assert fetched(f"{url}.metadata").content == made.metadata
    assert upstream.count(made.filename) == 0
    upstream.stop()
    assert wait_for(lambda: fetched(f"{url}.metadata")).content == made.metadata


def test_metadata_without_a_told_digest_is_passed_on(pulp: Pulp, upstream: Upstream) -> None:
    """It may change, so it is not kept."""
    made, url = offered(pulp, upstream, core_metadata=True)
    answer = fetched(f"{url}.metadata")
    assert answer.content == made.metadata
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_streamed_file_is_passed_on_and_not_kept(pulp: Pulp, upstream: Upstream) -> None:
    """Every request in its turn asks the upstream; also for what comes in one piece."""
    files = [wheel(f"of-{size}", payload=size, salt=unique("salt")) for size in (LARGE, 10)]
    upstream.add(*files)
    index = mirror_of(pulp, upstream, policy="streamed")
    for made in files:
        url = index.files(made.project)[made.filename]["url"]
        assert [fetched(url).content == made.body for _ in range(2)] == [True, True]
        assert upstream.count(made.filename) == 2


def test_a_file_without_a_told_size_is_served(pulp: Pulp, upstream: Upstream) -> None:
    """HTML pages tell no sizes; the upstream's answer does."""
    upstream.form = "html"
    made, url = offered(pulp, upstream)
    answer = fetched(url)
    assert answer.content == made.body
    assert answer.headers["Content-Length"] == str(made.size)
