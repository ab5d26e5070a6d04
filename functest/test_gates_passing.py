"""Who may pass the gates of a repository, what is refused, and what a version tells of it."""

from dataclasses import replace
from typing import Any

import pytest

from support.gating import prod, promote
from support.pulp import Pulp, Row, TaskFailed, refusal, unique

APPROVER = "pyindex.pyindexrepository_approver"
PASSWORD = "a long password of a user"


def make_user(pulp: Pulp) -> tuple[str, Pulp]:
    name = unique("user")
    pulp.create("users/", username=name, password=PASSWORD)
    return name, replace(pulp, auth=(name, PASSWORD), made=[])


def grant(pulp: Pulp, row: Row, role: str, user: str) -> None:
    answer = pulp.post(f"{row['pulp_href']}add_role/", {"role": role, "users": [user]})
    assert answer.ok, answer.text


def test_a_version_has_to_be_approved_by_the_named_role(pulp: Pulp, mirrored: Row) -> None:
    """Of exactly that version; what was given can be taken back."""
    target = prod(pulp, {"rule": "approval", "role": APPROVER})
    version = pulp.latest(mirrored)["pulp_href"]
    with pytest.raises(TaskFailed, match=r"approval: nobody who has the role"):
        promote(pulp, target, mirrored)
    name, user = make_user(pulp)
    approve, revoke = f"{target['pulp_href']}approve/", f"{target['pulp_href']}revoke/"
    grant(pulp, target, "pyindex.pyindexrepository_viewer", name)
    grant(pulp, mirrored, "pyindex.pyindexrepository_viewer", name)
    assert user.post(approve, {"source": version}).status_code == 403
    grant(pulp, target, APPROVER, name)
    given = user.post(approve, {"source": version, "note": "looked at it"})
    assert given.status_code == 201
    (approval,) = given.json()
    assert (approval["user"], approval["note"], approval["source"]) == (
        name,
        "looked at it",
        version,
    )
    again = user.post(approve, {"source": version})
    assert again.json() == [approval]
    taken = user.post(revoke, {"source": version}).json()
    assert taken[0]["revoked_by"] == name
    with pytest.raises(TaskFailed, match="approval"):
        promote(pulp, target, version)
    assert refusal(user.post(revoke, {"source": version}), "source")
    assert user.post(approve, {"source": version}).ok
    assert promote(pulp, target, version)["repository_version"]
    listed = user.read(f"{target['pulp_href']}approvals/")
    assert [one["revoked_at"] is None for one in listed["results"]] == [True, False]
    # The next version of the source is another matter.
    pulp.task(pulp.post(f"{mirrored['pulp_href']}unyank/", {"project": "beta"}))
    with pytest.raises(TaskFailed, match="approval"):
        promote(pulp, target, mirrored)


def test_who_may_override_leaves_a_record(pulp: Pulp, mirrored: Row) -> None:
    """It takes a permission of its own and a reason; only what is named is overridden."""
    gates = [{"rule": "no_yanked"}, {"rule": "provenance"}]
    target = prod(pulp, *gates)
    name, user = make_user(pulp)
    grant(pulp, target, "pyindex.pyindexrepository_promoter", name)
    grant(pulp, mirrored, "pyindex.pyindexrepository_viewer", name)
    # Who may promote has no other way in.
    by_hand = {"base_version": pulp.latest(mirrored)["pulp_href"]}
    assert user.post(f"{target['pulp_href']}modify/", by_hand).status_code == 403
    order = {"source": mirrored["pulp_href"], "note": "now", "override": ["no_yanked"]}
    promoting = f"{target['pulp_href']}promote/"
    assert "why" in refusal(user.post(promoting, order), "override_reason")
    order["override_reason"] = "it must go out"
    assert user.post(promoting, order).status_code == 403
    grant(pulp, target, "pyindex.pyindexrepository_overrider", name)
    with pytest.raises(TaskFailed) as caught:
        user.task(user.post(promoting, order))
    assert "no_yanked" not in caught.value.reason
    assert "provenance" in caught.value.reason
    order["override"] = ["no_yanked", "provenance", "licenses"]
    result = user.task(user.post(promoting, order))["result"]
    assert result["gates"]["open"]
    assert set(result["gates"]["overridden"]) == {"no_yanked", "provenance"}
    version = user.read(result["repository_version"])
    assert version["origin"]["user"] == name
    assert version["origin"]["note"] == "now"
    assert version["origin"]["details"]["override_reason"] == "it must go out"
    (record,) = user.read(f"{target['pulp_href']}promotions/")["results"]
    assert record["user"] == name
    assert record["override_reason"] == "it must go out"
    assert {one["rule"] for one in record["findings"]} == {"no_yanked", "provenance"}
    assert record["source"] == pulp.latest(mirrored)["pulp_href"]
    assert record["holds_source"] is False


