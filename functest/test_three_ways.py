"""A distribution names a repository, a publication or a version: each serves the same bytes."""

import pytest

from support.index import Index
from support.pulp import Pulp, Row
from support.upstream import Upstream
from support.wheels import sdist, wheel

FILES = [
    wheel("first", "1.0", requires_python=">=3.8", dependencies=["second"]),
    wheel("first", "1.0.post1", build="7"),
    wheel("second", "1!2.0rc1"),
    sdist("second", "1!1.0"),
    wheel("Third.Name", "2024.1"),
]


@pytest.fixture
def mixed(upstream: Upstream) -> Upstream:
    """Files with all a page can tell: yanks, statuses, missing metadata, special signs."""
    upstream.add(*FILES)
    upstream.catalogue.yank(FILES[1].filename, 'a "reason" <with> & signs — ü')
    upstream.catalogue.yank(FILES[3].filename)
    upstream.catalogue.set_status("second", "deprecated", "use <first> & be happy")
    upstream.catalogue.set_status("third-name", "archived")
    return upstream


def served(pulp: Pulp, **what: str) -> Index:
    return Index(base=pulp.distribute(**what)["base_url"]).wait_served()


def same(*indexes: Index) -> None:
    """All pages of all indexes are equal, byte for byte, ETags too."""
    first, *others = indexes
    expected = first.whole()
    assert len(expected) == 2 * 4, "the root and three projects, JSON and HTML"
    for other in others:
        assert other.whole() == expected
        for project in ("", "first", "second", "third-name"):
            path = f"simple/{project}/" if project else "simple/"
            assert other.get(path).headers["ETag"] == first.get(path).headers["ETag"]


def synced(pulp: Pulp, upstream: Upstream, **repository: bool) -> tuple[Row, str]:
    remote = pulp.create_remote(upstream.url)
    made = pulp.create_repository(remote=remote["pulp_href"], **repository)
    pulp.sync(made)
    return made, pulp.latest(made)["pulp_href"]


def test_a_published_version_is_the_same_by_all_three_names(pulp: Pulp, mixed: Upstream) -> None:
    """The repository, its publication and its version."""
    repository, version = synced(pulp, mixed)
    (publication,) = pulp.rows("publications/pyindex/pyindex/", repository_version=version)
    same(
        served(pulp, repository=repository["pulp_href"]),
        served(pulp, publication=publication["pulp_href"]),
        served(pulp, repository_version=version),
    )


def test_an_unpublished_version_has_the_pages_it_gets_when_published(
    pulp: Pulp, mixed: Upstream
) -> None:
    """Pages made live are those a publication makes of the version, also afterwards."""
    repository, version = synced(pulp, mixed, autopublish=False)
    assert not pulp.rows("publications/pyindex/pyindex/", repository_version=version)
    pinned = served(pulp, repository_version=version)
    live = pinned.whole()
    publication = pulp.publish(version)
    same(
        pinned,
        served(pulp, publication=publication["pulp_href"]),
        served(pulp, repository=repository["pulp_href"]),
    )
    assert pinned.whole() == live


def test_each_version_keeps_its_bytes(pulp: Pulp, mixed: Upstream) -> None:
    """A later version changes the followers of the repository only."""
    repository, first = synced(pulp, mixed)
    following = served(pulp, repository=repository["pulp_href"])
    pinned = served(pulp, repository_version=first)
    before = pinned.whole()
    mixed.add(wheel("first", "2.0"))
    mixed.catalogue.unyank(FILES[1].filename)
    pulp.sync(repository)
    second = pulp.latest(repository)["pulp_href"]
    following.wait(lambda index: len(index.files("first")) == 3, "the second version")
    assert pinned.whole() == before
    same(following, served(pulp, repository_version=second))
    changed = {key for key, body in following.whole().items() if body != before[key]}
    assert {project for project, _ in changed} == {"", "first"}


def test_a_repository_without_a_published_version_says_so(pulp: Pulp, mixed: Upstream) -> None:
    """404 whose body names what is missing; once it is published, it is there."""
    repository, version = synced(pulp, mixed, autopublish=False)
    index = Index(base=pulp.distribute(repository=repository["pulp_href"])["base_url"])
    index.wait(lambda index: "publish" in index.get().text, "the reason")
    assert index.get().status_code == 404
    pulp.publish(version)
    index.wait_served()
    assert index.projects() == {"first", "second", "third-name"}


def test_autopublish_publishes_in_the_task_that_makes_the_version(
    pulp: Pulp, mixed: Upstream
) -> None:
    """The task of a sync names both of them."""
    remote = pulp.create_remote(mixed.url)
    repository = pulp.create_repository()
    task = pulp.sync(repository, remote)
    kinds = sorted(href.split("/")[4] for href in task["created_resources"])
    assert kinds == ["publications", "repositories"]


def test_the_index_is_also_at_pulps_own_place(pulp: Pulp, mixed: Upstream) -> None:
    """`/pulp/content/<base_path>/` answers with the same bytes."""
    repository, _ = synced(pulp, mixed)
    distribution = pulp.distribute(repository=repository["pulp_href"])
    index = Index(base=distribution["base_url"]).wait_served()
    other = Index(base=f"{pulp.content}/pulp/content/{distribution['base_path']}/")
    same(index, other)
    assert other.download("first", FILES[0].filename) == FILES[0].body


def test_a_base_path_may_hold_slashes(pulp: Pulp, mixed: Upstream) -> None:
    """The index below `team/production/x` is as any other."""
    repository, version = synced(pulp, mixed)
    plain = served(pulp, repository=repository["pulp_href"])
    base_path = f"team/production/{repository['name']}"
    deep = served(pulp, base_path=base_path, repository_version=version)
    assert deep.base == f"{pulp.content}/pypi/{base_path}/"
    same(plain, deep)
    assert deep.download("third-name", FILES[4].filename) == FILES[4].body
