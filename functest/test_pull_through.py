"""A distribution with a remote has the pages that the remote has, remembered for a while."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.clients import Clients
from support.passing import fresh, get, names, page, pass_through, together
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import sdist, wheel


def test_pip_installs_through_an_index_that_knew_nothing(
    pulp: Pulp, upstream: Upstream, tmp_path: Path
) -> None:
    """Wheels and sdists; each page and each file is asked for once."""
    salt = unique()
    files = [
        wheel("alpha", "1.0", dependencies=["beta>=1", "gamma"], salt=salt),
        wheel("beta", "1.0", salt=salt),
        sdist("gamma", "3.0", salt=salt),
    ]
    upstream.add(*files)
    passed = pass_through(pulp, upstream.url)
    for folder in ("one", "two"):
        Clients(folder=tmp_path).pip(
            "download", "--dest", folder, "alpha", index=passed.index.simple
        )
        got = {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        assert got == {one.filename: one.body for one in files}
    for one in files:
        assert upstream.count(one.filename) == 1
        assert upstream.count(f"/simple/{one.project}/") == 1


def test_many_clients_of_an_unknown_page_cost_one_request(pulp: Pulp, upstream: Upstream) -> None:
    """On both content processes; all get the page."""
    upstream.add(fresh())
    passed = pass_through(pulp, upstream.url)
    slow = upstream.fault("/simple/alpha/", delay=0.5)
    answers = together(lambda: page(passed))
    slow.clear()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert upstream.count("/simple/alpha/") == 1


def test_a_known_page_is_served_while_upstream_is_slow_and_renewed_behind_it(
    pulp: Pulp, upstream: Upstream
) -> None:
    """At once, with its age; the next ones are of what upstream said."""
    one, two = fresh(), fresh(version="2.0")
    upstream.add(one)
    passed = pass_through(pulp, upstream.url, page_ttl=1)
    assert names(page(passed)) == [one.filename]
    upstream.add(two)
    slow = upstream.fault("/simple/alpha/", hang=True)
    wait_for(lambda: "Warning" in page(passed).headers, "the page to be stale")
    slow.wait_reached()
    stale = page(passed)
    assert names(stale) == [one.filename]
    assert stale.headers["Warning"] == '110 - "Response is Stale"'
    assert int(stale.headers["Age"]) >= 1
    slow.clear()
    wait_for(lambda: two.filename in names(page(passed)), "the renewed page")
    assert upstream.count("/simple/alpha/") >= 2


def test_known_pages_and_files_outlive_their_upstream(
    pulp: Pulp, make_upstream: Callable[..., Upstream]
) -> None:
    """What is not known is answered with 502, and never with 404."""
    gone = make_upstream()
    one, other = fresh(), fresh("beta")
    gone.add(one, other)
    passed = pass_through(pulp, gone.url, page_ttl=1, max_retries=0)
    url = passed.index.files("alpha")[one.filename]["url"]
    assert get(passed, url).content == one.body
    gone.stop()
    wait_for(lambda: "111" in page(passed).headers.get("Warning", ""), "a failed renewal")
    assert names(page(passed)) == [one.filename]
    assert get(passed, url).content == one.body
    assert passed.cache()["failing"] == 1
    assert "no connection" in passed.cache()["failure"]
    unknown = page(passed, "beta")
    assert unknown.status_code == 502
    assert "no connection" in unknown.text


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ({"status": 401}, 502, "401"),
        ({"status": 403}, 502, "403"),
        ({"status": 500}, 502, "500"),
        ({"status": 503}, 502, "503"),
        ({"hang": True}, 504, "timeout"),
        ({"body": b"<p>Please log in</p>", "content_type": "text/html"}, 502, "not"),
    ],
)
def test_an_unknown_page_that_cannot_be_had_is_never_404(
    pulp: Pulp, upstream: Upstream, fault: dict[str, Any], status: int, said: str
) -> None:
    """The answer says why; once upstream is well again so is the index."""
    upstream.add(fresh())
    patience = 3 if "hang" in fault else 60
    passed = pass_through(pulp, upstream.url, max_retries=0, sock_read_timeout=patience)
    trouble = upstream.fault("/simple/alpha/", **fault)
    answer = page(passed)
    assert answer.status_code == status
    assert said in answer.text
    trouble.clear()
    assert page(passed).status_code == 200


def test_a_project_that_upstream_does_not_have_is_remembered_for_a_while(
    pulp: Pulp, upstream: Upstream
) -> None:
    """404, and one request for all who ask; it is found when it comes."""
    passed = pass_through(pulp, upstream.url, negative_ttl=6)
    assert {answer.status_code for answer in together(lambda: page(passed))} == {404}
    assert upstream.count("/simple/alpha/") == 1
    upstream.add(fresh())
    wait_for(lambda: page(passed).status_code == 200, "the project to be found")


def test_an_index_that_is_offline_asks_nobody(pulp: Pulp, upstream: Upstream) -> None:
    """What is known is served as it is; 504 for what is not."""
    one, two, other = fresh(), fresh(version="2.0"), fresh("beta")
    upstream.add(one, two, other)
    passed = pass_through(pulp, upstream.url, page_ttl=0)
    files = passed.index.files("alpha")
    assert get(passed, files[one.filename]["url"]).content == one.body
    pulp.update(passed.distribution["pulp_href"], offline=True)
    passed.index.wait(lambda index: index.get("simple/beta/").status_code == 504)
    upstream.forget()
    assert names(page(passed)) == [one.filename, two.filename]
    assert get(passed, files[one.filename]["url"]).content == one.body
    assert get(passed, files[two.filename]["url"]).status_code == 504
    assert "offline" in page(passed, "beta").text
    assert upstream.log == []


def test_pages_are_asked_for_again_where_that_is_wanted(pulp: Pulp, upstream: Upstream) -> None:
    """Of one project, or of all; the next answer is upstream's."""
    for name in ("alpha", "beta"):
        upstream.add(fresh(name))
    passed = pass_through(pulp, upstream.url)
    assert len(names(page(passed))) == len(names(page(passed, "beta"))) == 1
    for name in ("alpha", "beta"):
        upstream.add(fresh(name, "2.0"))
    assert passed.invalidate("Alpha") == 1
    passed.index.wait(lambda index: len(index.files("alpha")) == 2)
    assert len(names(page(passed, "beta"))) == 1
    assert passed.invalidate() == 2
    passed.index.wait(lambda index: len(index.files("beta")) == 2)


