"""A repository follows an index that changes, and what has not changed is not asked for."""

from collections.abc import Callable

import pytest

from support.pulp import Pulp, Row
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def repository(pulp: Pulp) -> Row:
    return pulp.create_repository()


def test_a_second_sync_of_an_unchanged_index_makes_no_version_and_one_request(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """The list of projects tells by its serials that nothing changed."""
    upstream = make_upstream(serials=True)
    upstream.add(wheel("alpha"), wheel("beta"), wheel("gamma"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    before = pulp.latest(repository)["pulp_href"]
    upstream.forget()
    result = pulp.sync(repository, remote)["result"]
    assert len(upstream.log) == 1
    assert result["repository_version"] is None
    assert result["projects"]["unchanged"] == 3
    assert pulp.latest(repository)["pulp_href"] == before


def test_without_serials_pages_are_asked_for_conditionally(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """What is answered by 304 costs nothing more."""
    upstream.add(wheel("alpha"), wheel("beta"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    upstream.add(wheel("beta", "2.0"))
    upstream.forget()
    result = pulp.sync(repository, remote)["result"]
    assert all("if-none-match" in asked.headers for asked in upstream.asked("/simple/*a/"))
    assert result["projects"]["unchanged"] == 1
    assert result["projects"]["changed"] == 1
    assert result["files"] == {"added": 1, "removed": 0, "downloaded": 0}


def test_only_changed_projects_are_asked_for(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """One request for the list and one for each project with another serial."""
    upstream = make_upstream(serials=True)
    for number in range(20):
        upstream.add(wheel(f"project-{number}"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    upstream.add(wheel("project-7", "2.0"))
    upstream.forget()
    pulp.sync(repository, remote)
    assert [asked.path for asked in upstream.log] == ["/simple/", "/simple/project-7/"]
    assert "project_7-2.0-py3-none-any.whl" in pulp.filenames(pulp.latest(repository))


def test_a_changed_wish_asks_only_for_the_projects_it_touches(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """What is wanted of the others is what it was."""
    upstream = make_upstream(serials=True)
    upstream.add(wheel("alpha"), wheel("alpha", "2.0"), wheel("beta"), wheel("gamma"))
    remote = pulp.create_remote(upstream.url, includes=["alpha", "beta"])
    pulp.sync(repository, remote)
    pulp.update(remote["pulp_href"], includes=["alpha<2", "beta", "gamma"])
    upstream.forget()
    result = pulp.sync(repository, remote, mirror=True, allow_mass_removal=True)["result"]
    assert {asked.path for asked in upstream.log} == {
        "/simple/",
        "/simple/alpha/",
        "/simple/gamma/",
    }
    assert result["files"]["added"] == 1
    assert result["files"]["removed"] == 1


def test_yanks_are_followed_back_and_forth(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """Also without mirror: upstream has the word on what it lists."""
    upstream.add(wheel("alpha"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    assert pulp.units(repository, "yanks") == []
    upstream.catalogue.yank("alpha-1.0-py3-none-any.whl", "first")
    pulp.sync(repository, remote)
    upstream.catalogue.yank("alpha-1.0-py3-none-any.whl", "second")
    pulp.sync(repository, remote)
    assert [yank["reason"] for yank in pulp.units(repository, "yanks")] == ["second"]
    upstream.catalogue.unyank("alpha-1.0-py3-none-any.whl")
    pulp.sync(repository, remote)
    assert pulp.units(repository, "yanks") == []
    assert len(pulp.files(pulp.latest(repository))) == 1


def test_a_status_that_ends_goes(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """`active` is the absence of a status."""
    upstream.add(wheel("alpha"))
    upstream.catalogue.set_status("alpha", "deprecated", "use beta")
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    upstream.catalogue.set_status("alpha", None)
    pulp.sync(repository, remote)
    assert pulp.units(repository, "project_statuses") == []


def test_changed_facts_make_a_new_unit_in_place_of_the_old(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """Older versions keep what they told."""
    upstream.add(wheel("alpha"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    first = pulp.latest(repository)
    upstream.catalogue.change("alpha-1.0-py3-none-any.whl", requires_python=">=3.9")
    result = pulp.sync(repository, remote)["result"]
    assert result["files"] == {"added": 1, "removed": 1, "downloaded": 0}
    assert [row["requires_python"] for row in pulp.files(pulp.latest(repository))] == [">=3.9"]
    assert [row["requires_python"] for row in pulp.files(first)] == [None]


def test_files_without_mirror_stay(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """What upstream no longer lists is kept: a sync adds."""
    upstream.add(wheel("alpha"), wheel("alpha", "2.0"), wheel("beta"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    upstream.catalogue.remove("alpha-1.0-py3-none-any.whl")
    upstream.catalogue.remove_project("beta")
    result = pulp.sync(repository, remote)["result"]
    assert result["repository_version"] is None
    assert len(pulp.files(pulp.latest(repository))) == 3


def test_a_mirror_follows_removals(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """Files and projects that upstream no longer has go."""
    for number in range(8):
        upstream.add(wheel("alpha", f"1.{number}"))
    upstream.add(wheel("beta"))
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    upstream.catalogue.remove("alpha-1.0-py3-none-any.whl")
    upstream.catalogue.remove_project("beta")
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert result["files"] == {"added": 0, "removed": 2, "downloaded": 0}
    assert pulp.filenames(pulp.latest(repository)) == {
        f"alpha-1.{number}-py3-none-any.whl" for number in range(1, 8)
    }


def test_two_repositories_share_what_a_remote_remembers(
    pulp: Pulp, make_upstream: Callable[..., Upstream]
) -> None:
    """The second one needs the list only."""
    upstream = make_upstream(serials=True)
    upstream.add(wheel("alpha"), wheel("beta"))
    remote = pulp.create_remote(upstream.url)
    first, second = pulp.create_repository(), pulp.create_repository()
    pulp.sync(first, remote)
    upstream.forget()
    pulp.sync(second, remote)
    assert len(upstream.log) == 1
    assert pulp.filenames(pulp.latest(first)) == pulp.filenames(pulp.latest(second))
