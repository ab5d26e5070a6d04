"""Repository versions and publications as pages: the only query for pages.

A version's content is found through core_repositorycontent, by index, and never by unnesting the
version's `content_ids`: what a request costs does not grow with the repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app.models import PyindexPublication
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.paths import file_link, provenance_path

#: Projects looked up by one statement: few enough for little memory, enough to hide round trips.
BATCH = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_IN_VERSION = """
    held.repository_id = %(repository)s AND added.number <= %(number)s
    AND (removed.number IS NULL OR removed.number > %(number)s)
"""


def _held(content: str) -> str:
    """The joins from a content id to the versions that took it in and let it go."""
    return f"""
        JOIN core_repositorycontent held ON held.content_id = {content}
        JOIN core_repositoryversion added ON added.pulp_id = held.version_added_id
        LEFT JOIN core_repositoryversion removed ON removed.pulp_id = held.version_removed_id
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A published page: deflated tails as `index.rendering` made them, and what its head needs."""

    json: bytes
    html: bytes
    api_version: str
    has_origin: bool
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file that a version holds, and where its bytes are."""

    content_pk: UUID
    content_artifact_pk: UUID | None
    domain_pk: UUID
    project: str
    version: str
    filename: str
    sha256: str
    size: int | None
    metadata_sha256: str | None
    #: Name in the domain's storage; None while the file is at its upstream only.
    storage_name: str | None
    #: The same for its `.metadata`.
    metadata_storage_name: str | None


def project_page(version: RepositoryVersion, project: str) -> ProjectPage | None:
    """The page of one normalised project, or None where the version does not know it."""
    return next(project_pages(version, [project]), None)


def project_pages(
    version: RepositoryVersion, projects: Iterable[str] | None = None
) -> Iterator[ProjectPage]:
    """The pages of the named projects (None: all), by name; unknown projects are passed over.

    `serial` is set on each. Memory is bounded by `BATCH` projects.
    """
    names = sorted(set(projects)) if projects is not None else list(project_names(version))
    for start in range(0, len(names), BATCH):
        yield from _pages(version, names[start : start + BATCH])


def project_names(version: RepositoryVersion) -> list[str]:
    """The normalised names of all projects of a version, sorted by code point."""
    rows = _fetch(
        f"""
        SELECT project COLLATE "C" FROM (
            SELECT f.project FROM pyindex_pyindexfile f
            {_held("f.content_ptr_id")} WHERE {_IN_VERSION}
            UNION
            SELECT s.project FROM pyindex_pyindexprojectstatus s
            {_held("s.content_ptr_id")} WHERE {_IN_VERSION}
        ) AS known ORDER BY 1
        """,
        _version_values(version),
    )
    return [row[0] for row in rows]


def version_serial(version: RepositoryVersion) -> int:
    """The serial of the list of projects: every version changes something."""
    return (version.pulp_created - _EPOCH) // timedelta(milliseconds=1)


def root_entries(version: RepositoryVersion) -> list[ProjectEntry]:
    """The list of projects of a version with their serials, sorted by name."""
    serials = project_serials(version)
    return [
        ProjectEntry(name=NormalizedName(name), serial=serials[name])
        for name in project_names(version)
    ]


def project_serials(
    version: RepositoryVersion, projects: Sequence[str] | None = None
) -> dict[str, int]:
    """Serial by project: when the version was made that last changed it, in ms since the epoch.

    A change is any unit of the project (file, yank, provenance, status) added or removed.
    """
    chosen = "" if projects is None else "AND unit.project = ANY(%(projects)s)"
    units = " UNION ALL ".join(
        f"""
        SELECT unit.project,
               greatest(added.pulp_created,
                        CASE WHEN removed.number <= %(number)s THEN removed.pulp_created END)
        FROM {table} unit {_held("unit.content_ptr_id")}
        WHERE held.repository_id = %(repository)s AND added.number <= %(number)s {chosen}
        """
        for table in _UNIT_TABLES
    )
    rows = _fetch(
        f"""
        SELECT project, floor(extract(epoch FROM max(changed)) * 1000)::bigint
        FROM ({units}) AS changes (project, changed) GROUP BY project
        """,
        {**_version_values(version), "projects": projects},
    )
    return dict(rows)


