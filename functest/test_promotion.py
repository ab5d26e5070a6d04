"""Promote from one repository to another by reference, compare, and go back."""

from collections.abc import Callable

import pytest

from support.attestations import provenance
from support.index import Index
from support.pulp import Pulp, Row, TaskFailed, refusal
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def dev(pulp: Pulp, mirrored: Row) -> Row:
    """A mirror: two projects, three files, one of them yanked, one project archived."""
    return mirrored


@pytest.fixture
def prod(pulp: Pulp) -> Row:
    """Where things are promoted to; empty."""
    return pulp.create_repository()


def promote(pulp: Pulp, target: Row, **what: object) -> Row:
    task: Row = pulp.task(pulp.post(f"{target['pulp_href']}promote/", json=what))
    result: Row = task["result"]
    return result


def index_of(pulp: Pulp, repository: Row) -> Index:
    return Index(base=pulp.distribute(repository=repository["pulp_href"])["base_url"])


def test_a_whole_promotion_serves_the_very_pages(
    pulp: Pulp, dev: Row, prod: Row, upstream: Upstream
) -> None:
    """Files, yanks and statuses come over by reference: upstream is asked for nothing."""
    asked = upstream.count()
    result = promote(pulp, prod, source=dev["pulp_href"], note="release 1")
    assert result["difference"]["files_added"] == 3
    assert {one["project"]: one["change"] for one in result["projects"]} == {
        "alpha-one": "added",
        "beta": "added",
    }
    assert upstream.count() == asked
    source, target = index_of(pulp, dev).wait_served(), index_of(pulp, prod).wait_served()
    for project in ("alpha-one", "beta"):
        ours, theirs = target.json(project), source.json(project)
        for page in (ours, theirs):
            del page["meta"]["_last-serial"]
        assert ours == theirs


def test_promoting_again_makes_no_version(pulp: Pulp, dev: Row, prod: Row) -> None:
    """Nothing to do is nothing done."""
    promote(pulp, prod, source=dev["pulp_href"])
    again = promote(pulp, prod, source=dev["pulp_href"])
    assert again["repository_version"] is None
    assert pulp.latest(prod)["number"] == 1


def test_a_dry_run_tells_and_changes_nothing(pulp: Pulp, dev: Row, prod: Row) -> None:
    """The difference comes as data."""
    told = promote(pulp, prod, source=dev["pulp_href"], projects=["Beta"], dry_run=True)
    (project,) = told["projects"]
    assert project["releases_added"] == ["2.0"]
    assert [one["reason"] for one in project["yanked"]] == ["broken"]
    assert project["status_after"] == "archived"
    assert pulp.latest(prod)["number"] == 0


def test_named_projects_and_releases_leave_the_rest_alone(
    pulp: Pulp, dev: Row, prod: Row, upstream: Upstream
) -> None:
    """`replace` is about what is named; `add` lets nothing go."""
    promote(pulp, prod, source=dev["pulp_href"])
    upstream.add(wheel("alpha-one", "2.0"), wheel("gamma", "1.0"))
    upstream.catalogue.remove("alpha_one-1.0.tar.gz")
    pulp.sync(dev, pulp.create_remote(upstream.url), mirror=True, allow_mass_removal=True)
    release = {"project": "Alpha.One", "release": "2.0.0"}
    promote(pulp, prod, source=dev["pulp_href"], releases=[release], mode="add")
    origin = pulp.latest(prod)["origin"]
    assert origin["summary"] == f"promotion of alpha-one 2.0.0 from {dev['name']} version 2"
    names = pulp.filenames(pulp.latest(prod))
    assert "alpha_one-2.0-py3-none-any.whl" in names
    assert "alpha_one-1.0.tar.gz" in names
    promote(pulp, prod, source=dev["pulp_href"], projects=["alpha-one"])
    names = pulp.filenames(pulp.latest(prod))
    assert "alpha_one-1.0.tar.gz" not in names
    assert "beta-2.0-py3-none-any.whl" in names
    assert not any(name.startswith("gamma") for name in names)


