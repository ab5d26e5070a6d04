"""Which names a repository owns: the projects it has, and those it had.

In a repository that keeps what passes through an index, only what did not pass is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pulpcore.plugin.models import RepositoryVersion

from .held import IN_VERSION, fetch, held, version_values

#: Units that make a project one of the repository's.
_NAMING = ("pyindex_pyindexfile", "pyindex_pyindexprojectstatus")

#: Of the files `f` of a version: those that came in another way than through an index.
_OWN = f"""
    FROM pyindex_pyindexfile f {held("f.content_ptr_id")}
    WHERE {IN_VERSION} AND (
        NOT EXISTS (
            SELECT FROM pyindex_pyindexcachedfile kept WHERE kept.file_id = f.content_ptr_id
        )
        OR EXISTS (
            SELECT FROM pyindex_pyindexupload u
            WHERE u.repository_id = %(repository)s AND u.project = f.project
              AND u.filename = f.filename AND u.sha256 = f.sha256 AND u.state = 'committed'))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Since when a name is a repository's."""

    #: When the project first came, as far as the repository remembers.
    since: datetime | None
    #: When the last of it was taken away; None: the version has it.
    gone: datetime | None


def claim(version: RepositoryVersion, project: str) -> Claim | None:
    """What a version's repository has had of a project up to that version; None: nothing ever."""
    units = " UNION ALL ".join(
        f"""
        SELECT added.pulp_created,
               CASE WHEN removed.number <= %(number)s THEN removed.pulp_created END
        FROM {table} unit {held("unit.content_ptr_id", few=True)}
        WHERE unit.project = %(project)s AND added.number <= %(number)s
        """
        for table in _NAMING
    )
    rows = fetch(
        f"""
        WITH units (come, gone) AS ({units}),
        traces (come, gone) AS (
            TABLE units
            UNION ALL
            SELECT NULL, removed_at FROM pyindex_pyindexreservedfilename
            WHERE repository_id = %(repository)s AND project = %(project)s)
        SELECT min(come), max(gone), (SELECT count(*) FROM units WHERE gone IS NULL), count(*)
        FROM traces
        """,
        {**version_values(version), "project": project},
    )
    since, gone, present, traces = rows[0]
    if not traces:
        return None
    return Claim(since=since, gone=None if present else gone)


def claimed_names(version: RepositoryVersion) -> frozenset[str]:
    """The names of all projects that a version's repository has had up to that version."""
    units = " UNION ".join(
        f"""
        SELECT unit.project FROM {table} unit {held("unit.content_ptr_id")}
        WHERE held.repository_id = %(repository)s AND added.number <= %(number)s
        """
        for table in _NAMING
    )
    rows = fetch(
        f"""
        {units} UNION
        SELECT project FROM pyindex_pyindexreservedfilename
        WHERE repository_id = %(repository)s AND project <> ''
        """,
        version_values(version),
    )
    return frozenset(row[0] for row in rows)


def own_filenames(version: RepositoryVersion, project: str) -> frozenset[str]:
    """Of a version that keeps what passes through: the files of a project that are its own."""
    rows = fetch(
        f"SELECT f.filename {_OWN} AND f.project = %(project)s",
        {**version_values(version), "project": project},
    )
    return frozenset(row[0] for row in rows)


def own_names(version: RepositoryVersion) -> list[str]:
    """Of such a version: the projects that have files of its own, sorted."""
    rows = fetch(
        f'SELECT DISTINCT f.project COLLATE "C" {_OWN} ORDER BY 1', version_values(version)
    )
    return [row[0] for row in rows]


def uploaded_since(version: RepositoryVersion, project: str) -> datetime | None:
    """When a file of a project was first uploaded to a version's repository; None: never."""
    rows = fetch(
        """
        SELECT min(pulp_created) FROM pyindex_pyindexupload
        WHERE repository_id = %(repository)s AND project = %(project)s AND state = 'committed'
        """,
        {**version_values(version), "project": project},
    )
    found: datetime | None = rows[0][0]
    return found
