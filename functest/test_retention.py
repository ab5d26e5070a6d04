"""Old versions go when the repository says so, and nothing that is served or held goes."""

import pytest

from support.index import Index
from support.pulp import Pulp, Row, refusal, unique
from support.upstream import Upstream
from support.wheels import wheel

MANY = {"retain_versions": 1}


@pytest.fixture
def grown(pulp: Pulp, upstream: Upstream) -> Row:
    """A repository with versions 1 to 4, each with a file of its own, stored; nothing shows it."""
    salt = unique()
    upstream.add(wheel("stays", "1.0", salt=salt))
    remote = pulp.create_remote(upstream.url, policy="immediate")
    repository = pulp.create_repository(remote=remote["pulp_href"])
    for number in range(1, 5):
        # Nobody else needs it, nor its METADATA.
        made = wheel("grows", f"1.{number}", salt=salt, dependencies=[salt])
        upstream.add(made)
        pulp.sync(repository, mirror=True, allow_mass_removal=True)
        upstream.catalogue.remove(made.filename)
    return repository


def numbers(pulp: Pulp, repository: Row) -> set[int]:
    return {version["number"] for version in pulp.rows(repository["versions_href"])}


def clean(pulp: Pulp, repository: Row, **order: object) -> Row:
    """What a clean-up says it did."""
    task = pulp.task(pulp.post(f"{repository['pulp_href']}cleanup/", order))
    result: Row = task["result"]
    return result


def gone(result: Row) -> list[int]:
    return [version["number"] for version in result["versions"]]


def test_old_versions_go_and_the_index_stays_whole(pulp: Pulp, upstream: Upstream) -> None:
    """Pages that were made for a version that is gone are still shown by those that stay."""
    upstream.add(wheel("stays", "1.0"), wheel("grows", "1.0"))
    remote = pulp.create_remote(upstream.url)
    repository = pulp.create_repository(remote=remote["pulp_href"], retain_repo_versions=2)
    index = Index(base=pulp.distribute(repository=repository["pulp_href"])["base_url"])
    pulp.sync(repository)
    index.wait_served()
    first = index.get("simple/stays/").content
    for number in range(1, 4):
        upstream.add(wheel("grows", f"1.{number}"))
        pulp.sync(repository)
    # Pulp may keep one more: what a distribution showed last is served for a while yet.
    assert {3, 4} <= numbers(pulp, repository) <= {2, 3, 4}
    index.wait(lambda served: len(served.files("grows")) == 4)
    assert index.get("simple/stays/").content == first
    for project in ("stays", "grows"):
        for filename in index.files(project):
            assert index.download(project, filename)


def test_a_held_version_outlives_retention_and_clean_up(pulp: Pulp, grown: Row) -> None:
    """Until each of its holds is released; the version says what holds it."""
    second = f"{grown['versions_href']}2/"
    assert pulp.read(second)["holds"] == []
    for label, note in [("audit", "asked for by the bank"), ("lts", ""), ("lts", "till 2030")]:
        answer = pulp.post(f"{second}hold/", {"label": label, "note": note})
        assert answer.status_code == 200, answer.text
    held = answer.json()["holds"]
    assert held == pulp.read(second)["holds"]
    assert [(one["kind"], one["name"], one["note"]) for one in held] == [
        ("label", "audit", "asked for by the bank"),
        ("label", "lts", "till 2030"),
    ]
    refused = pulp.delete(second)
    assert refused.status_code == 400
    assert "protected by: label 'audit', label 'lts'" in refused.text
    pulp.update(grown["pulp_href"], retain_repo_versions=1)
    assert 2 in numbers(pulp, grown)
    assert 1 not in numbers(pulp, grown)
    result = clean(pulp, grown, **MANY)
    assert [(one["number"], len(one["holds"])) for one in result["held"]] == [(2, 2)]
    assert numbers(pulp, grown) == {2, 4}

    assert pulp.post(f"{second}release/", {"label": "nobody"}).status_code == 404
    assert len(pulp.post(f"{second}release/", {"label": "lts"}).json()["holds"]) == 1
    assert gone(clean(pulp, grown, **MANY)) == []
    assert pulp.post(f"{second}release/", {"label": "audit"}).json()["holds"] == []
    assert gone(clean(pulp, grown, **MANY)) == [2]
    assert numbers(pulp, grown) == {4}