def test_what_was_said_of_bytes_does_not_outlive_them(
    pulp: Pulp, prod: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """A yank and a provenance are not those of other bytes that come under the same name."""
    before, after = make_upstream(), make_upstream()
    old, new = wheel("delta"), wheel("delta", salt="new")
    before.add(old, yanked="broken", provenance=provenance(old))
    after.add(new)
    pulp.sync(prod, pulp.create_remote(before.url, provenance=True))
    index = index_of(pulp, prod).wait_served()

    def is_plain(one: Index) -> bool:
        file = one.files("delta")[old.filename]
        is_told = bool(file.get("yanked") or file.get("provenance"))
        return file["hashes"]["sha256"] == new.sha256 and not is_told

    assert "broken" in index.html("delta")
    remote = pulp.create_remote(after.url)
    dev = pulp.create_repository()
    pulp.sync(dev, remote)
    promote(pulp, prod, source=dev["pulp_href"], mode="add")
    index.wait(is_plain, "the promoted file")
    pulp.task(pulp.post(f"{prod['pulp_href']}rollback/", {"version": 1}))
    index.wait(lambda one: not is_plain(one), "the old file")
    pulp.sync(prod, remote)
    index.wait(is_plain, "the synced file")


def test_a_rollback_is_a_new_version_that_equals_the_old_one(
    pulp: Pulp, dev: Row, prod: Row
) -> None:
    """History stays linear, and serials go on growing."""
    promote(pulp, prod, source=dev["pulp_href"], projects=["alpha-one"])
    index = index_of(pulp, prod).wait_served()
    before = int(index.get("simple/").headers["X-PyPI-Last-Serial"])
    promote(pulp, prod, source=dev["pulp_href"])
    pulp.task(pulp.post(f"{prod['pulp_href']}rollback/", json={"version": 1}))
    latest = pulp.latest(prod)
    assert latest["number"] == 3
    versions = latest["pulp_href"].rpartition("3/")[0]
    assert pulp.filenames(latest) == pulp.filenames(f"{versions}1/")
    found = pulp.read(f"{latest['pulp_href']}diff/", base=f"{versions}1/")
    assert (found["count"], found["results"]) == (0, [])
    index.wait_served()
    assert int(index.get("simple/").headers["X-PyPI-Last-Serial"]) > before


def test_versions_of_two_repositories_are_compared(pulp: Pulp, dev: Row, prod: Row) -> None:
    """Project by project, a page at a time."""
    promote(pulp, prod, source=dev["pulp_href"], projects=["beta"])
    address = f"{pulp.latest(dev)['pulp_href']}diff/"
    found = pulp.read(address, base=prod["pulp_href"], limit=1)
    (project,) = found["results"]
    assert (found["count"], project["project"], project["change"]) == (1, "alpha-one", "added")
    assert {one["filename"] for one in project["files_added"]} == {
        "Alpha_One-1.0-py3-none-any.whl",
        "alpha_one-1.0.tar.gz",
    }


def test_what_cannot_be_promoted_is_told(pulp: Pulp, dev: Row, prod: Row) -> None:
    """A clear message, nothing changed."""
    promoting, back = f"{prod['pulp_href']}promote/", f"{prod['pulp_href']}rollback/"
    itself = pulp.post(promoting, json={"source": prod["pulp_href"]})
    assert "rollback" in refusal(itself, "source")
    empty = pulp.create_repository()
    assert "holds nothing" in refusal(
        pulp.post(promoting, json={"source": empty["pulp_href"]}), "source"
    )
    remote = pulp.create_remote("http://127.0.0.1:9/simple/")
    assert "neither a version" in refusal(
        pulp.post(promoting, json={"source": remote["pulp_href"]}), "source"
    )
    assert "no version 7" in refusal(pulp.post(back, json={"version": 7}), "version")
    with pytest.raises(TaskFailed, match=r"PYI012.*'nosuch'"):
        promote(pulp, prod, source=dev["pulp_href"], projects=["beta", "nosuch"])
    assert pulp.latest(prod)["number"] == 0
