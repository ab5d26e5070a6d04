"""What a ruleset would do with an index that is made of several."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from packaging.utils import NormalizedName

from pulp_pyindex.app.catalog.trial import Trial
from pulp_pyindex.app.serving.merged import Merging
from pulp_pyindex.app.serving.merged.verdicts import Reach
from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.ruled import Named, Rules
from pulp_pyindex.app.serving.ruling import Ruling
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing, Member, Offer
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.app.serving.trying import try_at_index
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage
from pulp_pyindex.index.rules import read_ruleset

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OWN = Named(pk=UUID(int=9), sha256="1", since=NOW)
INDEX = Index(
    distribution_pk=UUID(int=1),
    domain_pk=UUID(int=2),
    domain="default",
    base_path="main",
    guard_pk=None,
    publication_pk=None,
    version_pk=UUID(int=3),
    pinned=False,
    rules=Rules(own=OWN),
)
NO_TWO = [{"name": "no two", "when": {"project": "*>=2"}, "action": "deny"}]


class Members:
    """Three projects of one repository; `gone` is owned and has no page."""

    def __init__(self) -> None:
        self.own = self
        self.asked: list[tuple[Index, str, Reach]] = []

    def members(self, index: Index) -> list[Member]:
        return [Member(index=index, source=cast(Any, self))]

    async def projects(self, index: Index) -> Listing:
        names = map(normalize, ("gone", "beta", "alpha", "calm"))
        return Listing(entries=[ProjectEntry(name=name) for name in names], key="k")

    async def verdict(self, index: Index, project: NormalizedName, reach: Reach) -> Any:
        self.asked.append((index, project, reach))
        versions = ("1.0",) if project == "calm" else ("1.0", "2.0")
        files = tuple(
            File(filename=f"{project}-{version}.tar.gz", url="", hashes={}) for version in versions
        )
        page = ProjectPage(name=project, files=files, versions=versions)
        gone = "it was removed" if project == "gone" else ""
        return SimpleNamespace(offer=Offer(page=page, key=project, gone=gone))


def tried(members: Members, **which: Any) -> Trial:
    options = {"limit": 100, **which}
    merging = cast(Merging, members)
    ruleset = read_ruleset("tried", NO_TWO)
    ruling = Ruling(Refusals(Traffic()))
    return asyncio.run(try_at_index(merging, ruling, INDEX, ruleset, NOW, **options))


def test_every_project_that_is_known_is_looked_at() -> None:
    """No upstream hears of it, and the index's own rules are those that are tried."""
    members = Members()
    found = tried(members)
    assert (found.projects_looked_at, found.next) == (4, None)
    assert [(one.project, one.files_shown) for one in found.results] == [("alpha", 1), ("beta", 1)]
    [file] = found.results[0].files
    assert (file.filename, file.action, file.rule) == ("alpha-2.0.tar.gz", "deny", "no two")
    assert {reach for _, _, reach in members.asked} == {Reach.KNOWN}
    assert {index.rules.own for index, _, _ in members.asked} == {None}


def test_an_answer_says_where_to_go_on() -> None:
    """Until all of it was told; one project can be asked for alone."""
    first = tried(Members(), limit=1)
    assert ([one.project for one in first.results], first.next) == (["alpha"], "alpha")
    rest = tried(Members(), limit=1, after="alpha")
    assert ([one.project for one in rest.results], rest.next) == (["beta"], "beta")
    assert tried(Members(), after="beta").results == ()
    alone = tried(Members(), project="beta", limit=1)
    assert ([one.project for one in alone.results], alone.next) == (["beta"], None)
