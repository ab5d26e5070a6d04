"""An index as it was: by version, by time, by checkpoint; and lock files made against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from support.clients import Clients
from support.index import Index
from support.markup import JSON_TYPE
from support.pulp import Mirror, Pulp, Row, refusal, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import sdist, wheel

FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An index with three versions that hold something, and its client."""

    pulp: Pulp
    upstream: Upstream
    mirror: Mirror

    @property
    def index(self) -> Index:
        return self.mirror.index

    def then(self, path: str) -> Index:
        """The index below a moment."""
        return Index(base=f"{self.index.base}{path}/")

    def version(self, number: int) -> Row:
        return self.pulp.read(f"{self.mirror.repository['versions_href']}{number}/")

    def created(self, number: int) -> datetime:
        return datetime.fromisoformat(self.version(number)["pulp_created"])


@pytest.fixture(scope="module")
def past(stack: Stack) -> Iterator[Past]:
    """For tests that change nothing of it."""
    pulp, upstream = stack.client(), Upstream().start()
    yield made(pulp, upstream)
    pulp.clean_up()
    upstream.stop()


@pytest.fixture
def own_past(pulp: Pulp, upstream: Upstream) -> Past:
    """For one test alone."""
    return made(pulp, upstream)


def made(pulp: Pulp, upstream: Upstream) -> Past:
    """Version 1: alpha 1.0. Version 2: alpha 1.1 too, and 1.0 is yanked. Version 3: beta too."""
    upstream.add(wheel("alpha", "1.0"), sdist("alpha", "1.0"))
    mirror = pulp.mirror(upstream.url)
    pulp.update(mirror.distribution["pulp_href"], serve_history=True)
    upstream.add(wheel("alpha", "1.1"))
    upstream.catalogue.yank("alpha-1.0-py3-none-any.whl", "too old")
    pulp.sync(mirror.repository)
    upstream.add(wheel("beta", "1.0"))
    pulp.sync(mirror.repository)
    mirror.index.wait(lambda index: index.get("simple/beta/").ok, "version 3")
    past = Past(pulp=pulp, upstream=upstream, mirror=mirror)
    past.then("+version/3").wait_served()
    return past


def at(moment: datetime) -> str:
    return f"+at/{moment.astimezone(UTC).isoformat().replace('+00:00', 'Z')}"


def test_every_version_is_an_index_of_its_own(past: Past) -> None:
    """Pages, files, their metadata and the documents of each, by number."""
    first, second, third = (past.then(f"+version/{number}") for number in (1, 2, 3))
    first.wait_served()
    assert (first.projects(), third.projects()) == ({"alpha"}, {"alpha", "beta"})
    assert set(first.files("alpha")) == {"alpha-1.0-py3-none-any.whl", "alpha-1.0.tar.gz"}
    assert not first.files("alpha")["alpha-1.0-py3-none-any.whl"]["yanked"]
    assert second.files("alpha")["alpha-1.0-py3-none-any.whl"]["yanked"] == "too old"
    assert third.whole() == past.index.whole()
    assert past.then("+version/0").projects() == set()
    url = first.files("alpha")["alpha-1.0-py3-none-any.whl"]["url"]
    assert url.startswith(f"{past.index.base}+version/1/packages/")
    first.download("alpha", "alpha-1.0-py3-none-any.whl")
    assert first.get(f"{url}.metadata").ok
    assert first.get("simple/beta/").status_code == 404
    document = first.get("pypi/alpha/json").json()
    assert set(document["releases"]) == {"1.0"}
    assert first.get(document["urls"][0]["url"]).ok
    assert first.get("rss/updates.xml").ok
    missing = third.get("integrity/alpha/1.0/alpha-1.0.tar.gz/provenance")
    assert missing.status_code == 404
    # Of a file that only a later version has, nothing is told.
    later = third.files("beta")["beta-1.0-py3-none-any.whl"]["url"]
    assert first.get(later.replace("+version/3", "+version/1")).status_code == 404


