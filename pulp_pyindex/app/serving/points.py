"""The versions of the past, as the database has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pulp_pyindex.app.serving.snapshot import Index

#: The repository whose past an index serves, and the newest version of it that the index may show:
#: what is pinned says nothing of what came after.
_SHOWN = """
    shown AS (
        SELECT coalesce(%(repository)s, v.repository_id) AS repository_id,
               CASE WHEN %(repository)s IS NULL THEN v.number END AS newest
        FROM (SELECT) AS one LEFT JOIN core_repositoryversion v ON v.pulp_id = %(version)s)
"""
_PUBLICATION = """
    LEFT JOIN LATERAL (
        SELECT p.pulp_id FROM core_publication p
        WHERE p.repository_version_id = v.pulp_id AND p.complete
          AND p.pulp_type = 'pyindex.pyindex'
        ORDER BY p.pulp_created DESC LIMIT 1
    ) published ON true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A version that still is, and how it is published, if it is."""

    version_pk: UUID
    publication_pk: UUID | None
    #: Of a time: whether no version is missing that may have been the one at that time.
    is_exact: bool = True


def numbered(index: Index, number: int) -> Point | None:
    """The version of that number."""
    row = _row(
        f"""
        WITH {_SHOWN}
        SELECT v.pulp_id, published.pulp_id
        FROM shown JOIN core_repositoryversion v
          ON v.repository_id = shown.repository_id AND v.number = %(number)s AND v.complete
         AND (shown.newest IS NULL OR v.number <= shown.newest)
        {_PUBLICATION}
        """,
        index,
        number=number,
    )
    return Point(version_pk=row[0], publication_pk=row[1]) if row else None


def at(index: Index, moment: datetime) -> Point | None:
    """The newest version that was made until then."""
    row = _row(
        f"""
        WITH {_SHOWN}
        SELECT v.pulp_id, published.pulp_id,
               coalesce(following.number, r.next_version) = v.number + 1
               AND (following.number IS NULL OR following.pulp_created > %(moment)s)
        FROM shown JOIN core_repository r ON r.pulp_id = shown.repository_id
        JOIN LATERAL (
            SELECT * FROM core_repositoryversion v
            WHERE v.repository_id = r.pulp_id AND v.complete AND v.pulp_created <= %(moment)s
              AND (shown.newest IS NULL OR v.number <= shown.newest)
            ORDER BY v.number DESC LIMIT 1
        ) v ON true
        LEFT JOIN LATERAL (
            SELECT f.number, f.pulp_created FROM core_repositoryversion f
            WHERE f.repository_id = r.pulp_id AND f.complete AND f.number > v.number
            ORDER BY f.number LIMIT 1
        ) following ON true
        {_PUBLICATION}
        """,
        index,
        moment=moment,
    )
    return Point(version_pk=row[0], publication_pk=row[1], is_exact=row[2]) if row else None


def begun(index: Index) -> datetime | None:
    """When the repository was made."""
    row = _row(
        f"""
        WITH {_SHOWN}
        SELECT r.pulp_created FROM shown JOIN core_repository r ON r.pulp_id = shown.repository_id
        """,
        index,
    )
    return row[0] if row else None


def checkpoint(index: Index, moment: datetime) -> Point | None:
    """The newest checkpoint that was made until then."""
    row = _row(
        """
        SELECT p.repository_version_id, p.pulp_id
        FROM core_repositoryversion v JOIN core_publication p ON p.repository_version_id = v.pulp_id
        WHERE v.repository_id = %(repository)s AND p.complete AND p.checkpoint
          AND p.pulp_type = 'pyindex.pyindex' AND p.pulp_created <= %(moment)s
        ORDER BY p.pulp_created DESC LIMIT 1
        """,
        index,
        moment=moment,
    )
    return Point(version_pk=row[0], publication_pk=row[1]) if row else None


def _row(sql: str, index: Index, **values: Any) -> tuple[Any, ...] | None:
    given = {"repository": index.repository_pk, "version": index.version_pk, **values}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
