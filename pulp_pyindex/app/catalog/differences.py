"""What one version has that another has not, project by project.

The two may be of different repositories. This is the one place that takes a version as the set of
its units, because it is about all of them; it is read in the database, never in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from pulpcore.plugin.models import RepositoryVersion

from .held import IN_VERSION, UNIT_TABLES, fetch, held, version_values

_BETWEEN = """
    WITH old AS (SELECT unnest(content_ids) AS id FROM core_repositoryversion
                 WHERE pulp_id = %(base)s),
         new AS (SELECT unnest(content_ids) AS id FROM core_repositoryversion
                 WHERE pulp_id = %(version)s),
         differing AS (
            (SELECT id, false AS fresh FROM (TABLE old EXCEPT TABLE new) AS gone)
            UNION ALL
            (SELECT id, true FROM (TABLE new EXCEPT TABLE old) AS come))
"""
#: A row where one was made to be like the other; others may hold the same in another order.
_SAME = """
    SELECT FROM core_repositoryversion base
    JOIN core_repositoryversion version ON version.content_ids = base.content_ids
    WHERE base.pulp_id = %(base)s AND version.pulp_id = %(version)s
"""
#: What a task has put together for its repository's next version, see `tasks.versions`.
_PLANNED = """
    WITH differing AS NOT MATERIALIZED (
        SELECT content_id AS id, true AS fresh FROM pyindex_coming
        UNION ALL SELECT content_id, false FROM pyindex_going)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDifference:
    """One file that came, went, or is told of in another way."""

    filename: str
    release: str
    sha256: str
    #: Bytes; None where it is not known.
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YankDifference:
    """One file that is yanked on one side, or for another reason."""

    filename: str
    release: str
    reason: str


@dataclass(slots=True, kw_only=True)
class ProjectDifference:
    """All that differs in one project. `change` is added, removed, or changed."""

    project: str
    change: str = "changed"
    releases_added: list[str] = field(default_factory=list)
    releases_removed: list[str] = field(default_factory=list)
    files_added: list[FileDifference] = field(default_factory=list)
    files_removed: list[FileDifference] = field(default_factory=list)
    #: Same name on both sides: other bytes, or other facts told of the same bytes.
    files_changed: list[FileDifference] = field(default_factory=list)
    yanked: list[YankDifference] = field(default_factory=list)
    unyanked: list[YankDifference] = field(default_factory=list)
    #: Names of files whose provenance came, went or changed.
    provenance_changed: list[str] = field(default_factory=list)
    status_before: str | None = None
    status_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A difference in numbers."""

    projects: int
    files_added: int
    files_removed: int
    #: Bytes of the files that came, and of those that went, where known.
    size_added: int
    size_removed: int


def differences(
    base: RepositoryVersion, version: RepositoryVersion, *, limit: int, offset: int = 0
) -> tuple[int, list[ProjectDifference]]:
    """How many projects differ, and a stretch of them by name, with all that differs in them."""
    return _stretch(_BETWEEN, _values(base, version), base, limit, offset)


def planned(base: RepositoryVersion, *, limit: int) -> tuple[Totals, list[ProjectDifference]]:
    """What the running task has put together for its repository's next version.

    In numbers, where a changed file counts on both sides, and the first projects by name with all
    that differs in them. `base` is the repository's latest version.
    """
    totals, names = _totals(_PLANNED, {}, limit)
    return totals, _described(_PLANNED, {}, base, names)


def differing_projects(base: RepositoryVersion, version: RepositoryVersion) -> list[str]:
    """The names of all projects in which two versions differ, in no order."""
    if fetch(_SAME, _values(base, version)):
        return []
    rows = fetch(f"{_BETWEEN} {_PROJECTS}", _values(base, version))
    return [row[0] for row in rows]


_PROJECTS = " UNION ".join(
    f'SELECT project COLLATE "C" AS project FROM differing JOIN {table} ON content_ptr_id = id'
    for table in UNIT_TABLES
)


def _totals(sets: str, values: dict[str, Any], limit: int) -> tuple[Totals, list[str]]:
    """All in numbers, and the first projects; the units are gone through once."""
    others = " UNION ALL ".join(
        f"SELECT project, fresh, NULL, false FROM differing JOIN {table} ON content_ptr_id = id"
        for table in UNIT_TABLES[1:]
    )
    rows = fetch(
        f"""
        {sets},
        units AS MATERIALIZED (
            SELECT project COLLATE "C" AS project, fresh, size, true AS is_file
            FROM differing JOIN {UNIT_TABLES[0]} ON content_ptr_id = id UNION ALL {others}),
        projects AS MATERIALIZED (SELECT DISTINCT project FROM units),
        first AS (SELECT project FROM projects ORDER BY project LIMIT %(limit)s)
        SELECT (SELECT count(*) FROM projects), (SELECT array_agg(project) FROM first),
               count(*) FILTER (WHERE is_file AND fresh),
               count(*) FILTER (WHERE is_file AND NOT fresh),
               coalesce(sum(size) FILTER (WHERE fresh), 0),
               coalesce(sum(size) FILTER (WHERE NOT fresh), 0)
        FROM units
        """,
        {**values, "limit": limit},
    )
    projects, names, added, removed, size_added, size_removed = rows[0]
    totals = Totals(
        projects=projects,
        files_added=added,
        files_removed=removed,
        size_added=int(size_added),
        size_removed=int(size_removed),
    )
    return totals, names or []


def _stretch(
    sets: str, values: dict[str, Any], base: RepositoryVersion, limit: int, offset: int
) -> tuple[int, list[ProjectDifference]]:
    # One statement: to find what differs is most of the work.
    rows = fetch(
        f"""
        {sets}, units AS MATERIALIZED ({_UNITS}),
        projects AS MATERIALIZED (SELECT DISTINCT project FROM units),
        stretch AS (SELECT project FROM projects ORDER BY project
                    LIMIT %(limit)s OFFSET %(offset)s)
        SELECT units.*, (SELECT count(*) FROM projects) FROM units JOIN stretch USING (project)
        ORDER BY project, kind, filename, fresh
        """,
        {**values, "limit": limit, "offset": offset},
    )
    if not rows:
        return _totals(sets, values, 0)[0].projects if offset else 0, []
    return rows[0][-1], _differences(base, [row[:-1] for row in rows])


def _described(
    sets: str, values: dict[str, Any], base: RepositoryVersion, names: Sequence[str]
) -> list[ProjectDifference]:
    rows = fetch(
        f"""
        {sets} SELECT * FROM ({_UNITS}) AS units WHERE project = ANY(%(projects)s)
        ORDER BY project, kind, filename, fresh
        """,
        {**values, "projects": list(names)},
    )
    return _differences(base, rows)


_UNITS = """
    SELECT project COLLATE "C" AS project, 'file' AS kind, fresh, filename, version, sha256, size,
           NULL AS text
    FROM differing JOIN pyindex_pyindexfile ON content_ptr_id = id
    UNION ALL
    SELECT project, 'yank', fresh, filename, version, NULL, NULL, reason
    FROM differing JOIN pyindex_pyindexyank ON content_ptr_id = id
    UNION ALL
    SELECT project, 'provenance', fresh, filename, version, NULL, NULL, NULL
    FROM differing JOIN pyindex_pyindexprovenance ON content_ptr_id = id
    UNION ALL
    SELECT project, 'status', fresh, NULL, NULL, NULL, NULL, status
    FROM differing JOIN pyindex_pyindexprojectstatus ON content_ptr_id = id
