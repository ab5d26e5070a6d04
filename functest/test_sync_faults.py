"""What an upstream does wrong costs what it touches, is told, and never empties a mirror."""

from collections.abc import Callable

import pytest

from support.pulp import Pulp, Row, TaskFailed, unique
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import wheel


@pytest.fixture
def repository(pulp: Pulp) -> Row:
    return pulp.create_repository()


def version_number(pulp: Pulp, repository: Row) -> int:
    number: int = pulp.latest(repository)["number"]
    return number


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("mirror", [False, True])
def test_projects_that_fail_keep_their_files(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream], status: int, mirror: bool
) -> None:
    """After retries; the others are synced and the task names the failed ones."""
    upstream = make_upstream(serials=True)
    upstream.add(wheel("alpha"), wheel("beta"))
    remote = pulp.create_remote(upstream.url, max_retries=1)
    pulp.sync(repository, remote)
    upstream.add(wheel("alpha", "2.0"), wheel("beta", "2.0"))
    fault = upstream.fault("/simple/beta/", status=status)
    task = pulp.sync(repository, remote, mirror=mirror)
    assert fault.hits == 2
    (failed,) = task["result"]["failed_projects"]
    assert failed["project"] == "beta"
    assert f"HTTP {status}" in failed["reason"]
    assert "sync.failed.projects" in {report["code"] for report in task["progress_reports"]}
    assert pulp.filenames(pulp.latest(repository)) == {
        "alpha-1.0-py3-none-any.whl",
        "alpha-2.0-py3-none-any.whl",
        "beta-1.0-py3-none-any.whl",
    }
    upstream.heal()
    pulp.sync(repository, remote, mirror=mirror)
    assert "beta-2.0-py3-none-any.whl" in pulp.filenames(pulp.latest(repository))


