"""Bring a repository in line with what the remote's upstream says: what comes, what goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.tasks.units import KINDS
from pulp_pyindex.app.tasks.versions import Change

_HELD = "held.repository_id = %(repository)s AND held.version_removed_id IS NULL"
#: Projects of which `remote` knows what its upstream says.
_READ = """
    SELECT state.project FROM pyindex_pyindexprojectstate state
    JOIN pyindex_listed listed USING (project)
    WHERE state.remote_id = %(remote)s AND listed.outcome = 'read'
"""


def desire(cursor: Any, remote: PyindexRemote) -> None:
    """Fill `pyindex_desired` with the units of all projects that were read, now or before."""
    _desire_nothing(cursor)
    cursor.execute(
        """
        INSERT INTO pyindex_desired
        SELECT DISTINCT unnest(state.unit_ids)
        FROM pyindex_pyindexprojectstate state JOIN pyindex_listed listed USING (project)
        WHERE state.remote_id = %s AND listed.outcome = 'read'
        """,
        [remote.pk],
    )
    cursor.execute("ANALYZE pyindex_desired")


def align(change: Change, remote: PyindexRemote, *, mirror: bool, broken: Sequence[UUID]) -> None:
    """Fill the tables of `change`; `broken` are files that could not be downloaded.

    Mirroring, everything goes that is not desired, except what belongs to a project that failed.
    Otherwise nothing goes but what upstream takes back of the very files it lists: yanks,
    statuses, provenance.
    """
    cursor = change.cursor
    values = {"repository": change.repository.pk, "remote": remote.pk}
    _bring_desired(cursor, values)
    if mirror:
        _let_go_undesired(cursor, values)
    else:
        _let_go_taken_back(cursor, values, read=_READ, with_provenance=remote.provenance)
    if broken:
        _leave_out(cursor, broken)


def follow(
    change: Change, remote: PyindexRemote, *, units: Sequence[UUID], projects: Sequence[str]
) -> None:
    """As `align` without mirror, of some files only: add to the tables of `change`.

    `units` are those files and all that upstream says of them and of `projects`, which are those
    whose pages are known.
    """
    cursor = change.cursor
    _desire_nothing(cursor)
    cursor.execute("INSERT INTO pyindex_desired SELECT DISTINCT unnest(%s::uuid[])", [list(units)])
    cursor.execute("ANALYZE pyindex_desired")
    values = {"repository": change.repository.pk, "projects": list(projects)}
    _bring_desired(cursor, values)
    read = "SELECT unnest(%(projects)s::text[])"
    _let_go_taken_back(cursor, values, read=read, with_provenance=remote.provenance)


def _desire_nothing(cursor: Any) -> None:
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS pyindex_desired (content_id uuid PRIMARY KEY)")
    cursor.execute("TRUNCATE pyindex_desired")


def _bring_desired(cursor: Any, values: dict[str, Any]) -> None:
    cursor.execute(
        f"""
        INSERT INTO pyindex_coming
        SELECT content_id FROM pyindex_desired
        WHERE NOT EXISTS (SELECT FROM core_repositorycontent held
                          WHERE held.content_id = pyindex_desired.content_id AND {_HELD})
        ON CONFLICT DO NOTHING
        """,
        values,
    )


def _let_go_undesired(cursor: Any, values: dict[str, Any]) -> None:
    cursor.execute(
        f"""
        INSERT INTO pyindex_going
        SELECT held.content_id FROM core_repositorycontent held
        WHERE {_HELD} AND NOT EXISTS (
            SELECT FROM pyindex_desired WHERE content_id = held.content_id)
        """,
        values,
    )
    for kind in KINDS:
        cursor.execute(
            f"""
            DELETE FROM pyindex_going USING {kind.model._meta.db_table} unit, pyindex_listed
            WHERE unit.content_ptr_id = pyindex_going.content_id
              AND pyindex_listed.project = unit.project
              AND pyindex_listed.outcome = 'failed'
            """
        )


def _let_go_taken_back(
    cursor: Any, values: dict[str, Any], *, read: str, with_provenance: bool
) -> None:
    """`read` is SQL for the projects whose pages are known."""
    # Where upstream is not asked for provenance, what there is holds as long as the bytes.
    stale = "" if with_provenance else "AND file.sha256 <> unit.file_sha256"
    for table, taken_back in (("pyindex_pyindexyank", ""), ("pyindex_pyindexprovenance", stale)):
        cursor.execute(
            f"""
            INSERT INTO pyindex_going
            SELECT unit.content_ptr_id FROM {table} unit
            JOIN core_repositorycontent held ON held.content_id = unit.content_ptr_id AND {_HELD}
            WHERE NOT EXISTS (SELECT FROM pyindex_desired WHERE content_id = unit.content_ptr_id)
              AND EXISTS (SELECT FROM pyindex_pyindexfile file
                          JOIN pyindex_desired ON content_id = file.content_ptr_id
                          WHERE file.project = unit.project AND file.filename = unit.filename
                            {taken_back})
            ON CONFLICT DO NOTHING
            """,
            values,
        )
    cursor.execute(
        f"""
        INSERT INTO pyindex_going
        SELECT unit.content_ptr_id FROM pyindex_pyindexprojectstatus unit
        JOIN core_repositorycontent held ON held.content_id = unit.content_ptr_id AND {_HELD}
        WHERE unit.project IN ({read})
          AND NOT EXISTS (SELECT FROM pyindex_desired WHERE content_id = unit.content_ptr_id)
        ON CONFLICT DO NOTHING
        """,
        values,
    )


def _leave_out(cursor: Any, broken: Sequence[UUID]) -> None:
    """Neither files that could not be had come, nor what is said of them; what is there stays."""
    values = {"broken": list(broken)}
    for table in ("pyindex_pyindexyank", "pyindex_pyindexprovenance"):
        cursor.execute(
            f"""
            DELETE FROM pyindex_coming USING {table} unit, pyindex_pyindexfile file
            WHERE unit.content_ptr_id = pyindex_coming.content_id
              AND file.content_ptr_id = ANY(%(broken)s)
              AND file.project = unit.project AND file.filename = unit.filename
            """,
            values,
        )
    cursor.execute("DELETE FROM pyindex_coming WHERE content_id = ANY(%(broken)s)", values)
    cursor.execute(
        """
        DELETE FROM pyindex_going USING pyindex_pyindexfile old, pyindex_pyindexfile file
        WHERE old.content_ptr_id = pyindex_going.content_id
          AND file.content_ptr_id = ANY(%(broken)s)
          AND old.project = file.project AND old.filename = file.filename
        """,
        values,
    )
