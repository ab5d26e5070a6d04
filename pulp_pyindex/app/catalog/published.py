"""Publications as pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app.models import PyindexPublication

from .held import UNIT_TABLES, fetch, version_values

#: Publications, and what each shows.
SHOWN = """
    pyindex_pyindexpublication publication
    JOIN pyindex_pyindexpublishedproject shown
      ON shown.series_id = publication.series_id AND shown.since <= publication.place
     AND (shown.until IS NULL OR shown.until > publication.place)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A published page: deflated tails as `index.rendering` made them, and what its head needs."""

    json: bytes
    html: bytes
    api_version: str
    has_origin: bool
    serial: int


def published_page(publication_pk: UUID, project: str) -> StoredPage | None:
    """The stored page of a project in a publication; project "" is the list of projects."""
    rows = fetch(
        """
        SELECT page.json, page.html, page.api_version, page.has_origin, shown.serial
        FROM pyindex_pyindexpublication publication
        JOIN LATERAL (
            SELECT * FROM pyindex_pyindexpublishedproject
            WHERE series_id = publication.series_id AND project = %(project)s
              AND since <= publication.place ORDER BY since DESC LIMIT 1
        ) shown ON shown.until IS NULL OR shown.until > publication.place
        JOIN pyindex_pyindexpage page ON page.id = shown.page_id
        WHERE publication.publication_ptr_id = %(publication)s
        """,
        {"publication": publication_pk, "project": project},
    )
    for json_tail, html_tail, api_version, has_origin, serial in rows:
        return StoredPage(
            json=bytes(json_tail),
            html=bytes(html_tail),
            api_version=api_version,
            has_origin=has_origin,
            serial=serial,
        )
    return None


def published_serials(
    publication_pk: UUID, projects: Sequence[str] | None = None
) -> list[tuple[str, int]]:
    """The projects a publication shows and their serials, sorted by name; only those named."""
    chosen = "" if projects is None else "AND shown.project = ANY(%(projects)s)"
    rows = fetch(
        f"""
        SELECT shown.project, shown.serial FROM {SHOWN}
        WHERE publication.publication_ptr_id = %(publication)s AND shown.project <> ''
        {chosen} ORDER BY shown.project
        """,
        {"publication": publication_pk, "projects": None if projects is None else list(projects)},
    )
    return [(project, serial) for project, serial in rows]


def changed_projects(base: PyindexPublication, version: RepositoryVersion) -> dict[str, bool]:
    """Projects whose page in a version may differ from what an earlier publication shows, by name.

    That is where a unit came or went after the publication's version (a change that was taken
    back counts, as it leaves a serial behind), and where something was learnt of a file since the
    publication was made (see `models.content`). True: this very version moved a unit of it, so
    that its serial is the version's own.
    """
    # By the versions' keys, so that the index on them is used and not the repository walked.
    between = fetch(
        """
        SELECT pulp_id FROM core_repositoryversion
        WHERE repository_id = %(repository)s AND number > %(base)s AND number <= %(number)s
        """,
        {**version_values(version), "base": base.repository_version.number},
    )
    moved = _moved_projects(version, [row[0] for row in between])
    learned = learned_projects(version, base.pulp_created)
    return {name: moved.get(name, False) for name in sorted(moved.keys() | learned)}


def moved_projects(version: RepositoryVersion) -> set[str]:
    """Projects of which units came or went with just this version."""
    return set(_moved_projects(version, [version.pk]))


def learned_projects(version: RepositoryVersion, since: datetime) -> set[str]:
    """Projects of the version's repository where something was learnt of a file since then."""
    rows = fetch(
        """
        SELECT DISTINCT f.project FROM pyindex_pyindexfile f
        JOIN core_repositorycontent held ON held.content_id = f.content_ptr_id
        WHERE held.repository_id = %(repository)s AND f.learned_at >= %(since)s
        """,
        {"repository": version.repository_id, "since": since},
    )
    return {row[0] for row in rows}


def _moved_projects(version: RepositoryVersion, versions: Sequence[UUID]) -> dict[str, bool]:
    """Projects that some versions moved; True: `version` was among them."""
    units = " UNION ALL ".join(
        f"SELECT unit.project, its_own FROM moved"
        f" JOIN {table} unit ON unit.content_ptr_id = content_id"
        for table in UNIT_TABLES
    )
    rows = fetch(
        f"""
        WITH moved AS MATERIALIZED (
            SELECT content_id, version_added_id = %(version)s AS its_own
            FROM core_repositorycontent WHERE version_added_id = ANY(%(versions)s)
            UNION
            SELECT content_id, version_removed_id = %(version)s
            FROM core_repositorycontent WHERE version_removed_id = ANY(%(versions)s))
        SELECT project, bool_or(its_own) FROM ({units}) AS units GROUP BY project
        """,
        {"version": version.pk, "versions": list(versions)},
    )
    return dict(rows)
