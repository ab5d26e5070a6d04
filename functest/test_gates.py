"""Gates before a repository: what they let in, what they say, and who may pass them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.attestations import provenance
from support.osv import CRITICAL, LOW, database, entry
from support.pulp import Pulp, Row, TaskFailed, refusal, unique
from support.upstream import Upstream
from support.wheels import sdist, wheel

APPROVER = "pyindex.pyindexrepository_approver"
PASSWORD = "a long password of a user"


@pytest.fixture
def make_dev(pulp: Pulp, upstream: Upstream) -> Callable[[], Row]:
    """Makes a repository of all that the upstream has, files included."""

    def make(**remote: Any) -> Row:
        repository = pulp.create_repository()
        remote.setdefault("policy", "immediate")
        pulp.sync(repository, pulp.create_remote(upstream.url, **remote))
        return repository

    return make


def prod(pulp: Pulp, *gates: Row, **fields: Any) -> Row:
    return pulp.create_repository(gates=list(gates), **fields)


def promote(pulp: Pulp, target: Row, source: Row | str, **what: Any) -> Row:
    """The result of a promotion."""
    named = source if isinstance(source, str) else source["pulp_href"]
    answer = pulp.post(f"{target['pulp_href']}promote/", {"source": named, **what})
    result: Row = pulp.task(answer)["result"]
    return result


def found(
    pulp: Pulp, target: Row, source: Row, *, fails: bool = False, **what: Any
) -> list[tuple[str, str]]:
    """Files and reasons, as a dry run lists them; with `fails` also as the promotion fails."""
    told = promote(pulp, target, source, dry_run=True, **what)["gates"]
    assert told["total"] == len(told["findings"])
    assert told["open"] is (told["total"] == 0)
    if fails:
        with pytest.raises(TaskFailed) as caught:
            promote(pulp, target, source, **what)
        assert "[PYI061]" in caught.value.reason
        for one in told["findings"]:
            assert f"{one['rule']}: {one['filename']}: {one['reason']}" in caught.value.reason
        assert pulp.latest(target)["number"] == 0
    return [(one["filename"], one["reason"]) for one in told["findings"]]


def ago(**age: float) -> str:
    return (datetime.now(UTC) - timedelta(**age)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_is_too_young_is_not_let_in(
    pulp: Pulp, upstream: Upstream, make_dev: Callable[..., Row]
) -> None:
    """By the time upstream tells; what is not told counts as too young, unless that is allowed."""
    upstream.catalogue.add(wheel("old", "1.0"), upload_time=ago(days=8))
    upstream.catalogue.add(wheel("young", "1.0"), upload_time=ago(days=3, minutes=1))
    upstream.catalogue.add(wheel("silent", "1.0"), upload_time=None)
    upstream.catalogue.add(wheel("acme-own", "1.0"), upload_time=ago(hours=1))
    dev = make_dev(policy="on_demand")
    gate = {"rule": "minimal_age", "age": "7d", "except": ["acme-*"]}
    silent, young = found(pulp, prod(pulp, gate), dev, fails=True)
    assert silent[0] == "silent-1.0-py3-none-any.whl"
    assert "not known" in silent[1]
    assert young[0] == "young-1.0-py3-none-any.whl"
    assert "3 days ago" in young[1]
    assert found(pulp, prod(pulp, gate), dev, projects=["old", "acme-own"]) == []
    lenient = prod(pulp, {**gate, "unknown": "allow"})
    assert [name for name, _ in found(pulp, lenient, dev)] == ["young-1.0-py3-none-any.whl"]


def test_provenance_can_be_demanded_of_a_publisher(
    pulp: Pulp, upstream: Upstream, make_dev: Callable[..., Row]
) -> None:
    """Any, or one by its fields."""
    good, bare = wheel("good", "1.0"), wheel("bare", "1.0")
    upstream.catalogue.add(good, provenance=provenance(good))
    upstream.add(bare)
    dev = make_dev(policy="on_demand", provenance=True)
    anybody = {"rule": "provenance"}
    assert found(pulp, prod(pulp, anybody), dev, fails=True) == [
        ("bare-1.0-py3-none-any.whl", "it has no provenance")
    ]
    ours = {"rule": "provenance", "publishers": [{"kind": "GitHub", "repository": "a/*"}]}
    assert found(pulp, prod(pulp, ours), dev, projects=["good"]) == []
    others = {"rule": "provenance", "publishers": [{"kind": "GitHub", "repository": "b/*"}]}
    ((name, reason),) = found(pulp, prod(pulp, others), dev, projects=["good"])
    assert name == "good-1.0-py3-none-any.whl"
    assert '"repository": "a/b"' in reason


def test_licences_have_to_be_on_the_list(
    pulp: Pulp, upstream: Upstream, make_dev: Callable[..., Row]
) -> None:
    """As the file's own metadata says; what is not here yet is not known."""
    upstream.add(
        wheel("free", "1.0", license_expression="MIT OR GPL-3.0-only"),
        wheel("bound", "1.0", license_expression="GPL-3.0-only"),
        wheel("mute", "1.0"),
    )
    dev = make_dev()
    gate = {"rule": "licenses", "allow": ["MIT", "BSD-*"]}
    assert found(pulp, prod(pulp, gate), dev, fails=True) == [
        ("bound-1.0-py3-none-any.whl", "its licence is not allowed: GPL-3.0-only (GPL-3.0-only)"),
        ("mute-1.0-py3-none-any.whl", "it names no licence"),
    ]
    assert len(found(pulp, prod(pulp, {**gate, "unknown": "allow"}), dev)) == 1