def test_what_cannot_change_may_be_kept_for_ever(past: Past) -> None:
    """Pages of a version say so, with their own ETags; the index itself and errors do not."""
    page = past.then("+version/1").get("simple/alpha/", headers={"Accept": JSON_TYPE})
    assert page.headers["Cache-Control"] == FOREVER
    again = past.then("+version/1").get(
        "simple/alpha/", headers={"Accept": JSON_TYPE, "If-None-Match": page.headers["ETag"]}
    )
    assert again.status_code == 304
    assert past.index.get("simple/alpha/").headers["Cache-Control"] == "public, no-cache"
    assert past.then("+version/1").get("simple/x/").headers["Cache-Control"] == "no-store"
    assert past.then("+version/1").get("pypi/alpha/json").headers["Cache-Control"] == FOREVER
    # So young a time may yet come to have another version.
    recent = past.then(at(datetime.now(UTC))).get()
    assert recent.headers["Cache-Control"] == "public, no-cache"


def test_paths_of_the_past_are_led_to_their_slash(past: Past) -> None:
    """As paths of the index itself."""
    for path, target in [
        ("+version/1", "1/"),
        ("+version/1/", "simple/"),
        ("+version/1/simple", "simple/"),
        ("+version/1/simple/Alpha/", "../alpha/"),
    ]:
        answer = past.index.get(path)
        assert answer.status_code in (301, 302)
        assert answer.headers["Location"] == target
        assert requests.get(f"{past.index.base}{path}", timeout=10).ok


def test_a_time_stands_for_the_newest_version_of_then(past: Past) -> None:
    """Between two versions, at the very moment of one, in any offset."""
    second, third = past.created(2), past.created(3)
    whole = past.then("+version/2").whole()
    tick = timedelta(microseconds=1)
    for moment in (second, second + (third - second) / 2, third - tick):
        assert past.then(at(moment)).whole() == whole
    elsewhere = second.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=5, minutes=30)
    assert past.then(f"+at/{elsewhere.isoformat()}+05:30").whole() == whole
    assert past.then(at(third)).projects() == {"alpha", "beta"}
    assert past.then(at(second - tick)).files("alpha").keys() == (
        past.then("+version/1").files("alpha").keys()
    )


def test_published_or_not_the_bytes_are_the_same(own_past: Past) -> None:
    """Also while the index itself shows a version that is published."""
    pulp, repository = own_past.pulp, own_past.mirror.repository
    pulp.update(repository["pulp_href"], autopublish=False)
    own_past.upstream.add(wheel("gamma", "1.0"))
    pulp.sync(repository)
    fourth = own_past.then("+version/4")
    fourth.wait_served()
    assert own_past.index.get("simple/gamma/").status_code == 404
    unpublished = fourth.whole()
    assert ("gamma", JSON_TYPE) in unpublished
    pulp.publish(f"{repository['versions_href']}4/")
    own_past.index.wait(lambda index: index.get("simple/gamma/").ok, "version 4")
    assert fourth.whole() == unpublished == own_past.index.whole()


REFUSALS = [
    ("+version/99/simple/", 404, "no version 99"),
    ("+version/one/simple/", 400, "'one' is not the number of a version"),
    ("+version/-1/simple/", 400, "is not the number of a version"),
    ("+version/01/simple/", 400, "is not the number of a version"),
    ("+version/%D9%A3/simple/", 400, "is not the number of a version"),
    ("+version/99999999999999999999/simple/", 400, "is not the number of a version"),
    ("+version/", 400, "is not the number of a version"),
    ("+version", 400, "is not the number of a version"),
    ("+version/1/nothing/", 404, "nothing at this path"),
    ("+at/2001-01-01/simple/", 404, "no version that was there at 2001-01-01"),
    ("+at/0001-01-01T00:00:00+23:59/simple/", 400, "is no time"),
    ("+at/2026-02-30/simple/", 400, "is no time"),
    ("+at/2026-01-01T10:00:00/simple/", 400, "RFC 3339"),
    ("+at/yesterday/simple/", 400, "RFC 3339"),
    ("+at/2999-01-01/simple/", 400, "in the future"),
    ("20200101T000000Z/simple/", 404, "not one of checkpoints"),
]


