"""Which releases of a version are known to be vulnerable, by the advisories of its domain.

The database joins by project; what PEP 440 says of a release is asked once per release and
advisory, however many files it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from packaging.utils import NormalizedName

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.index.advisories import Affected, Severity, Span

from .held import fetch

#: Files of a version, and of what a task has put together for its repository's next one. This is
#: about the whole version; from its single rows PostgreSQL would guess its size wrong.
_HELD = """
    FROM (SELECT unnest(content_ids) AS id FROM core_repositoryversion
          WHERE pulp_id = %(version)s) AS held
    JOIN pyindex_pyindexfile f ON f.content_ptr_id = held.id WHERE true
"""
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
    limit: int | None = None,
    offset: int = 0,
) -> tuple[int, list[Vulnerable]]:
    """How much is known of a version's releases, and a stretch of it by project, release and id.

    Of advisories that are at least so severe; of one project, or by one advisory (its id or an
    alias), where they are named. What is withdrawn does not count.
    """
    values = {
        "version": version.pk,
        "domain": version.repository.pulp_domain_id,
        "least": int(least),
        "project": project,
        "advisory": advisory,
    }
    found = _found(_HELD, values)
    stretch = found[offset:] if limit is None else found[offset : offset + limit]
    return len(found), _described(_HELD, values, stretch)


def vulnerable_planned(domain_pk: UUID, *, least: Severity = Severity.UNKNOWN) -> list[Vulnerable]:
    """The same, all of it, of the files that the running task adds to the next version."""
    values = {"domain": domain_pk, "least": int(least), "project": None, "advisory": None}
    return _described(_PLANNED, values, _found(_PLANNED, values))


@dataclass(frozen=True, slots=True)
class _Known:
    """One advisory's word on one project."""

    affected: Affected
    #: From `identifier` on.
    told: tuple[Any, ...]


#: The advisories that count.
_COUNTING = """
    a.pulp_domain_id = %(domain)s AND (a.withdrawn IS NULL OR a.withdrawn > now())
    AND a.severity >= %(least)s
    AND (%(advisory)s::text IS NULL OR a.identifier = %(advisory)s OR %(advisory)s = ANY(a.aliases))
    AND (%(project)s::text IS NULL OR affected.project = %(project)s)
"""


def _found(files: str, values: dict[str, Any]) -> list[tuple[str, str, _Known]]:
    """Project, release and advisory of every match, in that order."""
    releases = fetch(
        f"""
        SELECT project, version FROM (
            SELECT DISTINCT f.project, f.version {files}
              AND (%(project)s::text IS NULL OR f.project = %(project)s)) AS here
        ORDER BY project COLLATE "C", version COLLATE "C"
        """,
        values,
    )
    known = _known(list(dict.fromkeys(project for project, _ in releases)), values)
    return [
        (project, release, one)
        for project, release in releases
        for one in known.get(project, ())
        if one.affected.holds(release)
    ]


def _known(projects: Sequence[str], values: dict[str, Any]) -> dict[str, list[_Known]]:
    rows = fetch(
        f"""
        SELECT affected.project, affected.ranges::text, affected.versions,
               a.identifier, source.name, a.aliases, a.severity, a.score, a.summary, a.url,
               a.published
        FROM pyindex_pyindexaffected affected
        JOIN pyindex_pyindexadvisory a ON a.pulp_id = affected.advisory_id
        JOIN pyindex_pyindexadvisorysource source ON source.pulp_id = a.source_id
        WHERE affected.project = ANY(%(projects)s) AND {_COUNTING}
        ORDER BY a.identifier COLLATE "C", source.name COLLATE "C"
        """,
        {**values, "projects": list(projects)},
    )
    found: dict[str, list[_Known]] = {}
    for project, ranges, versions, *told in rows:
        spans = tuple(
            Span(introduced=introduced, fixed=fixed, last_affected=last)
            for introduced, fixed, last in msgspec.json.decode(ranges)
        )
        affected = Affected(
            project=NormalizedName(project), ranges=spans, versions=frozenset(versions)
        )
        found.setdefault(project, []).append(_Known(affected, tuple(told)))
    return found


def _described(
    files: str, values: dict[str, Any], found: Sequence[tuple[str, str, _Known]]
) -> list[Vulnerable]:
    releases = list(dict.fromkeys((project, release) for project, release, _ in found))
    rows = fetch(
        f"""
        SELECT f.project, f.version, array_agg(f.filename ORDER BY f.filename COLLATE "C")
        {files} AND (f.project, f.version) IN (
            SELECT * FROM unnest(%(projects)s::text[], %(releases)s::text[]))
        GROUP BY 1, 2
        """,
        {
            **values,
            "projects": [project for project, _ in releases],
            "releases": [release for _, release in releases],
        },
    )
    filenames = {(project, release): tuple(names) for project, release, names in rows}
    return [
        _vulnerable(project, release, filenames[project, release], known)
        for project, release, known in found
    ]


def _vulnerable(
    project: str, release: str, filenames: tuple[str, ...], known: _Known
) -> Vulnerable:
    identifier, source, aliases, severity, score, summary, url, published = known.told
    return Vulnerable(
        project=NormalizedName(project),
        release=release,
        filenames=filenames,
        advisory=identifier,
        source=source,
        aliases=tuple(aliases),
        severity=Severity(severity),
        score=score,
        summary=summary,
        url=url,
        published=published,
        fixed_in=known.affected.fixed_in(release),
    )
