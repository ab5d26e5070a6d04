"""What merging costs: a page of an index with three behind it and twenty rules, beside a published
one."""

import time
from collections.abc import Iterator
from typing import Any

import requests

from bench import load
from bench.figures import Figure
from bench.upstream import Upstream
from support.pulp import Pulp, Row

_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
_GZIP = {"Accept-Encoding": "gzip"}
_GROUP = "Merged, one content process"
_SHARE = 0.5
#: Looks at an index that is not served yet.
_LOOKS = 50


def figures(pulp: Pulp, upstream: Upstream) -> Iterator[Figure]:
    """Warm pages under load, and the first answers after a change behind."""
    pages = _mirror(pulp, upstream, "pages")
    others = [_mirror(pulp, upstream, "files"), pulp.create_repository()]
    plain = pulp.distribute(repository=pages["pulp_href"])
    before = [pulp.distribute(repository=one["pulp_href"])["pulp_href"] for one in others]
    ruleset = pulp.create("pyindex/rulesets/", name="bench", rules=rules())
    merged = pulp.distribute(
        bases=[*before, plain["pulp_href"]],
        ruleset=ruleset["pulp_href"],
        merge=["merged-*"],
        reserved_prefixes=["ours-*"],
    )
    _wait(merged)
    for name, what, headers in (
        ("five", "project of 5 files, JSON", _JSON),
        ("five-hundred", "project of 500 files, JSON, gzip", _JSON | _GZIP),
    ):
        yield _beside_published(name, what, headers, merged, plain)
    yield _after_a_change(pulp, merged)


def rules() -> list[dict[str, Any]]:
    """Twenty rules, none of which hides what is old."""
    cool_down = {"younger_than": "7d", "unknown": "ignore"}
    found: list[dict[str, Any]] = [
        {"name": "cool-down", "when": cool_down, "action": "hide"},
        {"name": "malware", "when": {"advisory": "MAL-*"}, "action": "deny"},
        {"name": "huge", "when": {"larger_than": "1 GB", "unknown": "ignore"}, "action": "deny"},
    ]
    found += [
        {"name": f"names {number}", "when": {"project": f"bad-{number}-*"}, "action": "deny"}
        for number in range(20 - len(found))
    ]
    return found


def _beside_published(
    name: str, what: str, headers: dict[str, str], merged: Row, plain: Row
) -> Figure:
    found = load.compare(
        load.Asked(url=f"{merged['base_url']}simple/{name}/", headers=headers),
        load.Asked(url=f"{plain['base_url']}simple/{name}/", headers=headers),
    )
    return Figure(
        group=_GROUP,
        what=f"{what}, 3 bases, 20 rules, warm, c=16",
        measured=f"{found.ours:,.0f}/s, {found.share:.0%}",
        to_reach=f"≥ {_SHARE:.0%} of a published page",
        beside=f"published: {found.theirs:,.0f}/s",
        reached=found.share >= _SHARE,
    )


def _after_a_change(pulp: Pulp, merged: Row) -> Figure:
    """The page after something behind has changed, which makes every verdict anew."""
    url = f"{merged['base_url']}simple/five/"
    spent = []
    with requests.Session() as session:
        for number in range(5):
            pulp.update(merged["pulp_href"], reserved_prefixes=[f"other-{number}-*"])
            time.sleep(0.2)
            begun = time.perf_counter()
            session.get(url, headers=_JSON, timeout=60).raise_for_status()
            spent.append(time.perf_counter() - begun)
    return Figure(
        group=_GROUP,
        what="project of 5 files, first answer after a change behind the index",
        measured=f"{sorted(spent)[len(spent) // 2] * 1000:.1f} ms",
    )


def _mirror(pulp: Pulp, upstream: Upstream, name: str) -> Row:
    remote = pulp.create_remote(upstream.url(name))
    repository = pulp.create_repository(remote=remote["pulp_href"])
    pulp.sync(repository)
    return repository


def _wait(row: Row) -> None:
    for _ in range(_LOOKS):
        if requests.get(f"{row['base_url']}simple/five/", timeout=60).ok:
            return
        time.sleep(0.1)
    raise TimeoutError(f"{row['base_url']} is not served")
