"""Gates before a repository: what they let in, and what they say of the rest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.attestations import provenance
from support.gating import found, prod, promote
from support.osv import CRITICAL, LOW, database, entry
from support.pulp import Pulp, Row, unique
from support.upstream import Upstream
from support.wheels import sdist, wheel


@pytest.fixture
def make_dev(pulp: Pulp, upstream: Upstream) -> Callable[[], Row]:
    """Makes a repository of all that the upstream has, files included."""

    def make(**remote: Any) -> Row:
        repository = pulp.create_repository()
        remote.setdefault("policy", "immediate")
        pulp.sync(repository, pulp.create_remote(upstream.url, **remote))
        return repository

    return make


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