def test_nothing_yanked_is_let_in(
    pulp: Pulp, upstream: Upstream, make_dev: Callable[..., Row]
) -> None:
    """Neither with its yank, nor a yank that comes later."""
    upstream.add(wheel("fine", "1.0"), wheel("bad", "1.0"))
    upstream.catalogue.yank("bad-1.0-py3-none-any.whl", "broken")
    dev = make_dev(policy="on_demand")
    gate = {"rule": "no_yanked"}
    bad = ("bad-1.0-py3-none-any.whl", "it is yanked: broken")
    assert found(pulp, prod(pulp, gate), dev, fails=True) == [bad]
    target = prod(pulp, gate)
    promote(pulp, target, dev, projects=["fine"])
    pulp.task(pulp.post(f"{dev['pulp_href']}yank/", {"project": "fine"}))
    told = promote(pulp, target, dev, projects=["fine"], dry_run=True)["gates"]
    assert [one["reason"] for one in told["findings"]] == ["it is yanked"]


def test_known_vulnerabilities_are_kept_out(
    pulp: Pulp, upstream: Upstream, make_dev: Callable[..., Row]
) -> None:
    """From a severity on; those of unknown severity too, unless that is allowed."""
    names = {word: unique(word) for word in ("worst", "mild", "vague")}
    upstream.add(*(wheel(name, "1.0") for name in names.values()), wheel(names["worst"], "2.0"))
    dev = make_dev(policy="on_demand")
    source = unique("osv")
    first = ({"introduced": "0"}, {"fixed": "2.0"})
    archive = database(
        entry("X-1", names["worst"], *first, vector=CRITICAL),
        entry("X-2", names["mild"], *first, vector=LOW),
        entry("X-3", names["vague"], *first),
    )
    pulp.task(
        pulp.post(
            "pyindex/advisories/load/", data={"source": source}, files={"file": ("x", archive)}
        )
    )
    gate = {"rule": "vulnerabilities", "severity": "high"}
    vague, worst = found(pulp, prod(pulp, gate), dev, fails=True)
    assert worst[1] == f"X-1 (critical) X-1 of {names['worst']}; fixed in 2.0"
    assert vague[1].startswith("X-3 (unknown)")
    assert len(found(pulp, prod(pulp, {**gate, "unknown": "allow"}), dev)) == 1
    pulp.task(pulp.post("pyindex/advisories/unload/", {"source": source}))
    assert found(pulp, prod(pulp, gate), dev) == []


def test_dependencies_have_to_be_in_the_new_version(
    pulp: Pulp, upstream: Upstream, make_dev: Callable[..., Row]
) -> None:
    """For every Python that is named; what the target has already counts as well."""
    upstream.add(
        wheel("app", "1.0", dependencies=["lib>=2", "compat; python_version < '3.10'"]),
        wheel("lib", "2.0"),
        sdist("compat", "1.0"),
    )
    dev = make_dev()
    gate = {"rule": "dependencies", "pythons": ["3.9", "3.12"]}
    assert found(pulp, prod(pulp, gate), dev) == []
    lib, compat = (
        one[1] for one in found(pulp, prod(pulp, gate), dev, projects=["app"], fails=True)
    )
    both = "(Python 3.9 on linux_x86_64, Python 3.12 on linux_x86_64)"
    assert lib == f"requires lib>=2: no release of lib is here {both}"
    assert compat.endswith("no release of compat is here (Python 3.9 on linux_x86_64)")
    target = prod(pulp, gate)
    promote(pulp, target, dev, projects=["lib", "compat"])
    assert promote(pulp, target, dev, projects=["app"])["repository_version"]
    # Letting go what another project needs is seen, too.
    without = make_dev(excludes=["lib"])
    told = promote(pulp, target, without, dry_run=True)["gates"]
    assert [one["filename"] for one in told["findings"]] == ["app-1.0-py3-none-any.whl"]


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
    for row in (target, mirrored):
        grant(pulp, row, "pyindex.pyindexrepository_owner", name)
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
