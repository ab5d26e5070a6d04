"""Repositories and versions by REST."""

import pytest

from support.pulp import Pulp, Row, TaskFailed, refusal, unique
from support.upstream import Upstream
from support.wheels import wheel

FILES = "content/pyindex/files/"
URL = "http://index.example/simple/"


def test_a_repository_is_read_changed_and_deleted(pulp: Pulp) -> None:
    """It publishes by itself unless told otherwise."""
    repository = pulp.create_repository(description="ours", pulp_labels={"team": "a"})
    assert repository["autopublish"] is True
    href = repository["pulp_href"]
    remote = pulp.create_remote(URL)

    changed = pulp.update(href, autopublish=False, retain_repo_versions=2, remote=remote["prn"])
    assert (changed["autopublish"], changed["retain_repo_versions"]) == (False, 2)
    assert changed["remote"] == remote["pulp_href"]
    assert changed["pulp_labels"] == {"team": "a"}

    assert pulp.post(f"{href}set_label/", {"key": "stage", "value": "test"}).ok
    assert pulp.post(f"{href}unset_label/", {"key": "team"}).ok
    assert pulp.read(href)["pulp_labels"] == {"stage": "test"}

    pulp.task(pulp.put(href, {"name": repository["name"]}))
    assert pulp.read(href)["autopublish"] is True
    pulp.task(pulp.delete(href))
    assert pulp.get(href).status_code == 404
    pulp.made.remove(href)


def test_a_sync_without_any_remote_is_refused(pulp: Pulp) -> None:
    """Neither the request nor the repository names one."""
    repository = pulp.create_repository()
    answer = pulp.post(f"{repository['pulp_href']}sync/", {})
    assert "required" in refusal(answer, "remote")


def test_a_sync_from_another_plugins_remote_is_refused(pulp: Pulp) -> None:
    """With a 400, not with a failed task."""
    repository = pulp.create_repository()
    remote = pulp.create("remotes/file/file/", name=unique(), url="http://h.example/PULP_MANIFEST")
    answer = pulp.post(f"{repository['pulp_href']}sync/", {"remote": remote["pulp_href"]})
    assert "does not match" in refusal(answer, "remote")


def test_a_sync_falls_back_to_the_repositorys_remote(pulp: Pulp, upstream: Upstream) -> None:
    """Answered with a task that reserves the repository and shares the remote."""
    upstream.add(wheel("alpha"))
    remote = pulp.create_remote(upstream.url)
    repository = pulp.create_repository(remote=remote["pulp_href"])
    answer = pulp.post(f"{repository['pulp_href']}sync/", {})
    assert answer.status_code == 202
    task = pulp.task(answer)
    reserved = task["reserved_resources_record"]
    assert repository["prn"] in reserved
    assert f"shared:{remote['prn']}" in reserved
    assert pulp.filenames(pulp.latest(repository)) == {"alpha-1.0-py3-none-any.whl"}


def test_content_is_taken_out_and_put_back_by_modify(pulp: Pulp, mirrored: Row) -> None:
    """Each a new version; the old one stays what it is."""
    first = pulp.latest(mirrored)
    (beta,) = pulp.rows(FILES, repository_version=first["pulp_href"], project="beta")
    modify = f"{mirrored['pulp_href']}modify/"
    pulp.task(pulp.post(modify, {"remove_content_units": [beta["pulp_href"]]}))
    second = pulp.latest(mirrored)
    assert beta["filename"] not in pulp.filenames(second)
    assert beta["filename"] in pulp.filenames(first)

    pulp.task(pulp.post(modify, {"add_content_units": [beta["pulp_href"]]}))
    assert pulp.filenames(pulp.latest(mirrored)) == pulp.filenames(first)
    numbers = [row["number"] for row in pulp.rows(mirrored["versions_href"])]
    assert numbers == [3, 2, 1, 0]


def test_modify_without_overwrite_refuses_another_file_of_the_same_name(
    pulp: Pulp, mirrored: Row, upstream: Upstream
) -> None:
    """The task fails and no version is made; with overwrite the new file takes the place."""
    upstream.catalogue.replace("beta-2.0-py3-none-any.whl", wheel("beta", "2.0", salt="other"))
    other = pulp.create_repository()
    pulp.sync(other, pulp.create_remote(upstream.url, includes=["beta"]))
    (fresh,) = pulp.files(pulp.latest(other))

    modify = f"{mirrored['pulp_href']}modify/"
    order = {"add_content_units": [fresh["pulp_href"]]}
    with pytest.raises(TaskFailed):
        pulp.task(pulp.post(modify, {**order, "overwrite": False}))
    assert pulp.latest(mirrored)["number"] == 1

    pulp.task(pulp.post(modify, order))
    (kept,) = pulp.rows(
        FILES, repository_version=pulp.latest(mirrored)["pulp_href"], project="beta"
    )
    assert kept["sha256"] == fresh["sha256"]


def test_a_version_can_be_repaired_and_deleted(pulp: Pulp, mirrored: Row) -> None:
    """Deleting the newest makes the one before it the newest."""
    version = pulp.latest(mirrored)
    pulp.task(pulp.post(f"{version['pulp_href']}repair/", {}))
    pulp.task(pulp.delete(version["pulp_href"]))
    assert pulp.latest(mirrored)["number"] == 0