"""


def _differences(
    base: RepositoryVersion, rows: Sequence[tuple[Any, ...]]
) -> list[ProjectDifference]:
    by_name = {name: list(group) for name, group in groupby(rows, key=lambda row: row[0])}
    before = _release_sizes(base, list(by_name))
    return [
        _difference(name, group, before.get(name, Counter())) for name, group in by_name.items()
    ]


def _difference(
    name: str, rows: Sequence[tuple[Any, ...]], before: Counter[str]
) -> ProjectDifference:
    """`before` counts the files of each release on the base's side."""
    found = ProjectDifference(project=name)
    after = before.copy()
    for _, kind, fresh, _, release, _, _, _ in rows:
        if kind == "file":
            after[release] += 1 if fresh else -1
    after = +after  # releases without files are none
    if not before and after:
        found.change = "added"
    elif before and not after:
        found.change = "removed"
    found.releases_added = sorted(after.keys() - before.keys())
    found.releases_removed = sorted(before.keys() - after.keys())
    come: dict[str, FileDifference] = {}
    gone: dict[str, FileDifference] = {}
    for _, kind, fresh, filename, release, sha256, size, text in rows:
        match kind:
            case "file":
                (come if fresh else gone)[filename] = FileDifference(
                    filename=filename, release=release, sha256=sha256, size=size
                )
            case "yank":
                yank = YankDifference(filename=filename, release=release, reason=text)
                (found.yanked if fresh else found.unyanked).append(yank)
            case "provenance":
                if filename not in found.provenance_changed:
                    found.provenance_changed.append(filename)
            case "status":
                if fresh:
                    found.status_after = text
                else:
                    found.status_before = text
    if found.status_after or found.status_before:
        found.status_before = found.status_before or "active"
        found.status_after = found.status_after or "active"
    found.files_added = [file for key, file in come.items() if key not in gone]
    found.files_removed = [file for key, file in gone.items() if key not in come]
    found.files_changed = [file for key, file in come.items() if key in gone]
    return found


def _release_sizes(version: RepositoryVersion, names: Sequence[str]) -> dict[str, Counter[str]]:
    """How many files each release of some projects has in a version."""
    rows = fetch(
        f"""
        SELECT f.project, f.version, count(*) FROM pyindex_pyindexfile f
        {held("f.content_ptr_id", few=True)}
        WHERE f.project = ANY(%(projects)s) AND {IN_VERSION} GROUP BY 1, 2
        """,
        {**version_values(version), "projects": list(names)},
    )
    sizes: dict[str, Counter[str]] = {}
    for name, release, count in rows:
        sizes.setdefault(name, Counter())[release] = count
    return sizes


def _values(base: RepositoryVersion, version: RepositoryVersion) -> dict[str, Any]:
    return {"base": base.pk, "version": version.pk}
