"""Content that no version will hold once some are gone, and what is left of it afterwards.

It is found before the versions go and kept in tables of the task's database session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Unneeded:
    """Content that no version holds, and what its files take in storage."""

    units: int
    files: int
    bytes: int


NOTHING = Unneeded(units=0, files=0, bytes=0)


def find_unneeded(repository_pk: UUID, going: Sequence[int], protected_since: datetime) -> Unneeded:
    """What nobody needs once the versions of these numbers are gone; `unneeded_units` names it.

    Content that was of interest since that time counts as needed, as Pulp's clean-up has it. To be
    called inside a transaction, before the versions go.
    """
    values: dict[str, Any] = {
        "repository": repository_pk,
        "going": list(going),
        "since": protected_since,
    }
    with connection.cursor() as cursor:
        for statement in (_LEAVING, _LEAVING_FILES):
            cursor.execute(statement, values)
        cursor.execute(
            "SELECT (SELECT count(*) FROM pyindex_leaving),"
            " count(*), coalesce(sum(size), 0) FROM pyindex_leaving_files"
        )
        units, files, size = cursor.fetchone()
    return Unneeded(units=units, files=files, bytes=int(size))


def unneeded_units() -> list[UUID]:
    """The units that `find_unneeded` found, by their keys."""
    return [row[0] for row in _fetch("SELECT content_id FROM pyindex_leaving ORDER BY 1")]


def removed_of_unneeded() -> Unneeded:
    """What of all that `find_unneeded` found is there no more."""
    rows = _fetch(
        """
        SELECT (SELECT count(*) FROM pyindex_leaving l WHERE NOT EXISTS (
                    SELECT FROM core_content c WHERE c.pulp_id = l.content_id)),
               count(*), coalesce(sum(size), 0)
        FROM pyindex_leaving_files f
        WHERE NOT EXISTS (SELECT FROM core_artifact a WHERE a.pulp_id = f.artifact_id)
        """
    )
    units, files, size = rows[0]
    return Unneeded(units=units, files=files, bytes=int(size))


def _fetch(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


#: Units all whose versions go. The newest version stays, so each of them was removed by some.
_LEAVING = """
    DROP TABLE IF EXISTS pyindex_leaving, pyindex_leaving_files;
    CREATE TEMPORARY TABLE pyindex_leaving AS
    WITH staying AS (
        SELECT number FROM core_repositoryversion
        WHERE repository_id = %(repository)s AND complete AND number <> ALL(%(going)s)),
    stays AS (
        SELECT held.content_id,
               held.removed IS NULL OR EXISTS (
                   SELECT FROM staying
                   WHERE number >= held.added AND number < held.removed) AS stays
        FROM (
            SELECT c.content_id, added.number AS added, removed.number AS removed
            FROM core_repositorycontent c
            JOIN core_repositoryversion added ON added.pulp_id = c.version_added_id
            LEFT JOIN core_repositoryversion removed ON removed.pulp_id = c.version_removed_id
            WHERE c.repository_id = %(repository)s) AS held)
    SELECT own.content_id FROM stays own
    JOIN core_content unit ON unit.pulp_id = own.content_id
    WHERE unit.timestamp_of_interest < %(since)s
      AND NOT EXISTS (SELECT FROM core_repositorycontent other
                      WHERE other.content_id = own.content_id
                        AND other.repository_id <> %(repository)s)
    GROUP BY own.content_id HAVING NOT bool_or(own.stays)
"""

_LEAVING_FILES = """
    CREATE TEMPORARY TABLE pyindex_leaving_files AS
    SELECT DISTINCT a.pulp_id AS artifact_id, a.size
    FROM pyindex_leaving JOIN core_contentartifact ca USING (content_id)
    JOIN core_artifact a ON a.pulp_id = ca.artifact_id
    WHERE a.timestamp_of_interest < %(since)s AND NOT EXISTS (
        SELECT FROM core_contentartifact other
        WHERE other.artifact_id = a.pulp_id
          AND other.content_id NOT IN (SELECT content_id FROM pyindex_leaving))
"""
