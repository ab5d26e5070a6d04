"""Rules on which files an index shows and gives out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from support.clients import Clients
from support.index import Index
from support.markup import JSON_TYPE
from support.osv import database, entry
from support.publishing import make_house
from support.pulp import Mirror, Pulp, Row, unique, wait_for
from support.ruling import (
    NEW,
    OLD,
    REFUSALS,
    ago,
    cool_down,
    make_ruleset,
    mirror_aged,
    shows,
    url_of,
)
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def mirror(pulp: Pulp, upstream: Upstream) -> Mirror:
    """`alpha` 1.0, a year old, and 2.0, an hour old; `beta` 1.0."""
    return mirror_aged(pulp, upstream)


@pytest.fixture
def rule(pulp: Pulp, mirror: Mirror) -> Callable[..., Row]:
    """Serves the mirror by the rules that are given, and waits until it is so."""

    def set_rules(*rules: dict[str, Any]) -> Row:
        ruleset = make_ruleset(pulp, *rules)
        pulp.update(mirror.distribution["pulp_href"], ruleset=ruleset["pulp_href"])
        # Deleted before the ruleset.
        pulp.made.remove(ruleset["pulp_href"])
        pulp.made.insert(0, ruleset["pulp_href"])
        return ruleset

    return set_rules


def test_pip_and_uv_take_an_older_release_while_a_new_one_cools_down(
    clients: Clients, mirror: Mirror, rule: Callable[..., Row]
) -> None:
    """Nothing breaks: the newest release of age is the newest there is."""
    pinned = url_of(mirror, NEW)
    rule(cool_down())
    mirror.index.wait(shows(OLD))
    simple = mirror.index.simple
    clients.pip("download", "--no-deps", "--dest", "pip", "alpha", index=simple)
    assert [path.name for path in (clients.folder / "pip").iterdir()] == [OLD]
    clients.uv("pip", "install", "--default-index", simple, "--target", "uv", "alpha")
    assert (clients.folder / "uv" / "alpha-1.0.dist-info").is_dir()
    clients.pip("download", "--no-deps", "--dest", "pinned", f"alpha @ {pinned}", index=simple)
    assert [path.name for path in (clients.folder / "pinned").iterdir()] == [NEW]
    assert mirror.index.get("pypi/alpha/json").json()["info"]["version"] == "1.0"
    assert mirror.index.get("pypi/alpha/2.0/json").status_code == 404
    assert NEW not in mirror.index.html("alpha")
    assert mirror.index.json("alpha")["versions"] == ["1.0"]


def test_a_file_comes_of_age_while_the_index_is_served(
    pulp: Pulp, upstream: Upstream, mirror: Mirror, rule: Callable[..., Row]
) -> None:
    """By time alone: no version, no task. Pages keep their ETag until then, and get another."""
    young = wheel("beta", "2.0")
    uploaded = datetime.now(UTC)
    upstream.catalogue.add(young, upload_time=uploaded.isoformat().replace("+00:00", "Z"))
    ruleset = rule(cool_down("1h"))
    pulp.sync(mirror.repository, mirror.remote)
    index = mirror.index
    index.wait(shows("beta-1.0-py3-none-any.whl", project="beta"))
    page = index.get("simple/beta/", headers={"Accept": JSON_TYPE})
    assert young.filename not in page.text
    tag = {"If-None-Match": page.headers["ETag"], "Accept": JSON_TYPE}
    assert page.headers["Cache-Control"] == "public, no-cache"
    age = (datetime.now(UTC) - uploaded).seconds + 3
    pulp.update(ruleset["pulp_href"], rules=[cool_down(f"{age}s")])
    index.wait(shows("beta-1.0-py3-none-any.whl", young.filename, project="beta"))
    assert (datetime.now(UTC) - uploaded).seconds >= age
    fresh = index.get("simple/beta/", headers=tag)
    assert fresh.status_code == 200
    assert fresh.headers["X-PyPI-Last-Serial"] > page.headers["X-PyPI-Last-Serial"]
    unchanged = index.get("simple/beta/", headers={**tag, "If-None-Match": fresh.headers["ETag"]})
    assert unchanged.status_code == 304


def test_what_is_denied_is_refused_with_the_name_of_the_rule(
    pulp: Pulp, mirror: Mirror, rule: Callable[..., Row]
) -> None:
    """On no page, in no document; the file and its metadata answer 403 with the reason."""
    url = url_of(mirror, NEW)
    kept = url_of(mirror, OLD)
    assert requests.get(url).ok
    ruleset = rule(
        {
            "name": "broken releases",
            "when": {"project": "alpha>=2"},
            "action": "deny",
            "text": "{project} {release} eats data, take 1.0",
        }
    )
    mirror.index.wait(lambda index: index.get(url).status_code == 403)
    for address in (url, f"{url}.metadata"):
        refused = mirror.index.get(address, headers={"User-Agent": "a test/1"})
        assert refused.status_code == 403
        assert "'broken releases'" in refused.text
        assert refused.text.startswith(refused.reason)
        assert "alpha 2.0 eats data, take 1.0" in refused.text
        assert refused.headers["Cache-Control"] == "no-store"
    assert mirror.index.get(kept).ok
    assert set(mirror.index.files("alpha")) == {OLD}
    refusals_of(pulp, mirror)

    def counts() -> list[Row]:
        rows = pulp.rows(f"{REFUSALS}counts/")
        return [row for row in rows if row["distribution"] == mirror.distribution["pulp_href"]]

    # Each process writes at its own times.
    wait_for(lambda: counts()[0]["count"] == len(refusals_of(pulp, mirror)), "all refusals")
    listed = refusals_of(pulp, mirror)
    assert {
        (one["project"], one["release"], one["filename"], one["rule"], one["ruleset"])
        for one in listed
    } == {("alpha", "2.0", NEW, "broken releases", ruleset["name"])}
    assert "a test/1" in {one["client"] for one in listed}
    assert listed[0]["address"] == "127.0.0.1"
    where = {"distribution": mirror.distribution["pulp_href"], "address": "127.0.0.1"}
    found = pulp.rows(REFUSALS, **where, project="Alpha", client__contains="test/1")
    assert {one["client"] for one in found} == {"a test/1"}
    assert [(one["rule"], one["count"]) for one in counts()] == [("broken releases", len(listed))]


def refusals_of(pulp: Pulp, mirror: Mirror) -> list[Row]:
    """The refusals at the mirror, once both requests of a test are among them."""

    def found() -> list[Row]:
        return pulp.rows(REFUSALS, distribution=mirror.distribution["pulp_href"])

    wait_for(lambda: sum(one["client"] == "a test/1" for one in found()) >= 2, "the refusals")
    return found()


def test_a_report_is_written_down_and_nothing_else(
    pulp: Pulp, mirror: Mirror, rule: Callable[..., Row]
) -> None:
    """Every download, although the file is in memory or hidden, and by each rule."""
    url = url_of(mirror, NEW)
    rule(
        {"name": "watch", "when": {"project": "alpha"}, "action": "report"},
        cool_down(),
        {"name": "everything", "when": {"project": "*"}, "action": "report"},
    )

    def is_reported() -> bool:
        mirror.index.get(url, headers={"User-Agent": "a test/1"}).raise_for_status()
        return bool(pulp.rows(REFUSALS, distribution=mirror.distribution["pulp_href"]))

    wait_for(is_reported, "a report")
    for method, address in (("HEAD", url), ("GET", f"{url}.metadata")):
        told = mirror.index.get(address, method=method, headers={"User-Agent": "only asking"})
        assert told.ok
    mirror.index.get(url, headers={"User-Agent": "a test/1"})
    listed = refusals_of(pulp, mirror)
    assert {one["action"] for one in listed} == {"report"}
    assert {one["client"] for one in listed} == {"a test/1"}
    assert {one["rule"] for one in listed} == {"watch", "everything"}
    assert listed == sorted(listed, key=lambda one: str(one["at"]), reverse=True)


def test_malware_and_licences_are_known_from_what_is_here(pulp: Pulp) -> None:
    """By the domain's database of advisories, and by the files' own metadata."""
    name, free = unique("eel"), unique("fee")
    ruleset = make_ruleset(
        pulp,
        {"name": "malware", "when": {"advisory": "MAL-*"}, "action": "deny", "text": "{advisory}"},
        {
            "name": "licences",
            "when": {"license_not": ["MIT"], "unknown": "match"},
            "action": "hide",
        },
    )
    house = make_house(pulp, distribution={"ruleset": ruleset["pulp_href"]})
    pulp.made.remove(ruleset["pulp_href"])
    pulp.made.insert(0, ruleset["pulp_href"])
    index = house.index
    for made in (
        wheel(name, "1.0", license_expression="MIT"),
        wheel(name, "2.0", license_expression="MIT"),
        wheel(free, "1.0", license_expression="MIT OR GPL-3.0-only"),
        wheel(free, "2.0", license_expression="GPL-3.0-only"),
        wheel(free, "3.0"),
    ):
        assert house.send(made).status_code == 200
    assert {each.split("-")[1] for each in index.files(free)} == {"1.0"}
    urls = {each.split("-")[1]: one["url"] for each, one in index.files(name).items()}
    source = unique("osv")
    archive = database(entry(f"MAL-{source}", name, versions=("2.0",)))
    loading = {"data": {"source": source}, "files": {"file": ("all.zip", archive)}}
    pulp.task(pulp.post("pyindex/advisories/load/", **loading))
    try:
        index.wait(lambda one: one.get(urls["2.0"]).status_code == 403, "the advisory")
        assert f"MAL-{source}" in index.get(urls["2.0"]).text
        assert {each.split("-")[1] for each in index.files(name)} == {"1.0"}
    finally:
        pulp.task(pulp.post("pyindex/advisories/unload/", {"source": source}))
    index.wait(lambda one: one.get(urls["2.0"]).ok, "the end of the advisory")


def test_rules_hold_for_what_passes_through_and_for_bases(pulp: Pulp, upstream: Upstream) -> None:
    """Those of the index, and of its remote for what comes from there; never fetched if denied."""
    upstream.catalogue.add(wheel("alpha", "1.0"), upload_time=ago(days=365))
    new = upstream.catalogue.add(wheel("alpha", "2.0"), upload_time=ago(hours=1))
    huge = upstream.catalogue.add(wheel("alpha", "0.1", payload=100_000))
    own = make_ruleset(pulp, cool_down())
    no_giants = {"name": "giants", "when": {"larger_than": "90 kB", "unknown": "deny"}}
    remotes = make_ruleset(pulp, {**no_giants, "action": "deny"})
    remote = pulp.create_remote(upstream.url, ruleset=remotes["pulp_href"])
    base = pulp.distribute(remote=remote["pulp_href"])
    above = pulp.distribute(bases=[base["pulp_href"]], ruleset=own["pulp_href"])
    for row in (own, remotes):
        pulp.made.remove(row["pulp_href"])
        pulp.made.insert(0, row["pulp_href"])
    index = Index(base=above["base_url"])
    index.wait(shows(OLD))
    assert set(Index(base=base["base_url"]).files("alpha")) == {OLD, NEW}
    for made, status in ((new, 200), (huge, 403)):
        assert index.get(path_of(made)).status_code == status
    assert upstream.count(f"*{huge.filename}") == 0
    [told] = index.get(f"+explain/alpha/{NEW}").json()["files"]
    assert (told["outcome"], told["by"], told["at"]) == ("hide", "cool-down", above["base_path"])
    assert told["since"] < datetime.now(UTC).isoformat() < told["until"]

    # Where projects are merged, what is nearer keeps its name, shown or not.
    both = [above["pulp_href"], base["pulp_href"]]
    united = Index(base=pulp.distribute(bases=both, merge=["alpha"])["base_url"])
    united.wait(shows(OLD))
    assert united.json("alpha")["versions"] == ["1.0"]
    assert united.get(path_of(new)).content == new.body
    assert united.get(path_of(huge)).status_code == 403


def path_of(made: Any) -> str:
    """Where a file of an upstream is below an index."""
    digest = made.hashes["sha256"]
    return f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{made.filename}"


def test_a_ruleset_in_use_stays(pulp: Pulp, mirror: Mirror, rule: Callable[..., Row]) -> None:
    """Deleting it would open an index; the answer names what uses it."""
    ruleset = rule(cool_down())
    answer = pulp.delete(ruleset["pulp_href"])
    assert answer.status_code == 409
    assert f"the distribution '{mirror.distribution['name']}'" in answer.text
    mirror.index.wait(shows(OLD))
    pulp.update(ruleset["pulp_href"], rules=[])
    mirror.index.wait(shows(OLD, NEW))
    pulp.update(mirror.distribution["pulp_href"], ruleset=None)
    assert pulp.delete(ruleset["pulp_href"]).status_code == 204
