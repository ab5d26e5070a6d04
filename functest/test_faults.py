"""kill -9 of workers and of PostgreSQL, and a full disk: nothing is half done, all goes on."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from support import stack as stacks
from support.index import Index
from support.limits import limited
from support.pulp import Mirror, Pulp, Row, unique
from support.recovering import recovered
from support.stack import Stack
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import MadeFile, wheel

MEGABYTE = 1_000_000
#: More than a sync keeps to itself before it writes.
MANY = 1100


@pytest.fixture
def pulp(fragile: Pulp) -> Pulp:
    """A client of the stack that is harmed."""
    return fragile


def ended(pulp: Pulp, href: str) -> Row:
    """A task once it is over, whatever became of it and of the API meanwhile."""

    def over() -> Row | None:
        try:
            answer = pulp.get(href, timeout=10)
        except requests.RequestException:
            return None
        row: Row = answer.json() if answer.ok else {}
        return row if row.get("state") in ("completed", "failed", "canceled") else None

    found: Row = wait_for(over, "the task to end", 90)
    return found


def begin_sync(pulp: Pulp, repository: Row, remote: Row, **options: Any) -> str:
    """The href of a sync that has been started."""
    answer = pulp.post(
        f"{repository['pulp_href']}sync/", {"remote": remote["pulp_href"], **options}
    )
    answer.raise_for_status()
    href: str = answer.json()["task"]
    return href


def pages_done(pulp: Pulp, task: str) -> int:
    reports = pulp.read(task)["progress_reports"]
    return sum(report["done"] or 0 for report in reports if report["code"] == "sync.pages")


def only_version_zero(pulp: Pulp, repository: Row) -> bool:
    versions = pulp.rows(repository["versions_href"])
    return [version["number"] for version in versions] == [0]


def stored(pulp: Pulp, made: MadeFile) -> bool:
    return bool(pulp.rows("artifacts/", sha256=made.sha256))


def many(upstream: Upstream) -> set[str]:
    """So many projects that a sync of them writes down what it has read on its way."""
    upstream.add(*(wheel(f"project-{number:04}") for number in range(MANY)))
    return {f"project_{number:04}-1.0-py3-none-any.whl" for number in range(MANY)}


def test_a_killed_worker_leaves_no_version_and_its_reading_is_not_lost(
    fragile_stack: Stack, pulp: Pulp, make_upstream: Callable[..., Upstream]
) -> None:
    """The task is failed at once; the next sync asks only for what the first had not read."""
    upstream = make_upstream(serials=True)
    names = many(upstream)
    stuck = upstream.fault(f"/simple/project-{MANY - 1:04}/", hang=True)
    remote, repository = pulp.create_remote(upstream.url), pulp.create_repository()
    task = begin_sync(pulp, repository, remote)
    stuck.wait_reached()
    wait_for(lambda: pages_done(pulp, task) >= 1000, "pages to be written down")
    fragile_stack.kill("pulpcore-worker")
    assert ended(pulp, task)["state"] == "failed"
    assert only_version_zero(pulp, repository)
    recovered(pulp)
    upstream.heal()
    upstream.forget()
    pulp.sync(repository, remote)
    assert upstream.count("/simple/project-*") <= MANY - 1000
    assert pulp.filenames(pulp.latest(repository)) == names


def test_a_worker_killed_amid_a_download_leaves_no_part_of_it(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """What had not arrived whole is not stored, and is fetched by the next sync."""
    made = [wheel("first", payload=10_000, salt=unique()), wheel("second", payload=2 * MEGABYTE)]
    upstream.add(*made)
    slow = upstream.fault(made[1].filename, hold_after=MEGABYTE)
    remote = pulp.create_remote(upstream.url, policy="immediate")
    repository = pulp.create_repository()
    task = begin_sync(pulp, repository, remote)
    slow.wait_reached()
    fragile_stack.kill("pulpcore-worker")
    assert ended(pulp, task)["state"] == "failed"
    assert only_version_zero(pulp, repository)
    assert not stored(pulp, made[1])
    recovered(pulp)
    upstream.heal()
    mirror = _served(pulp, repository, remote)
    assert all(stored(pulp, one) for one in made)
    upstream.stop()
    for one in made:
        assert mirror.download(one.project, one.filename) == one.body


def test_a_task_nobody_heard_of_is_not_overlooked(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """A sync that is asked for while all workers are dead begins when there are new ones."""
    upstream.add(wheel("first"))
    remote, repository = pulp.create_remote(upstream.url), pulp.create_repository()
    fragile_stack.kill("pulpcore-worker")
    pulp.sync(repository, remote)
    assert len(pulp.filenames(pulp.latest(repository))) == 1


def test_a_killed_database_ends_the_sync_and_nothing_else(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """No version, no lasting harm: indexes are served again and the next sync is whole."""
    upstream.add(wheel("first"), wheel("second"))
    before = pulp.mirror(upstream.url)
    pages = before.index.whole()
    upstream.add(wheel("third"))
    stuck = upstream.fault("/simple/third/", hang=True)
    task = begin_sync(pulp, before.repository, before.remote)
    stuck.wait_reached()
    fragile_stack.kill("bin/postgres -D")
    upstream.heal()
    assert ended(pulp, task)["state"] == "failed"
    recovered(pulp)
    assert pulp.latest(before.repository)["number"] == 1
    before.index.wait(lambda index: index.whole() == pages, "the pages as before")
    pulp.sync(before.repository)
    before.index.wait(lambda index: "third" in index.projects(), "the change")
    assert len(pulp.filenames(pulp.latest(before.repository))) == 3


def test_a_database_killed_amid_a_download_leaves_no_wrong_bytes(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """The client gets all bytes or a broken transfer; then the file is served as ever."""
    made, mirror, url = _cold(pulp, upstream)
    slow = upstream.fault(made.filename, hold_after=MEGABYTE)
    with requests.get(url, stream=True, timeout=60) as answer:
        slow.wait_reached()
        fragile_stack.kill("bin/postgres -D")
        slow.clear()
        assert _whole_or_broken(answer, made)
    recovered(pulp)
    mirror.index.wait(lambda index: index.get(url).content == made.body, "the file", 60)
    assert mirror.index.download(made.project, made.filename) == made.body


def test_a_killed_stack_goes_on_where_it_was(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """As when the power fails: all is killed amid a sync and a download, and started again."""
    made, mirror, url = _cold(pulp, upstream)
    pages = mirror.index.whole()
    upstream.add(wheel("later"))
    slow = upstream.fault(made.filename, hold_after=MEGABYTE)
    stuck = upstream.fault("/simple/later/", hang=True)
    task = begin_sync(pulp, mirror.repository, mirror.remote)
    with requests.get(url, stream=True, timeout=60) as answer:
        slow.wait_reached()
        stuck.wait_reached()
        for process in psutil.Process(_supervisor(fragile_stack)).children(recursive=True):
            process.send_signal(signal.SIGKILL)
        os.kill(_supervisor(fragile_stack), signal.SIGKILL)
        upstream.heal()
        assert _whole_or_broken(answer, made)
    stacks.run("up", "--home", fragile_stack.home, "--detach", timeout=240)
    assert ended(pulp, task)["state"] == "failed"
    mirror.index.wait(lambda index: index.whole() == pages, "the pages as before")
    assert mirror.index.download(made.project, made.filename) == made.body
    pulp.sync(mirror.repository)
    mirror.index.wait(lambda index: "later" in index.projects(), "the change")


def test_a_full_disk_while_a_sync_downloads(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """The file that found no place is not in the index; the next sync brings it."""
    small, large = wheel("small", salt=unique()), wheel("large", payload=8 * MEGABYTE)
    upstream.add(small, large)
    remote = pulp.create_remote(upstream.url, policy="immediate")
    repository = pulp.create_repository()
    with limited(fragile_stack, "pulpcore-worker", 6 * MEGABYTE):
        task = ended(pulp, begin_sync(pulp, repository, remote))
    assert task["state"] == "failed" or large.filename in str(task["result"])
    assert large.filename not in pulp.filenames(pulp.latest(repository))
    assert not stored(pulp, large)
    index = _served(pulp, repository, remote)
    upstream.stop()
    for made in (small, large):
        assert index.download(made.project, made.filename) == made.body


def test_a_full_disk_while_a_client_downloads(
    fragile_stack: Stack, pulp: Pulp, upstream: Upstream
) -> None:
    """The client gets all bytes, an error or a broken transfer; there is place, all is right."""
    made, _, url = _cold(pulp, upstream, 8 * MEGABYTE)
    with (
        limited(fragile_stack, "pulpcore-content", 6 * MEGABYTE),
        requests.get(url, stream=True, timeout=60) as answer,
    ):
        assert answer.status_code >= 500 or _whole_or_broken(answer, made)
    assert not stored(pulp, made)
    assert requests.get(url, timeout=60).content == made.body
    wait_for(lambda: stored(pulp, made), "the file to be stored")


def _served(pulp: Pulp, repository: Row, remote: Row) -> Index:
    """The index of a repository after another sync, which has to be whole."""
    pulp.sync(repository, remote)
    distribution = pulp.distribute(repository=repository["pulp_href"])
    return Index(base=distribution["base_url"]).wait_served()


def _cold(pulp: Pulp, upstream: Upstream, size: int = 2 * MEGABYTE) -> tuple[MadeFile, Mirror, str]:
    """A file on a mirror, not downloaded yet, and its URL."""
    made = wheel("cold", payload=size, salt=unique())
    upstream.add(made)
    mirror = pulp.mirror(upstream.url)
    return made, mirror, str(mirror.index.files("cold")[made.filename]["url"])


def _whole_or_broken(answer: requests.Response, made: MadeFile) -> bool:
    """Whether the rest of an answer is right, or visibly not all there."""
    try:
        return b"".join(answer.iter_content(65536)) == made.body
    except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError):
        return True


def _supervisor(stack: Stack) -> int:
    return int(Path(stack.home, "run/lock").read_text())
