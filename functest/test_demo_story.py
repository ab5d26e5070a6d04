"""The story of the demo: mirror, want something else, sync, compare, roll back."""

from pathlib import Path

from support.clients import Clients
from support.index import Index
from support.pulp import Pulp
from support.upstream import Upstream
from support.wheels import sdist, wheel

ONE = [wheel("one", "1.0"), wheel("one", "1.1", dependencies=["two"])]
TWO = [wheel("two", "1.0"), sdist("two", "2.0")]
THREE = [wheel("three", "1.0")]


def added_and_removed(pulp: Pulp, version: str) -> tuple[dict[str, int], dict[str, int]]:
    """What a version's summary counts against the one before it."""
    summary = pulp.read(version)["content_summary"]
    added, removed = (
        {name: entry["count"] for name, entry in summary[kind].items()}
        for kind in ("added", "removed")
    )
    return added, removed


def test_a_distribution_is_rolled_back_to_the_same_bytes(pulp: Pulp, upstream: Upstream) -> None:
    """Another selection makes another version; the distribution of the first shows it for ever."""
    upstream.add(*ONE, *TWO, *THREE)
    mirror = pulp.mirror(upstream.url, includes=["one", "two<2"])
    first = pulp.latest(mirror.repository)["pulp_href"]
    before = mirror.index.whole()
    assert mirror.index.projects() == {"one", "two"}
    assert set(mirror.index.files("two")) == {TWO[0].filename}

    pulp.update(mirror.remote["pulp_href"], includes=["two", "three"])
    task = pulp.sync(mirror.repository, mirror=True, allow_mass_removal=True)
    second = pulp.latest(mirror.repository)["pulp_href"]
    assert second in task["created_resources"]
    assert added_and_removed(pulp, second) == ({"pyindex.file": 2}, {"pyindex.file": 2})
    mirror.index.wait(lambda index: index.projects() == {"two", "three"}, "the second version")
    after = mirror.index.whole()
    assert after != before

    publications = pulp.rows("publications/pyindex/pyindex/", repository_version=first)
    pulp.update(
        mirror.distribution["pulp_href"],
        repository=None,
        publication=publications[0]["pulp_href"],
    )
    mirror.index.wait(lambda index: index.projects() == {"one", "two"}, "the first version")
    assert mirror.index.whole() == before
    assert mirror.index.download("one", ONE[1].filename) == ONE[1].body

    pulp.update(
        mirror.distribution["pulp_href"],
        publication=None,
        repository=mirror.repository["pulp_href"],
    )
    mirror.index.wait(lambda index: index.projects() == {"two", "three"}, "the newest version")
    assert mirror.index.whole() == after


def test_what_was_installed_before_the_change_installs_after_the_roll_back(
    pulp: Pulp, upstream: Upstream, tmp_path: Path
) -> None:
    """pip sees the versions change, also where upstream has lost the first ones since."""
    clients = Clients(folder=tmp_path)
    upstream.add(*ONE, *TWO)
    mirror = pulp.mirror(upstream.url, policy="immediate")
    first = pulp.latest(mirror.repository)["pulp_href"]
    clients.pip("install", "--target", "first", "one", index=mirror.index.simple)

    for made in ONE:
        upstream.catalogue.remove(made.filename)
    upstream.add(wheel("one", "3.0"))
    pulp.sync(mirror.repository, mirror=True, allow_mass_removal=True)
    mirror.index.wait(lambda index: index.json("one")["versions"] == ["3.0"], "the change")
    clients.pip("install", "--target", "second", "one", index=mirror.index.simple)

    pulp.update(mirror.distribution["pulp_href"], repository=None, repository_version=first)
    mirror.index.wait(lambda index: index.json("one")["versions"] == ["1.0", "1.1"], "the old")
    clients.pip("install", "--target", "third", "one", index=mirror.index.simple)

    assert (tmp_path / "second/one-3.0.dist-info").is_dir()
    for folder in ("first", "third"):
        names = {path.name for path in (tmp_path / folder).glob("*.dist-info")}
        assert names == {"one-1.1.dist-info", "two-2.0.dist-info"}


def test_an_additive_sync_keeps_what_is_wanted_no_more(pulp: Pulp, upstream: Upstream) -> None:
    """Without `mirror` another selection only adds."""
    upstream.add(*ONE, *TWO, *THREE)
    mirror = pulp.mirror(upstream.url, includes=["one"])
    pulp.update(mirror.remote["pulp_href"], includes=["three"])
    pulp.sync(mirror.repository)
    made = {made.filename for made in [*ONE, *THREE]}
    assert pulp.filenames(pulp.latest(mirror.repository)) == made
    index: Index = mirror.index
    index.wait(lambda index: index.projects() == {"one", "three"}, "both selections")
