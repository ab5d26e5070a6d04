"""What a ruleset would do with an index that is made of several, by what is known here of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog.trial import RuledProject, Trial, ruled_project
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.merged import Merging
from pulp_pyindex.app.serving.merged.verdicts import Reach
from pulp_pyindex.app.serving.ruling import Ruling
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index.rules import Ruleset

#: Projects decided on for one answer: each takes some questions to the database.
MOST = 1000


async def try_at_index(
    merging: Merging,
    ruling: Ruling,
    index: Index,
    ruleset: Ruleset,
    at: datetime,
    *,
    project: str = "",
    after: str = "",
    limit: int,
) -> Trial:
    """Decide on the projects of an index after `after`, until `limit` of them are affected.

    The ruleset stands in for the index's own; all others that are behind the index hold as they do
    now. No upstream is asked. Raises SourceFailed, DatabaseGone.
    """
    index = replace(index, rules=replace(index.rules, own=None))
    names = [project] if project else await _names(merging, index, after)
    found: list[RuledProject] = []
    for number, name in enumerate(names[:MOST], start=1):
        ruled = await _ruled(merging, ruling, index, NormalizedName(name), ruleset, at)
        if ruled is not None:
            found.append(ruled)
        if len(found) >= limit or number == MOST:
            is_last = number == len(names)
            return Trial(
                at=at,
                projects_looked_at=number,
                next=None if is_last else name,
                results=tuple(found),
            )
    return Trial(at=at, projects_looked_at=len(names), next=None, results=tuple(found))


async def _names(merging: Merging, index: Index, after: str) -> list[str]:
    """The projects that anybody behind an index is known to have, by name."""
    names: set[str] = set()
    for member in merging.members(index):
        if member.source is merging.own:
            listing = await member.source.projects(member.index)
            names.update(entry.name for entry in listing.entries)
        elif member.index.remote_pk is not None:
            names.update(await in_database(catalog.known_projects, member.index.remote_pk))
    return sorted(name for name in names if name > after)


async def _ruled(
    merging: Merging,
    ruling: Ruling,
    index: Index,
    project: NormalizedName,
    ruleset: Ruleset,
    at: datetime,
) -> RuledProject | None:
    offer = (await merging.verdict(index, project, Reach.KNOWN)).offer
    if offer is None or offer.gone:
        return None
    decided = await ruling.decided(index, offer, offer.page, ruleset, at)
    return ruled_project(offer.page, decided.verdicts.files)