def test_an_upstream_with_another_address_is_another_upstream(
    pulp: Pulp, upstream: Upstream, make_upstream: Callable[..., Upstream]
) -> None:
    """Nothing is served that the one before said."""
    other = make_upstream()
    one, two = fresh(), fresh(version="2.0")
    upstream.add(one)
    other.add(two)
    passed = pass_through(pulp, upstream.url)
    assert names(page(passed)) == [one.filename]
    pulp.update(passed.remote["pulp_href"], url=other.url)
    passed.index.wait(lambda index: set(index.files("alpha")) == {two.filename})


def test_what_the_remote_leaves_out_does_not_pass(pulp: Pulp, upstream: Upstream) -> None:
    """Projects that are excluded are not even asked for; files stay off the page and unfetched."""
    one, early = fresh(), fresh(version="2.0rc1")
    upstream.add(one, early, sdist("alpha", "1.0", salt=unique()), fresh("beta"))
    passed = pass_through(pulp, upstream.url)
    url = passed.index.files("alpha")[early.filename]["url"]
    pulp.update(
        passed.remote["pulp_href"],
        excludes=["beta"],
        prereleases=False,
        package_types=["bdist_wheel"],
    )
    passed.index.wait(lambda index: set(index.files("alpha")) == {one.filename})
    assert get(passed, url).status_code == 404
    assert page(passed, "beta").status_code == 404
    assert upstream.count("/simple/beta/") == 0
    assert passed.index.projects() == {"alpha"}


def test_the_list_of_projects_is_upstreams(pulp: Pulp, upstream: Upstream) -> None:
    """Also of projects that nobody has asked for yet, and while upstream is down."""
    upstream.add(fresh(), fresh("Beta.Two"))
    passed = pass_through(pulp, upstream.url, page_ttl=0, max_retries=0)
    assert passed.index.projects() == {"alpha", "beta-two"}
    assert 'href="beta-two/"' in passed.index.html()
    upstream.fault("/simple/", status=500)
    upstream.forget()
    assert passed.index.projects() == {"alpha", "beta-two"}


def test_a_round_of_indexes_ends_at_once_and_says_so(pulp: Pulp) -> None:
    """An index that is its own upstream, by itself or by way of another."""
    own = pass_through(pulp, "http://127.0.0.1:9/simple/", max_retries=0)
    pulp.update(own.remote["pulp_href"], url=own.index.simple)
    one = pass_through(pulp, "http://127.0.0.1:9/simple/", max_retries=0)
    two = pass_through(pulp, one.index.simple, max_retries=0)
    pulp.update(one.remote["pulp_href"], url=two.index.simple)
    for passed, url, reason in (
        (own, "simple/alpha/", "HTTP 508 The upstream of this index leads back to it"),
        (own, "simple/", "HTTP 508 The upstream of this index leads back to it"),
        (one, "simple/alpha/", "HTTP 502"),
        (two, "simple/beta/", "HTTP 502"),
    ):
        began = time.monotonic()
        answer = get(passed, url)
        assert time.monotonic() - began < 10
        assert answer.status_code == 502
        assert f"the remote '{passed.remote['name']}' cannot be asked" in answer.text
        assert reason in answer.text
