"""An index of several as it was: each of its parts at that time, and no name changes its owner."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.clients import Clients
from support.index import Index
from support.passing import Passed, fresh, get, pass_through
from support.past import at
from support.publishing import House, make_house
from support.pulp import Pulp, Row
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """Private projects before a cache of public ones, and a moment before more of both came."""

    pulp: Pulp
    upstream: Upstream
    house: House
    cache: Passed
    row: Row
    moment: datetime
    files: dict[str, MadeFile]

    @property
    def past(self) -> Index:
        """The merged index at that moment."""
        return Index(base=f"{self.row['base_url']}{at(self.moment)}/")


@pytest.fixture(scope="module")
def then(stack: Stack) -> Iterator[Then]:
    """Made once: tests change nothing of it."""
    pulp, upstream = stack.client(), Upstream().start()
    files = {
        "own": fresh("own", "1.0"),
        "own later": fresh("own", "2.0"),
        "open": fresh("open", "1.0", dependencies=["own"]),
        "open later": fresh("open", "2.0"),
        "taken": fresh("taken", "9.0"),
        "taken later": fresh("taken", "1.0"),
        "never": fresh("never", "1.0"),
    }
    upstream.add(fresh("own", "99.0"), files["open"], files["taken"], files["never"])
    house = make_house(pulp)
    assert house.send(files["own"]).status_code == 200
    # Nothing of it is published, which makes no project the repository's own.
    kept = pulp.create_repository(autopublish=False)
    served = {"repository": kept["pulp_href"], "serve_history": True}
    cache = replace(pass_through(pulp, upstream.url, served=served), repository=kept)
    row = pulp.distribute(
        repository=house.repository["pulp_href"],
        bases=[cache.distribution["pulp_href"]],
        serve_history=True,
    )
    index = Index(base=row["base_url"]).wait_served()
    assert index.get("simple/never/").ok
    for name in ("open", "taken"):
        url = index.files(name)[files[name].filename]["url"]
        assert get(cache, url).content == files[name].body
    cache.wait_kept(files["open"].filename, files["taken"].filename)
    moment = datetime.now(UTC)

    upstream.add(files["open later"])
    cache.invalidate()
    index.wait(lambda one: files["open later"].filename in one.files("open"))
    url = index.files("open")[files["open later"].filename]["url"]
    assert get(cache, url).content == files["open later"].body
    cache.wait_kept(files["open later"].filename)
    for name in ("own later", "taken later"):
        assert house.send(files[name]).status_code == 200
    index.wait(lambda one: set(one.files("taken")) == {files["taken later"].filename})
    yield Then(
        pulp=pulp,
        upstream=upstream,
        house=house,
        cache=cache,
        row=row,
        moment=moment,
        files=files,
    )
    pulp.clean_up()
    upstream.stop()


def refused(past: Index, why: str) -> str:
    """What is said of a project of an index that is 404 as a whole, for that reason."""
    past.wait(lambda one: why in one.get("simple/open/").text)
    answer = past.get("simple/open/")
    assert answer.status_code == 404
    return answer.text


def test_each_part_is_what_it_was(then: Then, tmp_path: Path) -> None:
    """Own projects and what had been kept, without upstream; pip installs from there."""
    down = then.upstream.fault("*", status=500)
    past, files = then.past, then.files
    assert set(past.files("own")) == {files["own"].filename}
    assert set(past.files("open")) == {files["open"].filename}
    assert past.projects() == {"own", "open"}
    Clients(folder=tmp_path).pip("download", "--dest", "got", "open", index=past.simple)
    got = {path.name: path.read_bytes() for path in (tmp_path / "got").iterdir()}
    assert got == {one.filename: one.body for one in (files["open"], files["own"])}
    assert past.get("pypi/open/json").json()["info"]["version"] == "1.0"
    explained = past.get("+explain/open").json()
    assert [one["standing"] for one in explained["members"]] == ["nothing", "answers"]
    down.clear()


def test_a_name_is_whose_it_is_today_or_was_then(then: Then) -> None:
    """What was public then and is owned now is not shown; nor is what nobody had fetched."""
    past, files = then.past, then.files
    taken = past.get("simple/taken/")
    assert taken.status_code == 404
    assert "owns the name taken today" in taken.text
    shown = then.cache.index.files("taken")[files["taken"].filename]["url"]
    path = shown.partition("/packages/")[2]
    assert past.get(f"packages/{path}").status_code == 404
    never = past.get("simple/never/")
    assert never.status_code == 404
    assert "nothing of never had been kept" in never.text
    # Its own repository alone, by number: the same holds for it, and its bases are named.
    alone = Index(base=f"{then.row['base_url']}+version/1/")
    assert set(alone.files("own")) == {files["own"].filename}
    assert "+at/<time>/" in alone.get("simple/open/").text
    # A cache by itself, where the name is nobody's own, shows what it had.
    kept = Index(base=f"{then.cache.index.base}{at(then.moment)}/")
    assert set(kept.files("taken")) == {files["taken"].filename}


def test_where_a_part_is_not_known_nothing_is_shown(then: Then) -> None:
    """The answer names the part, and says why."""
    pulp, cache = then.pulp, then.cache
    silent = pulp.distribute(repository=then.house.repository["pulp_href"])
    nothing = pulp.distribute(remote=cache.remote["pulp_href"], serve_history=True)
    for base, why in ((silent, "does not serve its past"), (nothing, "in no repository")):
        row = pulp.distribute(
            bases=[cache.distribution["pulp_href"], base["pulp_href"]], serve_history=True
        )
        past = Index(base=f"{row['base_url']}{at(then.moment)}/")
        assert repr(base["base_path"]) in refused(past, why)
    before = Index(base=f"{then.row['base_url']}{at(datetime(2020, 1, 1, tzinfo=UTC))}/")
    assert "owns the name own today" in before.get("simple/own/").text


def test_a_version_that_was_deleted_leaves_no_gap_for_others(then: Then) -> None:
    """It may have owned the name."""
    pulp, house = then.pulp, make_house(then.pulp)
    for version in ("1.0", "2.0"):
        assert house.send(fresh("mine", version)).status_code == 200
    moment = datetime.now(UTC)
    assert house.send(fresh("mine", "3.0")).status_code == 200
    pulp.update(house.distribution["pulp_href"], serve_history=True)
    row = pulp.distribute(
        bases=[house.distribution["pulp_href"], then.cache.distribution["pulp_href"]],
        serve_history=True,
    )
    past = Index(base=f"{row['base_url']}{at(moment)}/")
    past.wait(lambda one: one.get("simple/mine/").ok)
    pulp.task(pulp.delete(f"{house.repository['versions_href']}2/"))
    past.wait(lambda one: "has been deleted" in one.get("simple/mine/").text)
    assert past.get("simple/open/").status_code == 404