def test_clean_up_says_beforehand_what_it_does_and_afterwards_what_it_did(
    pulp: Pulp, grown: Row, upstream: Upstream
) -> None:
    """Which versions go, what holds others, and the bytes that are no longer stored."""
    row = pulp.distribute(repository_version=f"{grown['versions_href']}2/", serve_history=True)
    pinned = Index(base=row["base_url"]).wait_served()
    files = {
        file["filename"]: file
        for number in range(1, 5)
        for file in pulp.files(f"{grown['versions_href']}{number}/")
    }
    # Another repository needs a file, too.
    other = pulp.create_repository()
    third = files["grows-1.3-py3-none-any.whl"]
    pulp.task(
        pulp.post(f"{other['pulp_href']}modify/", {"add_content_units": [third["pulp_href"]]})
    )
    order = {**MANY, "remove_content": True, "orphan_protection_time": 0}
    planned = clean(pulp, grown, **order, dry_run=True)
    assert gone(planned) == [0, 1, 3]
    assert [(one["number"], one["holds"][0]["kind"]) for one in planned["held"]] == [
        (2, "distribution")
    ]
    first = files["grows-1.1-py3-none-any.whl"]
    stored = sum(
        pulp.read(href)["size"] for href in first["artifacts"].values() if href is not None
    )
    assert stored > first["size"]
    assert planned["freed"] == planned["unneeded"] | {"pages": 0, "page_bytes": 0}
    assert planned["unneeded"] == {"units": 1, "files": 2, "bytes": stored}
    assert numbers(pulp, grown) == {0, 1, 2, 3, 4}

    # What was of interest lately is left alone.
    careful = clean(pulp, grown, **MANY, remove_content=True, dry_run=True)
    assert careful["freed"]["files"] == 0

    done = clean(pulp, grown, **order)
    assert done == planned | {"dry_run": False}
    assert numbers(pulp, grown) == {2, 4}
    assert pulp.get(first["pulp_href"]).status_code == 404
    for href in first["artifacts"].values():
        assert pulp.get(href).status_code == 404
    assert pulp.filenames(pulp.latest(other)) == {third["filename"]}
    pulp.read(third["pulp_href"])
    for project in ("stays", "grows"):
        for filename in pinned.files(project):
            assert pinned.download(project, filename)
    assert clean(pulp, grown, **order)["freed"]["bytes"] == 0


def test_clean_up_goes_by_number_and_age_and_leaves_content_alone_unless_asked(
    pulp: Pulp, grown: Row
) -> None:
    """Age counts from when a version was superseded. What could be removed is only told."""
    assert gone(clean(pulp, grown, older_than="1h")) == []
    assert gone(clean(pulp, grown, older_than="1h", **MANY)) == []
    assert gone(clean(pulp, grown, retain_versions=3, dry_run=True)) == [0, 1]
    result = clean(pulp, grown, **MANY, orphan_protection_time=0)
    assert gone(result) == [0, 1, 2, 3]
    assert result["unneeded"]["units"] == 3
    assert result["unneeded"]["bytes"] > 0
    assert result["freed"] == {"units": 0, "files": 0, "bytes": 0, "pages": 0, "page_bytes": 0}
    assert clean(pulp, grown, **MANY)["versions"] == []


def test_orders_that_make_no_sense_are_refused(pulp: Pulp) -> None:
    """With the field, and nothing is deleted."""
    repository = pulp.create_repository()
    href = f"{repository['pulp_href']}cleanup/"
    for order, field in [
        ({}, "non_field_errors"),
        ({"dry_run": True}, "non_field_errors"),
        ({"retain_versions": 0}, "retain_versions"),
        ({"older_than": "90"}, "older_than"),
        ({"older_than": "0d"}, "older_than"),
        ({"older_than": "a while"}, "older_than"),
    ]:
        assert refusal(pulp.post(href, order), field)
    version = f"{repository['versions_href']}0/"
    assert refusal(pulp.post(f"{version}hold/", {"label": ""}), "label")
    assert pulp.post(f"{repository['versions_href']}99/hold/", {"label": "x"}).status_code == 404
    assert numbers(pulp, repository) == {0}


def test_a_promotion_record_may_hold_its_source(pulp: Pulp, grown: Row) -> None:
    """The version that production came from stays as long as the record."""
    target = pulp.create_repository()
    answer = pulp.post(
        f"{target['pulp_href']}promote/",
        {"source": f"{grown['versions_href']}2/", "keep_source": True, "note": "release 7"},
    )
    pulp.task(answer)
    (hold,) = pulp.read(f"{grown['versions_href']}2/")["holds"]
    assert (hold["kind"], hold["name"], hold["note"]) == (
        "promotion",
        f"{target['name']} 1",
        "release 7",
    )
    assert gone(clean(pulp, grown, **MANY)) == [0, 1, 3]
    assert pulp.delete(f"{grown['versions_href']}2/").status_code == 400
