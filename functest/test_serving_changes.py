"""How soon an index answers otherwise: guards, syncs, yanks, a database that is killed."""

import json
from collections.abc import Callable

import requests

from support.index import Index
from support.markup import JSON_TYPE
from support.pulp import Pulp, Row, unique
from support.stack import Stack
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import wheel


def test_a_guarded_index_is_guarded_on_every_path(pulp: Pulp, mirrored: Row) -> None:
    """Pages, files, redirects and 404s: 401 for nobody and wrong ones; right again at once."""
    guard = pulp.create("contentguards/core/rbac/", name=unique("guard"))
    distribution = pulp.distribute(repository=mirrored["pulp_href"])
    index = Index(base=distribution["base_url"]).wait_served()
    wheels = index.files("alpha-one")
    url = next(entry["url"] for name, entry in wheels.items() if name.endswith(".whl"))
    paths = ["", "simple", "simple/", "simple/alpha-one/", "simple/Alpha_One/", "simple/none/", url,
             f"{url}.metadata", "integrity/a/1/b/provenance"]  # fmt: skip
    open_answers = [index.get(path).status_code for path in paths]
    pulp.update(distribution["pulp_href"], content_guard=guard["pulp_href"])
    index.wait(lambda index: index.get().status_code == 401, "the guard")
    for path in paths:
        for auth in (None, ("nobody", "wrong")):
            answer = index.get(path, auth=auth)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert index.get(path.replace("/pypi/", "/pulp/content/")).status_code == 401
    known = Index(base=index.base, auth=pulp.auth)
    assert [known.get(path).status_code for path in paths] == open_answers
    assert known.get("simple/").headers["Cache-Control"].startswith("private")
    assert known.get(url).headers["Cache-Control"].startswith("private")
    pulp.update(distribution["pulp_href"], content_guard=None)
    index.wait(lambda index: index.get().status_code == 200, "the guard to be gone")


def test_a_change_is_seen_by_every_process(pulp: Pulp, mirrored: Row) -> None:
    """Made, moved and deleted."""
    distribution = pulp.distribute(repository=mirrored["pulp_href"])
    index = Index(base=distribution["base_url"])
    index.wait(lambda index: index.get().status_code == 200)
    path = unique("moved")
    pulp.update(distribution["pulp_href"], base_path=path)
    moved = Index(base=index.base.replace(distribution["base_path"], path))
    moved.wait(lambda index: index.get().status_code == 200)
    index.wait(lambda index: index.get().status_code == 404)
    pulp.task(pulp.delete(distribution["pulp_href"]))
    pulp.made.remove(distribution["pulp_href"])
    moved.wait(lambda index: index.get().status_code == 404)


def test_a_yank_changes_etag_and_serial(pulp: Pulp, upstream: Upstream) -> None:
    """Who has the page asks and gets the new one."""
    upstream.add(wheel("alpha", "1.0"))
    mirror = pulp.mirror(upstream.url)
    before = mirror.index.get("simple/alpha/", headers={"Accept": JSON_TYPE})
    upstream.catalogue.yank("alpha-1.0-py3-none-any.whl", "no")
    pulp.sync(mirror.repository)
    headers = {"Accept": JSON_TYPE, "If-None-Match": before.headers["ETag"]}
    mirror.index.wait(lambda index: index.get("simple/alpha/", headers=headers).status_code == 200)
    after = mirror.index.get("simple/alpha/", headers=headers)
    assert after.json()["files"][0]["yanked"] == "no"
    serials = [int(page.headers["X-PyPI-Last-Serial"]) for page in (before, after)]
    assert serials[0] < serials[1]
    assert json.loads(after.text)["meta"]["_last-serial"] == serials[1]


def test_serving_survives_a_kill_of_the_database(
    private_stack: Callable[..., Stack], upstream: Upstream
) -> None:
    """What is in memory is served; the rest is 503 at worst, and right again by itself."""
    stack = private_stack(content_processes=1)
    pulp = stack.client()
    upstream.add(wheel("alpha", "1.0"), wheel("beta", "1.0"))
    index = pulp.mirror(upstream.url).index
    body = index.json("alpha")
    stack.kill("postgres")
    assert index.json("alpha") == body
    answers = []

    def recovered() -> bool:
        try:
            answers.append(index.get("simple/beta/").status_code)
        except requests.ConnectionError:
            # pulpcore ends a content process whose heartbeat cannot be written.
            return False
        return answers[-1] == 200

    wait_for(recovered, "the index to be right again", timeout=90)
    assert set(answers) <= {200, 503}
    assert index.json("alpha") == body
