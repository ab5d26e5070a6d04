"""An index as it was, by version and by time: the same bytes, or a refusal with its reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from support.index import Index
from support.markup import JSON_TYPE
from support.past import Past, at, make_past
from support.pulp import Pulp
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import wheel

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def past(stack: Stack) -> Iterator[Past]:
    """For tests that change nothing of it."""
    pulp, upstream = stack.client(), Upstream().start()
    yield make_past(pulp, upstream)
    pulp.clean_up()
    upstream.stop()


@pytest.fixture
def own_past(pulp: Pulp, upstream: Upstream) -> Past:
    """For one test alone."""
    return make_past(pulp, upstream)


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
