"""Edits by hand: yank, un-yank, remove, set a status. Each call makes one version."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.index import Index
from support.publishing import House, make_house
from support.pulp import Pulp, Row, TaskFailed, refusal, unique
from support.stack import Stack
from support.wheels import sdist, wheel

WHEEL, SDIST, SECOND = (
    "alpha-1.0-py3-none-any.whl",
    "alpha-1.0.tar.gz",
    "alpha-2.0-py3-none-any.whl",
)


@pytest.fixture
def house(pulp: Pulp) -> House:
    """Two releases of alpha, one of beta."""
    made = make_house(pulp)
    salt = unique()
    for file in (
        wheel("alpha", "1.0", salt=salt),
        sdist("alpha", "1.0", salt=salt),
        wheel("alpha", "2.0", salt=salt),
        wheel("beta", "1.0", salt=salt),
    ):
        assert made.send(file).ok
    return made


def edit(pulp: Pulp, house: House, action: str, orders: Any) -> Row:
    """The task's result."""
    task = pulp.task(pulp.post(f"{house.repository['pulp_href']}{action}/", orders))
    result: Row = task["result"]
    return result


def yanked(house: House) -> dict[str, Any]:
    return {name: entry["yanked"] for name, entry in house.index.files("alpha").items()}


def test_yank_and_unyank(pulp: Pulp, house: House) -> None:
    """A file, a release, a project; with and without a reason; the same again changes nothing."""
    one = {"project": "Alpha", "filename": WHEEL, "reason": "it is broken"}
    first = edit(pulp, house, "yank", one)
    assert first["files"] == [1]
    wait = house.index.wait
    wait(lambda index: yanked(house)[WHEEL] == "it is broken", "the yank")
    assert edit(pulp, house, "yank", one)["version"] is None

    edit(pulp, house, "yank", {"project": "alpha", "release": "1.0.0", "reason": ""})
    expected = {WHEEL: True, SDIST: True, SECOND: False}
    wait(lambda index: yanked(house) == expected, "the yank of a release")

    edit(pulp, house, "unyank", {"project": "alpha", "filename": SDIST})
    wait(lambda index: yanked(house) == {**expected, SDIST: False}, "the un-yank of a file")
    edit(pulp, house, "unyank", {"project": "alpha"})
    wait(lambda index: set(yanked(house).values()) == {False}, "the un-yank of all")
    assert edit(pulp, house, "unyank", {"project": "alpha"})["version"] is None
    # History keeps the old state.
    version = f"{house.repository['pulp_href']}versions/{first['version']}/"
    [row] = pulp.rows("content/pyindex/yanks/", repository_version=version)
    assert (row["filename"], row["reason"]) == (WHEEL, "it is broken")


def test_remove(pulp: Pulp, house: House) -> None:
    """A file, a release, a project with its status; older versions keep them."""
    before = pulp.latest(house.repository)
    edit(pulp, house, "set_status", {"project": "alpha", "status": "deprecated"})
    edit(pulp, house, "remove", {"project": "alpha", "filename": WHEEL})
    assert WHEEL not in pulp.filenames(pulp.latest(house.repository))
    edit(pulp, house, "remove", {"project": "alpha", "release": "2.0"})
    assert SECOND not in pulp.filenames(pulp.latest(house.repository))
    edit(pulp, house, "remove", {"project": "alpha"})
    house.index.wait(lambda index: index.projects() == {"beta"}, "the removal")
    assert house.index.get("simple/alpha/").status_code == 404
    latest = pulp.latest(house.repository)["pulp_href"]
    assert pulp.rows("content/pyindex/project_statuses/", repository_version=latest) == []
    assert len(pulp.filenames(before)) == 4


def test_set_status(pulp: Pulp, house: House) -> None:
    """Every status with its reason; a quarantined project offers nothing, active is as before."""
    page = house.index.json("alpha")
    for status in ("deprecated", "archived", "quarantined"):
        order = {"project": "alpha", "status": status, "reason": "because"}
        edit(pulp, house, "set_status", order)
        said = {"status": status, "reason": "because"}
        house.index.wait(_has_status(said), status)
        assert edit(pulp, house, "set_status", order)["version"] is None
    assert house.index.json("alpha")["files"] == []
    edit(pulp, house, "set_status", {"project": "alpha", "status": "active"})
    house.index.wait(lambda index: index.json("alpha")["files"] == page["files"], "active")