def test_going_back_is_always_possible(pulp: Pulp, mirrored: Row) -> None:
    """What is in the repository's history was let in once."""
    target = prod(pulp)
    promote(pulp, target, mirrored)
    promote(pulp, target, mirrored, projects=["beta"])
    pulp.update(target["pulp_href"], gates=[{"rule": "minimal_age", "age": "9999w"}])
    pulp.task(pulp.post(f"{target['pulp_href']}remove/", {"project": "beta"}))
    pulp.task(pulp.post(f"{target['pulp_href']}rollback/", {"version": 1}))
    assert pulp.latest(target)["origin"]["summary"] == "rollback to version 1"


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ([{"rule": "no_yanked"}, {"rule": "beauty"}], "gates[1]: 'beauty' is not one of"),
        ([{"rule": "minimal_age", "age": "soon"}], "gates[0]: `age` must be like"),
        ([{"rule": "licenses", "allow": ["MIT", "free"]}], "allow[1] 'free'"),
        ([{"rule": "approval", "role": "pyindex.nobody"}], "there is no role 'pyindex.nobody'"),
        ({"rule": "no_yanked"}, "list of objects"),
    ],
)
def test_gates_that_make_no_sense_are_refused(pulp: Pulp, gates: Any, said: str) -> None:
    """Where they are set, by position."""
    answer = pulp.post("repositories/pyindex/pyindex/", {"name": unique(), "gates": gates})
    assert said in refusal(answer, "gates")


def test_orders_that_make_no_sense_are_refused(pulp: Pulp, mirrored: Row) -> None:
    """At once."""
    target = prod(pulp)
    approve = f"{target['pulp_href']}approve/"
    told = pulp.post(approve, {"source": mirrored["pulp_href"]})
    assert (told.status_code, "demands an approval" in told.text) == (400, True)
    strict = prod(pulp, {"rule": "approval", "role": APPROVER})
    own = pulp.post(f"{strict['pulp_href']}approve/", {"source": strict["pulp_href"]})
    assert "itself" in refusal(own, "source")
    order = {"source": mirrored["pulp_href"], "override": ["beauty"], "override_reason": "x"}
    assert pulp.post(f"{target['pulp_href']}promote/", order).status_code == 400


def test_versions_tell_where_they_come_from(pulp: Pulp, mirrored: Row) -> None:
    """Who made them, of what, and why: on their own page and in the difference."""
    synced = pulp.latest(mirrored)
    assert synced["origin"]["kind"] == "sync"
    assert synced["origin"]["user"] == "admin"
    target = prod(pulp)
    promote(pulp, target, mirrored, note="release 12", keep_source=True)
    promoted = pulp.latest(target)
    name = mirrored["name"]
    assert promoted["origin"]["summary"] == f"promotion of {name} version 1"
    assert promoted["origin"]["note"] == "release 12"
    first = promoted["pulp_href"].replace("/versions/1/", "/versions/0/")
    difference = pulp.read(f"{promoted['pulp_href']}diff/", base=first)
    assert difference["version"]["origin"] == promoted["origin"]
    assert difference["version"]["pulp_href"] == promoted["pulp_href"]
    assert difference["base"]["origin"]["summary"] == "empty"
    pulp.task(pulp.post(f"{target['pulp_href']}yank/", {"project": "alpha-one"}))
    assert pulp.latest(target)["origin"]["summary"] == "edit: yank alpha-one"
    unit = pulp.files(promoted)[0]["pulp_href"]
    pulp.task(pulp.post(f"{target['pulp_href']}modify/", {"remove_content_units": [unit]}))
    assert pulp.latest(target)["origin"]["kind"] == "modify"
    assert pulp.latest(target)["origin"]["user"] == "admin"
    assert pulp.read(f"{target['pulp_href']}promotions/")["results"][0]["holds_source"] is True
    assert [one["kind"] for one in pulp.latest(mirrored)["holds"]] == ["promotion"]