def test_what_never_was_is_refused_with_a_reason(past: Past) -> None:
    """And the refusal is not kept by anyone."""
    for path, status, said in REFUSALS:
        answer = past.index.get(path)
        assert (answer.status_code, said in answer.text) == (status, True), (path, answer.text)
        assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_is_uploaded_to_the_past(past: Past) -> None:
    """Neither by the upload API's path nor by any other."""
    for path in ("+version/1/legacy/", "+version/1/simple/", "+at/2026-01-01/legacy/"):
        answer = past.index.get(path, method="POST", data={":action": "file_upload"})
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"


def test_the_past_is_served_where_the_distribution_says_so(own_past: Past) -> None:
    """Switched off it is gone at once, also what was in memory."""
    first = own_past.then("+version/1")
    assert first.get("simple/alpha/").ok
    row = own_past.pulp.update(own_past.mirror.distribution["pulp_href"], serve_history=False)
    assert row["serve_history"] is False
    first.wait(lambda index: index.get("simple/alpha/").status_code == 404, "no history")
    assert "serve_history" in first.get("simple/alpha/").text
    assert own_past.index.get("simple/alpha/").ok


def test_a_pinned_index_says_nothing_of_what_came_after(past: Past) -> None:
    """It serves the past of its version's repository up to that version."""
    row = past.pulp.distribute(
        repository_version=f"{past.mirror.repository['versions_href']}2/", serve_history=True
    )
    pinned = Index(base=row["base_url"]).wait_served()
    assert pinned.get("+version/1/simple/alpha/").ok
    assert pinned.get("+version/2/simple/alpha/").ok
    assert pinned.get("+version/3/simple/alpha/").status_code == 404
    now = Index(base=f"{pinned.base}{at(datetime.now(UTC))}/")
    assert now.projects() == {"alpha"}


def test_a_version_that_is_deleted_is_served_no_more(own_past: Past) -> None:
    """By its number; its time then means the version before."""
    second = own_past.created(2)
    before = own_past.then("+version/1").whole()
    assert own_past.then("+version/2").get().ok
    own_past.pulp.task(own_past.pulp.delete(f"{own_past.mirror.repository['versions_href']}2/"))
    own_past.then("+version/2").wait(lambda index: index.get().status_code == 404, "no version 2")
    inexact = own_past.then(at(second))
    assert inexact.whole() == before
    assert inexact.get().headers["Cache-Control"] == "public, no-cache"
    assert own_past.then("+version/3").projects() == {"alpha", "beta"}


def test_guards_and_tokens_hold_in_the_past(own_past: Past) -> None:
    """Nobody is let in by way of the past; a token is good for its projects there too."""
    pulp, distribution = own_past.pulp, own_past.mirror.distribution["pulp_href"]
    pulp.update(distribution, require_token=True)
    token = pulp.create(
        "pyindex/tokens/",
        name=unique(),
        scopes=["read"],
        distributions=[distribution],
        projects=["alpha"],
    )["token"]
    first = own_past.then("+version/1")
    first.wait(lambda index: index.get("simple/alpha/").status_code == 401, "the door")
    # Also of what is not there, nothing is told.
    assert own_past.then("+version/99").get().status_code == 401
    third = Index(base=own_past.then("+version/3").base, auth=("__token__", token))
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
    own_past: Past, tmp_path: Path
) -> None:
    """uv's lock file, and pip's requirements with hashes, of what the index has no more."""
    pulp, clients = own_past.pulp, Clients(folder=tmp_path)
    first = own_past.then("+version/2")
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
        pulp.post(
            f"{own_past.mirror.repository['pulp_href']}modify/", {"remove_content_units": ["*"]}
        )
    )
    own_past.index.wait(lambda index: index.projects() == set(), "an empty index")

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