def _has_status(said: Row) -> Callable[[Index], bool]:
    return lambda index: bool(index.json("alpha")["project-status"] == said)


def test_a_list_of_edits_makes_one_version_or_none(pulp: Pulp, house: House) -> None:
    """All of them or, where one speaks of what is not there, nothing."""
    before = pulp.latest(house.repository)["number"]
    orders: list[Row] = [
        {"project": "alpha", "release": "1.0", "reason": "old"},
        {"project": "beta", "filename": "beta-1.0-py3-none-any.whl"},
    ]
    result = edit(pulp, house, "yank", orders)
    assert result == {"version": before + 1, "files": [2, 1]}
    with pytest.raises(TaskFailed) as failed:
        edit(pulp, house, "remove", [{"project": "alpha"}, {"project": "gamma"}])
    assert "[PYI012]" in failed.value.reason
    assert "'gamma'" in failed.value.reason
    assert pulp.latest(house.repository)["number"] == before + 1


@pytest.fixture(scope="module")
def empty(stack: Stack) -> Iterator[tuple[Pulp, str]]:
    """A client and the address of a repository that holds nothing."""
    client = stack.client()
    yield client, client.create_repository()["pulp_href"]
    client.clean_up()


@pytest.mark.parametrize("action", ["yank", "unyank", "remove", "set_status"])
def test_what_makes_no_sense_is_refused(empty: tuple[Pulp, str], action: str) -> None:
    """Under the field it is in; what is not held fails the task."""
    pulp, href = empty
    good = {"project": "alpha"}
    if action == "set_status":
        good["status"] = "archived"

    def said(order: Any, field: str) -> str:
        return refusal(pulp.post(f"{href}{action}/", order), field)

    assert "required" in said({}, "project")
    assert "not a valid project name" in said({**good, "project": "-"}, "project")
    assert pulp.post(f"{href}{action}/", []).status_code == 400
    assert pulp.post(f"{href}{action}/", "alpha").status_code == 400
    second = pulp.post(f"{href}{action}/", [good, {}]).json()["1"]
    assert second["project"] == ["This field is required."]
    if action == "set_status":
        assert "not a valid choice" in said({**good, "status": "gone"}, "status")
    with pytest.raises(TaskFailed, match="PYI012"):
        pulp.task(pulp.post(f"{href}{action}/", good))
    assert pulp.post(f"{href}{action}/", good, auth=None).status_code == 401


def test_the_projects_of_a_version(pulp: Pulp, house: House) -> None:
    """In numbers, by name, page by page, searched by a part of the name."""
    path = f"{pulp.latest(house.repository)['pulp_href']}projects/"
    alpha, beta = pulp.rows(path)
    files = [row for row in pulp.files(pulp.latest(house.repository)) if row["project"] == "alpha"]
    assert alpha["name"] == "alpha"
    assert (alpha["release_count"], alpha["file_count"]) == (2, 3)
    assert alpha["latest_release"] == "2.0"
    assert alpha["size"] == sum(row["size"] for row in files)
    assert alpha["first_upload"] <= alpha["last_upload"] <= beta["last_upload"]
    assert pulp.rows(path, name__contains="et") == [beta]
    page = pulp.get(path, params={"limit": 1}).json()
    assert (page["count"], page["results"]) == (2, [alpha])
    assert pulp.get(path, params={"limit": 1, "offset": 1}).json()["results"] == [beta]


def test_an_order_that_is_not_understood_is_refused(empty: tuple[Pulp, str]) -> None:
    """As a whole: what is left of it would do more than was meant."""
    pulp, href = empty
    for action, order in (
        ("remove", {"project": "beta", "version": "2.0"}),
        ("yank", [{"project": "beta"}, {"project": "beta", "version": "2.0"}]),
        ("promote", {"source": "x", "project": ["beta"]}),
        ("rollback", {"version": 0, "dryrun": True}),
        ("cleanup", {"retain_versions": 1, "retain": 7}),
        ("versions/0/hold", {"label": "x", "until": "2030-01-01"}),
    ):
        answer = pulp.post(f"{href}{action}/", order)
        assert answer.status_code == 400
        assert "There is no such field; there are " in answer.text
