"""Rules before what comes in: uploads, syncs, gates; dry runs, mistakes, and who may use them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from support.index import Index
from support.publishing import make_house
from support.pulp import Mirror, Pulp, refusal, unique
from support.ruling import (
    NEW,
    OLD,
    QUARANTINES,
    REFUSALS,
    RULESETS,
    ago,
    cool_down,
    make_ruleset,
    mirror_aged,
    shows,
)
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def mirror(pulp: Pulp, upstream: Upstream) -> Mirror:
    """`alpha` 1.0, a year old, and 2.0, an hour old; `beta` 1.0."""
    return mirror_aged(pulp, upstream)


def test_a_ruleset_with_a_mistake_is_refused_with_its_place(pulp: Pulp) -> None:
    """When it is made and when it is changed; nothing is stored."""
    wrong = {"name": unique(), "rules": [cool_down(), cool_down("7 dayz", name="other")]}
    answer = pulp.post(RULESETS, wrong)
    assert "rules[1] 'other', when.younger_than: '7 dayz': not a duration" in refusal(
        answer, "rules"
    )
    ruleset = make_ruleset(pulp, cool_down())
    changed = pulp.patch(ruleset["pulp_href"], {"rules": [{"name": "x"}]})
    assert "rules[0] 'x', action" in refusal(changed, "rules")
    unstorable = cool_down(when={"advisory": "MAL-\0"})
    changed = pulp.patch(ruleset["pulp_href"], {"rules": [unstorable]})
    assert "unprintable signs" in refusal(changed, "rules")
    assert pulp.read(ruleset["pulp_href"])["rules"] == [cool_down()]


def test_a_dry_run_says_what_would_be_hidden_when(
    pulp: Pulp, mirror: Mirror, upstream: Upstream
) -> None:
    """Of an index or a version, now and at a given time, page by page."""
    ruleset = make_ruleset(pulp, cool_down())
    href = f"{ruleset['pulp_href']}dry_run/"
    for of in (mirror.distribution, mirror.repository, pulp.latest(mirror.repository)):
        told = pulp.post(href, {"of": of["pulp_href"]}).json()
        [project] = told["results"]
        assert (project["project"], project["files_shown"]) == ("alpha", 1)
        [file] = project["files"]
        assert (file["filename"], file["action"], file["rule"]) == (NEW, "hide", "cool-down")
        assert file["until"] > datetime.now(UTC).isoformat()
    later = (datetime.now(UTC) + timedelta(days=8)).isoformat()
    of = mirror.distribution["pulp_href"]
    assert pulp.post(href, {"of": of, "at": later}).json()["results"] == []
    everything = [{"name": "all", "when": {"project": "*"}, "action": "deny"}]
    told = pulp.post(href, {"of": of, "rules": everything, "limit": 1}).json()
    assert (told["results"][0]["project"], told["next"]) == ("alpha", "alpha")
    told = pulp.post(href, {"of": of, "rules": everything, "after": told["next"]}).json()
    assert ([one["project"] for one in told["results"]], told["next"]) == (["beta"], None)

    remote = pulp.create_remote(upstream.url)["pulp_href"]
    passing = pulp.distribute(remote=remote, ruleset=ruleset["pulp_href"])
    assert pulp.post(href, {"of": passing["pulp_href"]}).json()["projects_looked_at"] == 0
    Index(base=passing["base_url"]).wait(shows(OLD))
    above = pulp.distribute(bases=[passing["pulp_href"], of])
    pulp.made.remove(ruleset["pulp_href"])
    pulp.made.insert(0, ruleset["pulp_href"])
    asked = len(upstream.asked("*alpha*"))
    assert hidden_by(pulp.post(href, {"of": passing["pulp_href"]})) == {NEW: "cool-down"}
    assert hidden_by(pulp.post(href, {"of": above["pulp_href"]})) == {}
    told = pulp.post(href, {"of": above["pulp_href"], "rules": everything, "limit": 1})
    assert (hidden_by(told), told.json()["next"]) == ({OLD: "all"}, "alpha")
    told = pulp.post(href, {"of": above["pulp_href"], "rules": everything, "after": "alpha"})
    assert (list(hidden_by(told).values()), told.json()["next"]) == (["all"], None)
    assert len(upstream.asked("*alpha*")) == asked
    assert "nowhere" in refusal(pulp.post(href, {"of": "nowhere"}), "of")


def hidden_by(answer: requests.Response) -> dict[str, str]:
    """What a dry run tells: file → rule."""
    results = answer.json()["results"]
    return {file["filename"]: file["rule"] for project in results for file in project["files"]}


def test_an_upload_is_refused_by_the_rules_of_its_repository(pulp: Pulp) -> None:
    """The publishing tool is told which rule and why."""
    ruleset = make_ruleset(
        pulp,
        {
            "name": "our names",
            "when": {"not": {"project": "acme-*"}},
            "action": "deny",
            "text": "names begin with acme-",
        },
    )
    house = make_house(pulp, ruleset=ruleset["pulp_href"])
    pulp.made.remove(ruleset["pulp_href"])
    pulp.made.insert(0, ruleset["pulp_href"])
    refused = house.send(wheel("other", "1.0"))
    assert refused.status_code == 403
    assert "'our names'" in refused.text
    assert "names begin with acme-" in refused.reason
    assert house.send(wheel("acme-tool", "1.0")).status_code == 200
    assert house.index.projects() == {"acme-tool"}


def test_a_sync_does_not_take_what_its_rules_deny(pulp: Pulp, upstream: Upstream) -> None:
    """And takes it once they do not any more, although upstream has not changed."""
    upstream.catalogue.add(wheel("alpha", "1.0"), upload_time=ago(days=365))
    upstream.catalogue.add(wheel("alpha", "2.0"), upload_time=ago(hours=1))
    ruleset = make_ruleset(pulp, cool_down(action="deny"))
    mirror = pulp.mirror(upstream.url, ruleset=ruleset["pulp_href"])
    pulp.made.remove(ruleset["pulp_href"])
    pulp.made.insert(0, ruleset["pulp_href"])
    assert pulp.filenames(pulp.latest(mirror.repository)) == {OLD}
    pulp.update(ruleset["pulp_href"], rules=[cool_down("30m", action="deny")])
    pulp.sync(mirror.repository, mirror.remote)
    assert pulp.filenames(pulp.latest(mirror.repository)) == {OLD, NEW}


def test_a_gate_lets_nothing_come_that_the_ruleset_denies(pulp: Pulp, mirror: Mirror) -> None:
    """The finding says which rule; without a ruleset the gate stays closed."""
    ruleset = make_ruleset(pulp, cool_down(action="deny"))
    target = pulp.create_repository(gates=[{"rule": "ruleset"}])
    href = f"{target['pulp_href']}promote/"
    source = {"source": mirror.repository["pulp_href"], "dry_run": True}
    told = pulp.task(pulp.post(href, source))["result"]["gates"]
    assert [one["reason"] for one in told["findings"]] == ["the repository has no ruleset"]
    pulp.update(target["pulp_href"], ruleset=ruleset["pulp_href"])
    pulp.made.remove(ruleset["pulp_href"])
    pulp.made.insert(0, ruleset["pulp_href"])
    told = pulp.task(pulp.post(href, source))["result"]["gates"]
    assert [one["filename"] for one in told["findings"]] == [NEW]
    assert "'cool-down'" in told["findings"][0]["reason"]
    older = {**source, "dry_run": False, "releases": [{"project": "alpha", "release": "1.0"}]}
    pulp.task(pulp.post(href, older))
    assert pulp.filenames(pulp.latest(target)) == {OLD}


def test_who_may_not_see_a_ruleset_cannot_use_it(pulp: Pulp, mirror: Mirror) -> None:
    """And sees neither refusals nor quarantines of others."""
    ruleset = make_ruleset(pulp, cool_down())
    user = pulp.create("users/", username=unique("user"), password="a long password")
    other = replace(pulp, auth=(user["username"], "a long password"), made=pulp.made)
    assert other.get(ruleset["pulp_href"]).status_code == 404
    assert other.rows(RULESETS) == other.rows(REFUSALS) == other.rows(QUARANTINES) == []
    where = mirror.distribution["pulp_href"]
    held = {"project": "alpha", "reason": "no", "distribution": where}
    assert other.post(QUARANTINES, held).status_code == 403
    assert other.post(QUARANTINES, {**held, "distribution": None}).status_code == 403
    given = {"role": "pyindex.pyindexdistribution_owner", "users": [user["username"]]}
    assert pulp.post(f"{where}add_role/", given).ok
    using = other.patch(where, {"ruleset": ruleset["pulp_href"]})
    assert refusal(using, "ruleset")
    assert other.post(QUARANTINES, {**held, "distribution": None}).status_code == 403
    other.create(QUARANTINES, **held)
    mirror.index.wait(shows())