def changed_projects(base: PyindexPublication, version: RepositoryVersion) -> list[str]:
    """Projects whose page in a version may differ from what an earlier publication shows.

    That is where a unit came or went after the publication's version (a change that was taken
    back counts, as it leaves a serial behind), and where something was learnt of a file since the
    publication was made (see `models.content`).
    """
    units = " UNION ".join(
        f"""
        SELECT unit.project FROM {table} unit {_held("unit.content_ptr_id")}
        WHERE held.repository_id = %(repository)s
          AND ((added.number > %(after)s AND added.number <= %(number)s)
            OR (removed.number > %(after)s AND removed.number <= %(number)s))
        """
        for table in _UNIT_TABLES
    )
    rows = _fetch(
        f"""
        {units}
        UNION
        SELECT f.project FROM pyindex_pyindexfile f
        JOIN core_repositorycontent held ON held.content_id = f.content_ptr_id
        WHERE held.repository_id = %(repository)s AND f.learned_at >= %(since)s
        """,
        {
            **_version_values(version),
            "after": base.repository_version.number,
            "since": base.pulp_created,
        },
    )
    return sorted(row[0] for row in rows)


def published_page(publication_pk: UUID, project: str) -> StoredPage | None:
    """The stored page of a project in a publication; project "" is the list of projects."""
    rows = _fetch(
        """
        SELECT page.json, page.html, page.api_version, page.has_origin, shown.serial
        FROM pyindex_pyindexpublishedproject shown
        JOIN pyindex_pyindexpage page ON page.id = shown.page_id
        WHERE shown.publication_id = %(publication)s AND shown.project = %(project)s
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


def find_file(version: RepositoryVersion, sha256: str, filename: str) -> FoundFile | None:
    """The file of that name and digest, if the version holds it and its project is offered."""
    rows = _fetch(
        f"""
        SELECT f.content_ptr_id, own.pulp_id, f._pulp_domain_id, f.project, f.version, f.filename,
               f.sha256, coalesce(stored.size, f.size), f.metadata_sha256, stored.file, meta.file
        FROM pyindex_pyindexfile f {_held("f.content_ptr_id")}
        LEFT JOIN core_contentartifact own
               ON own.content_id = f.content_ptr_id AND own.relative_path = f.filename
        LEFT JOIN core_artifact stored ON stored.pulp_id = own.artifact_id
        LEFT JOIN core_contentartifact metaown
               ON metaown.content_id = f.content_ptr_id
              AND metaown.relative_path = f.filename || '.metadata'
        LEFT JOIN core_artifact meta ON meta.pulp_id = metaown.artifact_id
        WHERE f._pulp_domain_id = %(domain)s AND f.filename = %(filename)s
          AND f.sha256 = %(sha256)s AND {_IN_VERSION}
          AND NOT EXISTS (
              SELECT FROM pyindex_pyindexprojectstatus s {_held("s.content_ptr_id")}
              WHERE s.project = f.project AND s.status = 'quarantined' AND {_IN_VERSION})
        """,
        {
            **_version_values(version),
            "domain": version.repository.pulp_domain_id,
            "sha256": sha256,
            "filename": filename,
        },
    )
    for row in rows:
        return FoundFile(
            content_pk=row[0],
            content_artifact_pk=row[1],
            domain_pk=row[2],
            project=row[3],
            version=row[4],
            filename=row[5],
            sha256=row[6],
            size=row[7],
            metadata_sha256=row[8],
            storage_name=row[9],
            metadata_storage_name=row[10],
        )
    return None


def find_provenance(version: RepositoryVersion, project: str, filename: str) -> str | None:
    """The provenance object (JSON text) a version holds for a file."""
    rows = _fetch(
        f"""
        SELECT p.document FROM pyindex_pyindexprovenance p {_held("p.content_ptr_id")}
        WHERE p.project = %(project)s AND p.filename = %(filename)s AND {_IN_VERSION}
        """,
        {**_version_values(version), "project": project, "filename": filename},
    )
    return next((row[0] for row in rows), None)


_UNIT_TABLES = (
    "pyindex_pyindexfile",
    "pyindex_pyindexyank",
    "pyindex_pyindexprovenance",
    "pyindex_pyindexprojectstatus",
)


def _pages(version: RepositoryVersion, names: Sequence[str]) -> Iterator[ProjectPage]:
    """Pages of a few projects: one statement for each kind of unit."""
    values = {**_version_values(version), "projects": list(names)}
    statuses = {
        project: ProjectStatus(status=Status(status), reason=reason)
        for project, status, reason in _units(
            "pyindex_pyindexprojectstatus", "unit.project, unit.status, unit.reason", values
        )
    }
    yanks = dict(_units("pyindex_pyindexyank", "unit.filename, unit.reason", values))
    attested = {row[0] for row in _units("pyindex_pyindexprovenance", "unit.filename", values)}
    serials = project_serials(version, list(names))
    files = _units(
        "pyindex_pyindexfile",
        'unit.project COLLATE "C", unit.version, unit.filename, unit.sha256, unit.hashes,'
        " unit.requires_python, unit.size, unit.upload_time, unit.metadata_sha256",
        values,
        order='ORDER BY unit.project COLLATE "C"',
    )
    rows_of = {project: list(rows) for project, rows in groupby(files, key=lambda row: row[0])}
    for name in names:
        if name in rows_of or name in statuses:
            status = statuses.get(name, ProjectStatus())
            offered = [] if status.status is Status.QUARANTINED else rows_of.get(name, [])
            yield _page(name, offered, status, serials[name], yanks, attested)


def _page(
    name: str,
    rows: Sequence[tuple[Any, ...]],
    status: ProjectStatus,
    serial: int,
    yanks: dict[str, str],
    attested: set[str],
) -> ProjectPage:
    ordered = sorted(rows, key=lambda row: (_version_order(row[1]), row[2]))
    return ProjectPage(
        name=NormalizedName(name),
        files=tuple(_file(row, yanks, attested) for row in ordered),
        versions=tuple(dict.fromkeys(row[1] for row in ordered)),
        status=status,
        serial=serial,
    )


def _file(row: tuple[Any, ...], yanks: dict[str, str], attested: set[str]) -> File:
    project, version, filename, sha256, hashes, requires_python, size, upload_time, meta = row
    if isinstance(hashes, str):  # a raw cursor hands jsonb over as text
        hashes = json.loads(hashes)
    return File(
        filename=filename,
        url=file_link(sha256, filename),
        hashes={**hashes, "sha256": sha256},
        requires_python=requires_python,
        size=size,
        upload_time=upload_time,
        yanked=yanks.get(filename),
        core_metadata=None if meta is None else ({"sha256": meta} if meta else {}),
        provenance=provenance_path(project, version, filename) if filename in attested else None,
    )


def _version_order(version: str) -> tuple[int, Version, str]:
    """Oldest first; what PEP 440 cannot read comes before everything, by its text."""
    try:
        return 1, Version(version), version
    except InvalidVersion:
        return 0, _NO_VERSION, version


_NO_VERSION = Version("0")


def _units(
    table: str, columns: str, values: dict[str, Any], order: str = ""
) -> Iterable[tuple[Any, ...]]:
    return _fetch(
        f"""
        SELECT {columns} FROM {table} unit {_held("unit.content_ptr_id")}
        WHERE unit.project = ANY(%(projects)s) AND {_IN_VERSION} {order}
        """,
        values,
    )


def _version_values(version: RepositoryVersion) -> dict[str, Any]:
    return {"repository": version.repository_id, "number": version.number}


def _fetch(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    # Every statement here is put together from constants of this file; values are parameters.
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