def test_a_fault_that_passes_is_not_noticed(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """Requests are retried, Retry-After is obeyed."""
    upstream.add(wheel("alpha"), wheel("beta"))
    upstream.fault("/simple/alpha/", status=503, times=1, retry_after="1")
    upstream.fault("/simple/beta/", cut_after=20, times=1)
    upstream.fault("/simple/", status=429, times=1)
    result = pulp.sync(repository, pulp.create_remote(upstream.url))["result"]
    assert result["failed_projects"] == []
    assert result["files"]["added"] == 2
    first, second = upstream.asked("/simple/alpha/")
    assert second.at - first.at >= 1


def test_a_project_that_never_answers_fails_alone(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """Its timeout is told."""
    upstream.add(wheel("alpha"), wheel("beta"))
    fault = upstream.fault("/simple/beta/", hang=True)
    remote = pulp.create_remote(upstream.url, sock_read_timeout=3, max_retries=0)
    result = pulp.sync(repository, remote)["result"]
    fault.release()
    assert "timeout" in result["failed_projects"][0]["reason"]
    assert result["files"]["added"] == 1


def test_a_canceled_sync_leaves_no_version_and_its_reading_is_not_lost(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """One page hangs: the others are remembered meanwhile, and the next sync asks for that one."""
    upstream.serials = True
    upstream.add(wheel("alpha"), wheel("beta"), wheel("gamma"))
    upstream.fault("/simple/beta/", hang=True)
    remote = pulp.create_remote(upstream.url)
    order = {"remote": remote["pulp_href"]}
    task = pulp.post(f"{repository['pulp_href']}sync/", order).json()["task"]

    wait_for(lambda: 2 in [one["done"] for one in pulp.read(task)["progress_reports"]], "2 pages")
    pulp.patch(task, {"state": "canceled"}).raise_for_status()
    wait_for(lambda: pulp.read(task)["state"] == "canceled", "the end of the task")

    assert version_number(pulp, repository) == 0
    upstream.heal()
    upstream.forget()
    assert pulp.sync(repository, remote)["result"]["files"]["added"] == 3
    assert [asked.path for asked in upstream.asked("/simple/*/")] == ["/simple/beta/"]


@pytest.mark.parametrize("mirror", [False, True])
def test_where_all_projects_fail_the_task_fails(
    pulp: Pulp, repository: Row, upstream: Upstream, mirror: bool
) -> None:
    """And nothing changes."""
    upstream.add(wheel("alpha"), wheel("beta"))
    remote = pulp.create_remote(upstream.url, max_retries=0)
    pulp.sync(repository, remote)
    upstream.fault("/simple/*a/", status=500)
    with pytest.raises(TaskFailed, match=r"PYI009.*2 projects"):
        pulp.sync(repository, remote, mirror=mirror)
    assert version_number(pulp, repository) == 1


def test_a_listed_project_without_page_is_a_fault_of_the_upstream(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """A mirror does not take it for a removal."""
    upstream.add(wheel("alpha"), wheel("beta"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    upstream.fault("/simple/beta/", status=404)
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert [failed["project"] for failed in result["failed_projects"]] == ["beta"]
    assert len(pulp.files(pulp.latest(repository))) == 2


def test_removing_most_files_needs_the_callers_word(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """The task fails and says how to confirm."""
    for number in range(5):
        upstream.add(wheel("alpha", f"{number}.0"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    for number in range(2):
        upstream.catalogue.remove(f"alpha-{number}.0-py3-none-any.whl")
    with pytest.raises(TaskFailed, match=r"PYI010.*2 of 5 files.*allow_mass_removal"):
        pulp.sync(repository, remote, mirror=True)
    assert version_number(pulp, repository) == 1
    result = pulp.sync(repository, remote, mirror=True, allow_mass_removal=True)["result"]
    assert result["files"]["removed"] == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 503}, "HTTP 503"),
        ({"status": 403}, "HTTP 403"),
        ({"body": b"<html><h1>Please log in</h1></html>"}, "Please log in"),
        ({"body": b"{not json", "content_type": "application/json"}, "not a simple index"),
        ({"body": b""}, "not a simple index"),
    ],
)
def test_a_list_that_is_none_fails_the_task_and_is_shown(
    pulp: Pulp, repository: Row, upstream: Upstream, answer: dict[str, object], told: str
) -> None:
    """With what was found, and where."""
    upstream.add(wheel("alpha"))
    remote = pulp.create_remote(upstream.url, max_retries=0)
    pulp.sync(repository, remote)
    upstream.fault("/simple/", **answer)
    with pytest.raises(TaskFailed) as failed:
        pulp.sync(repository, remote, mirror=True)
    assert told in failed.value.reason
    assert upstream.url in failed.value.reason
    assert version_number(pulp, repository) == 1


@pytest.mark.parametrize(
    "body",
    [b'{"meta": {"api-version": "1.0"}, "name": "beta", "files": [', b"<p>Oops", b"\x00\x01\x02"],
)
def test_a_malformed_page_is_refused_and_the_rest_goes_on(
    pulp: Pulp, repository: Row, upstream: Upstream, body: bytes
) -> None:
    """The project is listed as failed."""
    upstream.add(wheel("alpha"), wheel("beta"))
    upstream.fault("/simple/beta/", body=body)
    result = pulp.sync(repository, pulp.create_remote(upstream.url))["result"]
    assert [failed["project"] for failed in result["failed_projects"]] == ["beta"]
    assert pulp.filenames(pulp.latest(repository)) == {"alpha-1.0-py3-none-any.whl"}


@pytest.mark.parametrize(
    "changes",
    [
        {"filename": "../alpha-2.0-py3-none-any.whl"},
        {"filename": "/etc/alpha-2.0-py3-none-any.whl"},
        {"filename": "alpha-2.0\x01-py3-none-any.whl"},
        {"filename": "other-2.0-py3-none-any.whl"},
        {"url": "file:///etc/passwd"},
        {"url": "ftp://127.0.0.1/alpha-2.0-py3-none-any.whl"},
        {"hashes": {"sha256": "abc"}},
        {"size": -1},
    ],
)
def test_a_hostile_file_is_refused_and_the_rest_goes_on(
    pulp: Pulp,
    repository: Row,
    make_upstream: Callable[..., Upstream],
    changes: dict[str, object],
) -> None:
    """With a reason, whatever the policy."""
    upstream = make_upstream(form="json")
    upstream.add(wheel("alpha"))
    upstream.add(wheel("alpha", "2.0"), **changes)
    remote = pulp.create_remote(upstream.url, policy="immediate")
    result = pulp.sync(repository, remote)["result"]
    (refused,) = result["refused_files"]
    assert refused["project"] == "alpha"
    assert refused["reason"]
    assert pulp.filenames(pulp.latest(repository)) == {"alpha-1.0-py3-none-any.whl"}


def test_a_filename_listed_twice_is_taken_once(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """The second, different one is refused."""
    upstream = make_upstream(form="json")
    upstream.add(wheel("alpha"), wheel("alpha", salt="other"))
    result = pulp.sync(repository, pulp.create_remote(upstream.url))["result"]
    assert result["refused_files_count"] == 1
    assert len(pulp.files(pulp.latest(repository))) == 1


def test_a_page_without_end_is_not_read(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """A page of 100 MB is refused; the rest goes on."""
    upstream.add(wheel("alpha"), wheel("beta"))
    upstream.fault("/simple/beta/", padding=100_000_000)
    result = pulp.sync(repository, pulp.create_remote(upstream.url))["result"]
    (failed,) = result["failed_projects"]
    assert "bytes" in failed["reason"]
    assert result["files"]["added"] == 1


@pytest.mark.parametrize(
    "fault", [{"wrong_bytes": True}, {"short": 100}, {"status": 500}, {"cut_after": 100}]
)
def test_a_file_that_cannot_be_had_is_left_out(
    pulp: Pulp, repository: Row, upstream: Upstream, fault: dict[str, object]
) -> None:
    """It is reported, the rest is synced, and the next sync tries again."""
    # Bytes that nobody has: what is stored already is not downloaded again.
    upstream.add(wheel("alpha"), wheel("beta", salt=unique()))
    upstream.catalogue.yank("beta-1.0-py3-none-any.whl")
    upstream.fault("beta-1.0-py3-none-any.whl", **fault)
    remote = pulp.create_remote(upstream.url, policy="immediate", max_retries=0)
    result = pulp.sync(repository, remote)["result"]
    (failed,) = result["failed_files"]
    assert failed["filename"] == "beta-1.0-py3-none-any.whl"
    assert failed["reason"]
    version = pulp.latest(repository)
    assert pulp.filenames(version) == {"alpha-1.0-py3-none-any.whl"}
    assert set(version["content_summary"]["present"]) == {"pyindex.file"}
    upstream.heal()
    pulp.sync(repository, remote)
    assert len(pulp.files(pulp.latest(repository))) == 2


def test_content_that_clean_up_took_is_read_again(
    domains: Callable[[], Pulp], make_upstream: Callable[..., Upstream]
) -> None:
    """What is remembered of a project is not trusted beyond the rows it speaks of."""
    # What others are about to use would be taken from them.
    pulp = domains()
    upstream = make_upstream(serials=True)
    upstream.add(wheel("alpha"), wheel("beta"))
    remote = pulp.create_remote(upstream.url)
    other = pulp.create_repository(retain_repo_versions=1)
    pulp.sync(other, remote)
    pulp.task(pulp.delete(other["pulp_href"]))
    pulp.made.remove(other["pulp_href"])
    pulp.task(pulp.post("orphans/cleanup/", {"orphan_protection_time": 0}))
    repository = pulp.create_repository()
    pulp.sync(repository, remote)
    assert len(pulp.files(pulp.latest(repository))) == 2
