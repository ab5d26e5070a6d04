"""The past of an index as the index changes: rights, deletions, checkpoints, and lock files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest

from support.clients import Clients
from support.index import Index
from support.past import Past, at, make_past
from support.pulp import Pulp, refusal, unique
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def past(pulp: Pulp, upstream: Upstream) -> Past:
    """For one test alone."""
    return make_past(pulp, upstream)


def test_the_past_is_served_where_the_distribution_says_so(past: Past) -> None:
    """Switched off it is gone at once, also what was in memory."""
    first = past.then("+version/1")
    assert first.get("simple/alpha/").ok
    row = past.pulp.update(past.mirror.distribution["pulp_href"], serve_history=False)
    assert row["serve_history"] is False
    first.wait(lambda index: index.get("simple/alpha/").status_code == 404, "no history")
    assert "serve_history" in first.get("simple/alpha/").text
    assert past.index.get("simple/alpha/").ok


def test_a_version_that_is_deleted_is_served_no_more(past: Past) -> None:
    """By its number; its time then means the version before."""
    second = past.created(2)
    before = past.then("+version/1").whole()
    assert past.then("+version/2").get().ok
    past.pulp.task(past.pulp.delete(f"{past.mirror.repository['versions_href']}2/"))
    past.then("+version/2").wait(lambda index: index.get().status_code == 404, "no version 2")
    inexact = past.then(at(second))
    assert inexact.whole() == before
    assert inexact.get().headers["Cache-Control"] == "public, no-cache"
    assert past.then("+version/3").projects() == {"alpha", "beta"}


def test_guards_and_tokens_hold_in_the_past(past: Past) -> None:
    """Nobody is let in by way of the past; a token is good for its projects there too."""
    pulp, distribution = past.pulp, past.mirror.distribution["pulp_href"]
    pulp.update(distribution, require_token=True)
    token = pulp.create(
        "pyindex/tokens/",
        name=unique(),
        scopes=["read"],
        distributions=[distribution],
        projects=["alpha"],
    )["token"]
    first = past.then("+version/1")
    first.wait(lambda index: index.get("simple/alpha/").status_code == 401, "the door")
    # Also of what is not there, nothing is told.
    assert past.then("+version/99").get().status_code == 401
    third = Index(base=past.then("+version/3").base, auth=("__token__", token))
    for _ in range(3):
        page = third.get("simple/alpha/")
        assert page.ok
        assert page.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert third.get("simple/beta/").status_code == 403
    third.download("alpha", "alpha-1.1-py3-none-any.whl")
    document = third.get("pypi/alpha/json").json()
    assert third.get(document["urls"][0]["url"]).ok


def test_checkpoints_are_shown_by_a_distribution_of_checkpoints(
    past: Past,
) -> None:
    """The newest at the index itself, each at its time, and none before the first."""
    pulp, repository = past.pulp, past.mirror.repository
    row = pulp.distribute(repository=repository["pulp_href"], checkpoint=True)
    index = Index(base=row["base_url"])
    index.wait(lambda index: "nothing to serve yet" in index.get().text, "no checkpoint")
    publication = pulp.create(
        "publications/pyindex/pyindex/", repository=repository["pulp_href"], checkpoint=True
    )
    assert publication["checkpoint"] is True
    index.wait(lambda index: index.projects() == {"alpha", "beta"}, "the checkpoint")
    made = datetime.fromisoformat(publication["pulp_created"]).astimezone(UTC)
    # Published, but no checkpoint.
    past.upstream.add(wheel("gamma", "1.0"))
    pulp.sync(repository)
    past.index.wait(lambda index: index.get("simple/gamma/").ok, "version 4")
    assert index.projects() == {"alpha", "beta"}
    then = Index(base=f"{index.base}{made:%Y%m%dT%H%M%SZ}/")
    assert then.whole() == index.whole()
    for gone in (made - timedelta(seconds=1), made + timedelta(days=1)):
        answer = index.get(f"{gone:%Y%m%dT%H%M%SZ}/simple/")
        assert answer.status_code == 404
        assert "no checkpoint" in answer.text
    assert index.get("20261399T000000Z/simple/").status_code == 400
    refused = pulp.post(
        "publications/pyindex/pyindex/",
        {"repository_version": f"{repository['versions_href']}1/", "checkpoint": True},
    )
    assert "checkpoint" in refusal(refused, "non_field_errors")


def test_lock_files_made_against_a_version_install_when_the_index_has_moved_on(
    past: Past, tmp_path: Path
) -> None:
    """uv's lock file, and pip's requirements with hashes, of what the index has no more."""
    pulp, clients = past.pulp, Clients(folder=tmp_path)
    first = past.then("+version/2")
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "locked"\nversion = "1"\nrequires-python = ">=3.8"\n'
        'dependencies = ["alpha"]\n'
    )
    here = ("--project", str(project), "--default-index", first.simple)
    clients.uv("lock", *here)
    locked = (project / "uv.lock").read_text()
    assert f"{first.simple}" in locked
    assert 'version = "1.1"' in locked
    digest = first.files("alpha")["alpha-1.1-py3-none-any.whl"]["hashes"]["sha256"]
    (tmp_path / "requirements.txt").write_text(
        f"--index-url {first.simple}\nalpha==1.1 --hash=sha256:{digest}\n"
    )
    url = urljoin(first.simple, first.files("alpha")["alpha-1.1-py3-none-any.whl"]["url"])
    (tmp_path / "by-url.txt").write_text(f"alpha @ {url} --hash=sha256:{digest}\n")

    # The index loses all of it.
    pulp.task(
        pulp.post(f"{past.mirror.repository['pulp_href']}modify/", {"remove_content_units": ["*"]})
    )
    past.index.wait(lambda index: index.projects() == set(), "an empty index")

    clients.uv("cache", "clean")
    clients.uv("sync", *here, "--locked")
    clients.run(str(project / ".venv/bin/python"), "-c", "import alpha")
    for requirements in ("requirements.txt", "by-url.txt"):
        target = tmp_path / requirements.partition(".")[0]
        clients.pip(
            *("install", "--no-deps", "--target", str(target), "-r", requirements),
            *("--trusted-host", "127.0.0.1", "--require-hashes"),
            index=first.simple,
        )
        assert (target / "alpha").exists() or (target / "alpha.py").exists()
