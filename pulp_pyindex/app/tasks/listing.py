"""Which projects an upstream lists, and which of them must be asked for.

The list lives in the task's database session, so that its length costs no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from packaging.utils import NormalizedName

from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.tasks.writing import copy_rows
from pulp_pyindex.index.pages import ProjectEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A project whose page is to be asked for, and what is known of the page."""

    project: NormalizedName
    #: As the list of projects told it.
    serial: int | None
    #: Of what is wanted of it.
    wanted_sha256: str
    #: Of the page as it was last read; None where it must be read again whatever it is.
    etag: str | None
    last_modified: str | None
    page_sha256: str | None


class Listing:
    """The wanted projects of one upstream, each `read`, `failed` or `missing`.

    `read` is what all are until something else is said: what the remote remembers of them is true.
    """

    def __init__(self, remote: PyindexRemote, digest: Callable[[NormalizedName], str]) -> None:
        self._values: dict[str, Any] = {"remote": remote.pk}
        #: Of what is wanted of a project.
        self._digest = digest
        with connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE TEMP TABLE IF NOT EXISTS pyindex_told (
                    project text, serial bigint, wanted_sha256 text)
                """
            )
            cursor.execute(
                """
                CREATE TEMP TABLE IF NOT EXISTS pyindex_listed (
                    project text COLLATE "C" PRIMARY KEY, serial bigint, wanted_sha256 text,
                    outcome text NOT NULL DEFAULT 'read')
                """
            )
        self.clear()

    def clear(self) -> None:
        """Forget what was added so far."""
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE pyindex_told, pyindex_listed")

    def add(self, entries: Iterable[ProjectEntry]) -> None:
        """Note wanted projects, in any order, twice if it must be."""
        digest = self._digest
        copy_rows(
            "pyindex_told",
            ["project", "serial", "wanted_sha256"],
            ((entry.name, entry.serial, digest(entry.name)) for entry in entries),
        )

    def settle(self) -> int:
        """Close the list and say how long it is.

        What the remote remembers of a project is dropped where its units are no longer there
        (orphan clean-up): the project is then asked anew.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO pyindex_listed (project, serial, wanted_sha256)
                SELECT project, max(serial), min(wanted_sha256) FROM pyindex_told GROUP BY project
                """
            )
            count: int = cursor.rowcount
            cursor.execute("ANALYZE pyindex_listed")
            cursor.execute(
                """
                DELETE FROM pyindex_pyindexprojectstate WHERE id IN (
                    SELECT state.id FROM pyindex_pyindexprojectstate state,
                         unnest(state.unit_ids) AS unit (id)
                    LEFT JOIN core_content ON core_content.pulp_id = unit.id
                    WHERE state.remote_id = %(remote)s AND core_content.pulp_id IS NULL)
                """,
                self._values,
            )
        return count

    def absent(self, projects: Sequence[str]) -> list[str]:
        """Those of `projects` that are not on the list, sorted."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT name FROM unnest(%s::text[]) AS wanted (name)
                WHERE NOT EXISTS (SELECT FROM pyindex_listed WHERE project = name)
                ORDER BY name COLLATE "C"
                """,
                [list(projects)],
            )
            return [row[0] for row in cursor.fetchall()]

    def count_to_ask(self) -> int:
        """How many projects may have changed."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {_MAY_HAVE_CHANGED}", self._values)
            count: int = cursor.fetchone()[0]
        return count

    def to_ask(self, after: str, limit: int) -> list[Ask]:
        """The next projects that may have changed, by name."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT listed.project, listed.serial, listed.wanted_sha256,
                       state.wanted_sha256 = listed.wanted_sha256,
                       state.etag, state.last_modified, state.page_sha256
                {_MAY_HAVE_CHANGED} AND listed.project > %(after)s
                ORDER BY listed.project LIMIT %(limit)s
                """,
                {**self._values, "after": after, "limit": limit},
            )
            rows = cursor.fetchall()
            return [
                Ask(
                    project=NormalizedName(project),
                    serial=serial,
                    wanted_sha256=wanted_sha256,
                    etag=etag if known else None,
                    last_modified=last_modified if known else None,
                    page_sha256=page_sha256 if known else None,
                )
                for project, serial, wanted_sha256, known, etag, last_modified, page_sha256 in rows
            ]

    def mark(self, projects: Sequence[str], outcome: str) -> None:
        """Say that projects are `failed` (they keep what they have) or `missing`."""
        if projects:
            with connection.cursor() as cursor:
                cursor.execute(
                    """
                    UPDATE pyindex_listed SET outcome = %s WHERE project = ANY(%s::text[])
                    """,
                    [outcome, list(projects)],
                )

    def count_read(self) -> int:
        """How many projects are known as upstream has them now."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pyindex_listed WHERE outcome = 'read'")
            count: int = cursor.fetchone()[0]
        return count


_MAY_HAVE_CHANGED = """
    FROM pyindex_listed listed
    LEFT JOIN pyindex_pyindexprojectstate state
      ON state.remote_id = %(remote)s AND state.project = listed.project
    WHERE NOT (state.wanted_sha256 IS NOT DISTINCT FROM listed.wanted_sha256
               AND state.serial IS NOT NULL AND listed.serial IS NOT NULL
               AND state.serial = listed.serial)
"""
