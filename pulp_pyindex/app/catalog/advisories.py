"""Which releases of a version are known to be vulnerable, by the advisories of its domain.

The database joins by project; what PEP 440 says of a release is asked once per release and
advisory, however many files it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from packaging.utils import NormalizedName

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.index.advisories import Affected, Severity, Span

from .held import IN_VERSION, fetch, held, version_values

#: Files of a version, and of what a task has put together for its repository's next one.
_HELD = f"FROM pyindex_pyindexfile f {held('f.content_ptr_id')} WHERE {IN_VERSION}"
_PLANNED = """
    FROM pyindex_coming JOIN pyindex_pyindexfile f ON f.content_ptr_id = pyindex_coming.content_id
    WHERE true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerable:
    """One release that one advisory is about."""

    project: NormalizedName
    release: str
    #: Those of the release, sorted.
    filenames: tuple[str, ...]
    advisory: str
    #: The database that the advisory is from.
    source: str
    aliases: tuple[str, ...]
    severity: Severity
    score: float | None
    summary: str
    url: str
    published: datetime | None
    #: The nearest later release that is not affected; None where none is told.
    fixed_in: str | None


def vulnerable_releases(
    version: RepositoryVersion,
    *,
    least: Severity = Severity.UNKNOWN,
    project: str | None = None,
    advisory: str | None = None,
) -> list[Vulnerable]:
    """All that is known of a version's releases, by project, release and id.

    Of advisories that are at least so severe; of one project, or by one advisory (its id or an
    alias), where they are named. What is withdrawn does not count.
    """
    values = {
        **version_values(version),
        "domain": version.repository.pulp_domain_id,
        "least": int(least),
        "project": project,
        "advisory": advisory,
    }
    return _found(_HELD, values)


def vulnerable_planned(domain_pk: UUID, *, least: Severity = Severity.UNKNOWN) -> list[Vulnerable]:
    """The same of the files that the running task adds to its repository's next version."""
    values = {"domain": domain_pk, "least": int(least), "project": None, "advisory": None}
    return _found(_PLANNED, values)


#: The advisories that count.
_COUNTING = """
    a.pulp_domain_id = %(domain)s AND (a.withdrawn IS NULL OR a.withdrawn > now())
    AND a.severity >= %(least)s
    AND (%(advisory)s::text IS NULL OR a.identifier = %(advisory)s OR %(advisory)s = ANY(a.aliases))
    AND (%(project)s::text IS NULL OR affected.project = %(project)s)
"""


def _found(files: str, values: dict[str, Any]) -> list[Vulnerable]:
    releases: dict[str, list[tuple[str, list[str]]]] = {}
    rows = fetch(
        f"""
        WITH known AS MATERIALIZED (
            SELECT DISTINCT affected.project FROM pyindex_pyindexaffected affected
            JOIN pyindex_pyindexadvisory a ON a.pulp_id = affected.advisory_id WHERE {_COUNTING})
        SELECT f.project, f.version, array_agg(f.filename ORDER BY f.filename COLLATE "C")
        {files} AND f.project IN (SELECT project FROM known)
        GROUP BY 1, 2 ORDER BY f.project COLLATE "C", f.version COLLATE "C"
        """,
        values,
    )
    for project, release, filenames in rows:
        releases.setdefault(project, []).append((release, filenames))
    if not releases:
        return []
    found = list(_matching(releases, _advisories(list(releases), values)))
    found.sort(key=lambda one: (one.project, one.release, one.advisory, one.source))
    return found


def _advisories(projects: Sequence[str], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    return fetch(
        f"""
        SELECT affected.project, affected.ranges::text, affected.versions,
               a.identifier, source.name, a.aliases, a.severity, a.score, a.summary, a.url,
               a.published
        FROM pyindex_pyindexaffected affected
        JOIN pyindex_pyindexadvisory a ON a.pulp_id = affected.advisory_id
        JOIN pyindex_pyindexadvisorysource source ON source.pulp_id = a.source_id
        WHERE affected.project = ANY(%(projects)s) AND {_COUNTING}
        """,
        {**values, "projects": projects},
    )


def _matching(
    releases: dict[str, list[tuple[str, list[str]]]], advisories: Sequence[tuple[Any, ...]]
) -> Iterator[Vulnerable]:
    for row in advisories:
        project, ranges, versions, identifier, source, aliases, severity, score, *rest = row
        summary, url, published = rest
        affected = Affected(
            project=NormalizedName(project),
            ranges=tuple(
                Span(introduced=introduced, fixed=fixed, last_affected=last)
                for introduced, fixed, last in msgspec.json.decode(ranges)
            ),
            versions=frozenset(versions),
        )
        for release, filenames in releases[project]:
            if affected.holds(release):
                yield Vulnerable(
                    project=NormalizedName(project),
                    release=release,
                    filenames=tuple(filenames),
                    advisory=identifier,
                    source=source,
                    aliases=tuple(aliases),
                    severity=Severity(severity),
                    score=score,
                    summary=summary,
                    url=url,
                    published=published,
                    fixed_in=affected.fixed_in(release),
                )
