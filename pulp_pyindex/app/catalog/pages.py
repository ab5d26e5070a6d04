"""Repository versions as pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.paths import file_link, provenance_link

from .held import IN_VERSION, UNIT_TABLES, fetch, held, version_values

#: Projects looked up by one statement: few enough for little memory, enough to hide round trips.
BATCH = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def project_page(version: RepositoryVersion, project: str) -> ProjectPage | None:
    """The page of one normalised project, or None where the version does not know it."""
    return next(project_pages(version, [project]), None)


def project_pages(
    version: RepositoryVersion,
    projects: Iterable[str] | None = None,
    moved: Set[str] = frozenset(),
) -> Iterator[ProjectPage]:
    """The pages of the named projects (None: all), by name; unknown projects are passed over.

    `serial` is set on each; `moved` are as for `project_serials`. Memory is bounded by `BATCH`
    projects.
    """
    names = sorted(set(projects)) if projects is not None else list(project_names(version))
    for start in range(0, len(names), BATCH):
        yield from _pages(version, names[start : start + BATCH], moved)


def project_names(version: RepositoryVersion) -> list[str]:
    """The normalised names of all projects of a version, sorted by code point."""
    rows = fetch(
        f"""
        SELECT project COLLATE "C" FROM (
            SELECT f.project FROM pyindex_pyindexfile f
            {held("f.content_ptr_id")} WHERE {IN_VERSION}
            UNION
            SELECT s.project FROM pyindex_pyindexprojectstatus s
            {held("s.content_ptr_id")} WHERE {IN_VERSION}
        ) AS known ORDER BY 1
        """,
        version_values(version),
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
    version: RepositoryVersion,
    projects: Sequence[str] | None = None,
    moved: Set[str] = frozenset(),
) -> dict[str, int]:
    """Serial by project: when the version was made that last changed it, in ms since the epoch.

    A change is any unit of the project (file, yank, provenance, status) added or removed. `moved`
    are projects of which this very version is known to have changed something: its own serial is
    theirs, and they are not looked for.
    """
    if projects is None:
        return _looked_up(version, None)
    own = version_serial(version)
    serials = {project: own for project in projects if project in moved}
    if len(serials) < len(projects):
        others = [project for project in projects if project not in serials]
        serials.update(_looked_up(version, others))
    return serials


def _looked_up(version: RepositoryVersion, projects: Sequence[str] | None) -> dict[str, int]:
    chosen = "" if projects is None else "AND unit.project = ANY(%(projects)s)"
    memberships = held("unit.content_ptr_id", few=projects is not None and len(projects) <= BATCH)
    units = " UNION ALL ".join(
        f"""
        SELECT unit.project,
               greatest(added.pulp_created,
                        CASE WHEN removed.number <= %(number)s THEN removed.pulp_created END)
        FROM {table} unit {memberships}
        WHERE held.repository_id = %(repository)s AND added.number <= %(number)s {chosen}
        """
        for table in UNIT_TABLES
    )
    rows = fetch(
        f"""
        SELECT project, floor(extract(epoch FROM max(changed)) * 1000)::bigint
        FROM ({units}) AS changes (project, changed) GROUP BY project
        """,
        {**version_values(version), "projects": projects},
    )
    return dict(rows)


def _pages(
    version: RepositoryVersion, names: Sequence[str], moved: Set[str]
) -> Iterator[ProjectPage]:
    """Pages of a few projects: one statement for files, one for what is said of them."""
    values = {**version_values(version), "projects": list(names)}
    statuses: dict[str, ProjectStatus] = {}
    yanks: dict[str, str] = {}
    attested: set[tuple[str, str]] = set()
    for kind, about, told, reason in fetch(_SAID, values):
        if kind == "status":
            statuses[about] = ProjectStatus(status=Status(told), reason=reason)
        elif kind == "yank":
            yanks[about] = reason
        else:
            attested.add((about, told))
    serials = project_serials(version, list(names), moved)
    files = fetch(_FILES, values)
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
    attested: set[tuple[str, str]],
) -> ProjectPage:
    ordered = sorted(rows, key=lambda row: (version_order(row[1]), row[2]))
    return ProjectPage(
        name=NormalizedName(name),
        files=tuple(_file(row, yanks, attested) for row in ordered),
        versions=tuple(dict.fromkeys(row[1] for row in ordered)),
        status=status,
        serial=serial,
    )


def _file(row: tuple[Any, ...], yanks: dict[str, str], attested: set[tuple[str, str]]) -> File:
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
        provenance=provenance_link(project, version, filename)
        if (filename, sha256) in attested
        else None,
    )


def version_order(version: str) -> tuple[int, Version, str]:
    """Oldest first; what PEP 440 cannot read comes before everything, by its text."""
    try:
        return 1, Version(version), version
    except InvalidVersion:
        return 0, _NO_VERSION, version


_NO_VERSION = Version("0")


def _units(table: str, columns: str) -> str:
    return f"""
        SELECT {columns} FROM {table} unit {held("unit.content_ptr_id", few=True)}
        WHERE unit.project = ANY(%(projects)s) AND {IN_VERSION}
    """


_FILES = (
    _units(
        "pyindex_pyindexfile",
        'unit.project COLLATE "C", unit.version, unit.filename, unit.sha256, unit.hashes,'
        " unit.requires_python, unit.size, unit.upload_time, unit.metadata_sha256",
    )
    + ' ORDER BY unit.project COLLATE "C"'
)
_SAID = " UNION ALL ".join(
    (
        _units("pyindex_pyindexprojectstatus", "'status', unit.project, unit.status, unit.reason"),
        _units("pyindex_pyindexyank", "'yank', unit.filename, '', unit.reason"),
        _units("pyindex_pyindexprovenance", "'provenance', unit.filename, unit.file_sha256, ''"),
    )
)
