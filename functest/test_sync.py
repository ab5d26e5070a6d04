"""A repository is brought in line with an index: what comes, and how much of it."""

from collections.abc import Callable

import pytest

from support.attestations import provenance
from support.pulp import Pulp, Row, TaskFailed, unique
from support.upstream import Upstream
from support.wheels import sdist, wheel


@pytest.fixture
def repository(pulp: Pulp) -> Row:
    return pulp.create_repository()


@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("links", ["relative", "absolute", "other_host"])
def test_a_file_is_carried_over_as_its_index_tells_it(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream], form: str, links: str
) -> None:
    """Whatever form the pages have and wherever the files are."""
    upstream = make_upstream(form=form, links=links)
    made = wheel("Some.Project", "1.0", requires_python=">=3.8")
    upstream.add(made)
    pulp.sync(repository, pulp.create_remote(upstream.url))
    (row,) = pulp.files(pulp.latest(repository))
    assert row["filename"] == made.filename
    assert row["sha256"] == made.sha256
    assert row["project"] == "some-project"
    assert row["version"] == "1.0"
    assert row["requires_python"] == ">=3.8"
    assert row["metadata_sha256"] == made.metadata_sha256
    if form == "json":
        assert row["size"] == made.size
        assert row["upload_time"].startswith("2024-05-01T12:00:00.123456")


def test_a_url_without_slash_is_the_same_index(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """The url is taken verbatim; project pages are below it all the same."""
    upstream.add(wheel("alpha"))
    pulp.sync(repository, pulp.create_remote(upstream.url.rstrip("/")))
    assert pulp.filenames(pulp.latest(repository)) == {"alpha-1.0-py3-none-any.whl"}


def test_yanks_and_statuses_come_with_their_reasons(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """They are content of their own."""
    upstream.add(wheel("alpha"), wheel("beta"))
    upstream.catalogue.yank("alpha-1.0-py3-none-any.whl", "it is broken")
    upstream.catalogue.set_status("beta", "archived", "no more")
    pulp.sync(repository, pulp.create_remote(upstream.url))
    (yank,) = pulp.units(repository, "yanks")
    assert (yank["filename"], yank["reason"]) == ("alpha-1.0-py3-none-any.whl", "it is broken")
    (status,) = pulp.units(repository, "project_statuses")
    assert (status["project"], status["status"], status["reason"]) == (
        "beta",
        "archived",
        "no more",
    )


def test_a_missing_include_is_reported(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """The rest is synced."""
    upstream.add(wheel("alpha"))
    remote = pulp.create_remote(upstream.url, includes=["alpha", "no-such-thing"])
    task = pulp.sync(repository, remote)
    assert task["result"]["missing"] == ["no-such-thing"]
    assert "sync.missing.projects" in {report["code"] for report in task["progress_reports"]}
    assert len(pulp.files(pulp.latest(repository))) == 1


def test_nothing_but_missing_includes_fails(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """A mirror of nothing is a mistake, not a success."""
    upstream.add(wheel("alpha"))
    remote = pulp.create_remote(upstream.url, includes=["no-such-thing"])
    with pytest.raises(TaskFailed, match=r"PYI008.*no-such-thing"):
        pulp.sync(repository, remote)


def test_named_projects_need_no_list(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """Indexes that serve project pages only can be mirrored by name."""
    upstream.add(wheel("alpha"), wheel("beta"))
    upstream.fault("/simple/", status=404)
    remote = pulp.create_remote(upstream.url, includes=["alpha", "gone"])
    result = pulp.sync(repository, remote)["result"]
    assert pulp.filenames(pulp.latest(repository)) == {"alpha-1.0-py3-none-any.whl"}
    assert result["missing"] == ["gone"]
    assert result["projects"]["listed"] is None


def test_only_what_is_wanted_comes(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """And why the rest is left out is counted."""
    upstream.add(wheel("acme-one"), sdist("acme-one"), wheel("acme-two", "2.0rc1"), wheel("other"))
    upstream.catalogue.add_project("acme two!")
    remote = pulp.create_remote(
        upstream.url, includes=["acme-*"], package_types=["bdist_wheel"], prereleases=False
    )
    result = pulp.sync(repository, remote)["result"]
    assert pulp.filenames(pulp.latest(repository)) == {"acme_one-1.0-py3-none-any.whl"}
    assert sum(result["left_out"].values()) == 2
    assert (result["projects"]["listed"], result["projects"]["nameless"]) == (3, 1)
    assert upstream.count("/simple/other/") == 0


def test_immediate_brings_the_files(pulp: Pulp, repository: Row, upstream: Upstream) -> None:
    """Each is here after the sync, and what it alone could tell is known."""
    # Bytes that nobody has: what is stored already is not downloaded again.
    salt = unique()
    upstream.add(wheel("alpha", requires_python=">=3.8", salt=salt), sdist("alpha", salt=salt))
    remote = pulp.create_remote(upstream.url, policy="immediate")
    result = pulp.sync(repository, remote)["result"]
    assert result["files"]["downloaded"] == 2
    assert all(all(row["artifacts"].values()) for row in pulp.files(pulp.latest(repository)))
    upstream.forget()
    assert pulp.sync(repository, remote)["result"]["files"]["downloaded"] == 0
    assert upstream.count("*.whl") == 0


def test_a_file_without_sha256_is_fetched_to_learn_it(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """It is fetched once; the next sync remembers."""
    upstream = make_upstream(form="html", etags=False)
    made = wheel("alpha")
    upstream.add(made, hashes={})
    remote = pulp.create_remote(upstream.url)
    pulp.sync(repository, remote)
    (row,) = pulp.files(pulp.latest(repository))
    assert row["sha256"] == made.sha256
    assert row["size"] == made.size
    upstream.add(wheel("alpha", "2.0"), hashes={})
    pulp.sync(repository, remote)
    assert upstream.count(made.filename) == 1
    assert len(pulp.files(pulp.latest(repository))) == 2


def test_provenance_comes_where_it_is_wanted(
    pulp: Pulp, repository: Row, upstream: Upstream
) -> None:
    """Verbatim, and asked for once."""
    alpha = wheel("alpha")
    upstream.add(alpha, provenance=provenance(alpha))
    remote = pulp.create_remote(upstream.url, provenance=True)
    pulp.sync(repository, remote)
    assert len(pulp.units(repository, "provenances")) == 1
    upstream.add(wheel("alpha", "2.0"))
    pulp.sync(repository, remote)
    assert upstream.count("/integrity/*") == 1
    assert len(pulp.units(repository, "provenances")) == 1


def test_credentials_go_to_the_pages_and_not_to_another_host(
    pulp: Pulp, repository: Row, make_upstream: Callable[..., Upstream]
) -> None:
    """The files' host never sees them."""
    upstream = make_upstream(links="other_host", credentials=("user", "secret"))
    upstream.add(wheel("alpha", salt=unique()))
    remote = pulp.create_remote(
        upstream.url, username="user", password="secret", policy="immediate"
    )
    pulp.sync(repository, remote)
    assert upstream.count("*.whl") == 1
    (asked,) = upstream.asked("*.whl")
    assert "authorization" not in asked.headers
