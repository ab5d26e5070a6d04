"""Quarantine: a project, release or file is held at once, at one index or at all."""

import pytest
import requests

from support.everyone import everyone
from support.index import Index
from support.publishing import make_house
from support.pulp import Mirror, Pulp, refusal, unique, wait_for
from support.ruling import NEW, OLD, QUARANTINES, mirror_aged, shows
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def mirror(pulp: Pulp, upstream: Upstream) -> Mirror:
    """`alpha` 1.0, a year old, and 2.0, an hour old; `beta` 1.0."""
    return mirror_aged(pulp, upstream)


def test_a_project_can_be_held_at_once(pulp: Pulp, upstream: Upstream) -> None:
    """What is in memory included; its page says so. Released, all is as it was."""
    # It is held for all indexes of the stack, those of other tests too.
    name = unique("held")
    made = wheel(name, "1.0")
    upstream.add(made, wheel("beta", "1.0"))
    index = pulp.mirror(upstream.url).index
    url = index.files(name)[made.filename]["url"]
    before = index.whole()
    assert requests.get(url).ok
    held = pulp.create(QUARANTINES, project=name.upper(), reason="being looked at\nby security")
    index.wait(lambda one: one.get(url).status_code == 403, "the quarantine")
    page = index.json(name)
    assert page["files"] == []
    assert page["project-status"] == {
        "status": "quarantined",
        "reason": "being looked at by security",
    }
    assert "being looked at by security" in index.get(url).text
    assert index.get(f"pypi/{name}/json").status_code == 404
    assert set(index.files("beta")) == {"beta-1.0-py3-none-any.whl"}
    assert refusal(pulp.post(QUARANTINES, {"project": name, "reason": "x"}), "non_field_errors")
    assert pulp.delete(held["pulp_href"]).status_code == 204
    index.wait(lambda one: one.get(url).ok, "the release")
    assert index.whole() == before


def test_a_file_or_release_can_be_held_at_one_index(pulp: Pulp, mirror: Mirror) -> None:
    """The rest of the project stays, and so do other indexes."""
    other = pulp.distribute(repository=mirror.repository["pulp_href"])
    elsewhere = Index(base=other["base_url"]).wait_served()
    where = mirror.distribution["pulp_href"]
    pulp.create(QUARANTINES, distribution=where, project="alpha", filename=NEW, reason="bad")
    mirror.index.wait(shows(OLD))
    pulp.create(QUARANTINES, distribution=where, project="alpha", release="1.0.0", reason="bad")
    mirror.index.wait(shows())
    assert set(elsewhere.files("alpha")) == {OLD, NEW}
    wrong = {"project": "alpha", "filename": "beta-1.0.tar.gz", "reason": "x"}
    assert "not one of the project" in refusal(pulp.post(QUARANTINES, wrong), "filename")


def test_what_is_held_takes_no_uploads(pulp: Pulp) -> None:
    """PEP 792: neither does a project whose upstream says so."""
    house = make_house(pulp)
    held = {"project": "alpha", "release": "2.0", "reason": "who sent this?"}
    pulp.create(QUARANTINES, distribution=house.distribution["pulp_href"], **held)

    def is_refused() -> bool:
        # What is there already is taken once more till then.
        sessions = everyone(house.url).values()
        answers = [house.send(wheel("alpha", "2.0"), session=session) for session in sessions]
        return bool(answers) and all(answer.status_code == 400 for answer in answers)

    wait_for(is_refused, "the quarantine")
    assert "who sent this?" in house.send(wheel("alpha", "2.0")).text
    assert house.send(wheel("alpha", "1.0")).status_code == 200
