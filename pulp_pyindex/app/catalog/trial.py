"""What a ruleset would do with the projects of a version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.index.pages import ProjectPage
from pulp_pyindex.index.rules import Ruleset, Verdict, decide, facts_of

from .facts import AskedFacts, find_facts
from .pages import project_names, project_pages

#: Projects decided on in one go, and at most for one answer.
_BATCH = 200
MOST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledFile:
    """A file that a rule speaks of."""

    filename: str
    release: str
    action: str
    rule: str
    text: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledProject:
    """A project of which a rule speaks of a file."""

    project: str
    files_shown: int
    files: tuple[RuledFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would be done with a stretch of projects."""

    at: datetime
    projects_looked_at: int
    #: The last project looked at, if there are more.
    next: str | None
    results: tuple[RuledProject, ...]


def try_ruleset(
    ruleset: Ruleset,
    version: RepositoryVersion,
    at: datetime,
    *,
    project: str = "",
    after: str = "",
    limit: int,
) -> Trial:
    """Decide on the projects of a version after `after`, until `limit` of them are affected."""
    names = [project] if project else [one for one in project_names(version) if one > after]
    found: list[RuledProject] = []
    looked_at = 0
    for page in _pages(version, names[:MOST]):
        looked_at += 1
        ruled = _ruled(ruleset, version, page, at)
        if ruled is not None:
            found.append(ruled)
        if len(found) >= limit:
            names_left = [one for one in names if one > page.name]
            return Trial(
                at=at,
                projects_looked_at=looked_at,
                next=page.name if names_left else None,
                results=tuple(found),
            )
    return Trial(
        at=at,
        projects_looked_at=looked_at,
        next=names[MOST - 1] if len(names) > MOST else None,
        results=tuple(found),
    )


def _pages(version: RepositoryVersion, names: Sequence[str]) -> Iterator[ProjectPage]:
    for start in range(0, len(names), _BATCH):
        yield from project_pages(version, names[start : start + _BATCH])


def _ruled(
    ruleset: Ruleset, version: RepositoryVersion, page: ProjectPage, at: datetime
) -> RuledProject | None:
    if not ruleset.may_concern(page.name):
        return None
    asked = AskedFacts(
        domain_pk=version.repository.pulp_domain_id,
        project=page.name,
        version_pks=frozenset([version.pk]),
        files=tuple((file.filename, file.hashes["sha256"]) for file in page.files),
        needs=ruleset.needs,
    )
    found = find_facts(asked)
    facts = facts_of(page, found.known, found.advisories(page))
    return ruled_project(page, decide(ruleset, facts, at).files)


def ruled_project(page: ProjectPage, verdicts: Mapping[str, Verdict]) -> RuledProject | None:
    """What verdicts on the files of a page come to; None: no rule speaks of any."""
    facts = facts_of(page)
    files = tuple(
        one
        for file in facts.files
        if file.filename in verdicts
        for one in _spoken(file.filename, file.release, verdicts[file.filename])
    )
    if not files:
        return None
    against = {name for name, verdict in verdicts.items() if verdict.against is not None}
    shown = sum(1 for file in facts.files if file.filename not in against)
    return RuledProject(project=page.name, files_shown=shown, files=files)


def _spoken(filename: str, release: str, verdict: Verdict) -> Iterator[RuledFile]:
    decisions = [] if verdict.against is None else [verdict.against]
    for decision in (*decisions, *verdict.reports):
        yield RuledFile(
            filename=filename,
            release=release,
            action=decision.action.value,
            rule=decision.rule,
            text=decision.text,
            until=verdict.valid_until,
        )
