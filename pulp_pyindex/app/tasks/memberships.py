"""The rows that say what a version takes in and lets go, from the tables of `versions`.

Each statement takes the keys `repository`, `version` and `latest`, the version before.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from pulp_pyindex.app.models.keys import new_keys
from pulp_pyindex.app.models.repository import CONTENT_TYPES

_UNIT_TABLES = [model._meta.db_table for model in CONTENT_TYPES]

#: The same as `pyindex_coming`, for sessions that cannot see that.
_COMING = """
    (SELECT unnest(content_ids) FROM core_repositoryversion WHERE pulp_id = %(version)s
     EXCEPT
     SELECT unnest(content_ids) FROM core_repositoryversion WHERE pulp_id = %(latest)s)
    AS coming (content_id) WHERE content_id >= %(middle)s
"""


def list_ids(cursor: Any, values: Mapping[str, Any]) -> None:
    """Write down in the version what it holds, by `like` where that is a version that is equal."""
    # Where nothing goes the repository need not be walked.
    cursor.execute(
        """
        UPDATE core_repositoryversion SET content_ids = CASE
            WHEN %(like)s::uuid IS NOT NULL THEN (
                SELECT content_ids FROM core_repositoryversion WHERE pulp_id = %(like)s)
            WHEN EXISTS (SELECT FROM pyindex_going) THEN ARRAY(
                SELECT content_id FROM core_repositorycontent held
                WHERE repository_id = %(repository)s AND version_removed_id IS NULL
                  AND NOT EXISTS (SELECT FROM pyindex_going going
                                  WHERE going.content_id = held.content_id)
                UNION ALL SELECT content_id FROM pyindex_coming)
            ELSE (SELECT content_ids FROM core_repositoryversion WHERE pulp_id = %(latest)s)
                 || ARRAY(SELECT content_id FROM pyindex_coming)
            END
        WHERE pulp_id = %(version)s
        """,
        values,
    )


def take_in(cursor: Any, values: Mapping[str, Any], source: str = "pyindex_coming") -> None:
    """Insert what comes; `source` is SQL."""
    cursor.execute(
        f"""
        INSERT INTO core_repositorycontent
            (pulp_id, pulp_created, pulp_last_updated, content_id, repository_id,
             version_added_id, version_removed_id)
        SELECT {new_keys("content_id")}, now(), now(), content_id, %(repository)s, %(version)s, NULL
        FROM {source} ORDER BY content_id
        """,
        values,
    )


def take_in_many(cursor: Any, values: Mapping[str, Any]) -> None:
    """Insert what comes by two sessions, each with a transaction of its own.

    PostgreSQL looks up what each row refers to one by one, which takes longer than to insert it: a
    second processor is worth having. The version must be committed, with its ids.
    """
    cursor.execute(
        "SELECT content_id FROM pyindex_coming ORDER BY content_id"
        " OFFSET (SELECT count(*) / 2 FROM pyindex_coming) LIMIT 1"
    )
    halves = {**values, "middle": cursor.fetchone()[0]}
    with ThreadPoolExecutor(max_workers=1) as pool:
        other = pool.submit(_take_in_elsewhere, halves)
        with transaction.atomic():
            take_in(cursor, halves, "pyindex_coming WHERE content_id < %(middle)s")
        other.result()


def _take_in_elsewhere(values: Mapping[str, Any]) -> None:
    # A thread has a session of its own.
    try:
        with connection.cursor() as cursor:
            take_in(cursor, values, _COMING)
    finally:
        connection.close()


def look_anew(cursor: Any) -> None:
    """Let PostgreSQL look at the tables: autovacuum comes a minute later.

    Until then every plan would be for an empty table. A small sample tells enough: how many rows
    there are, and that they differ.
    """
    with transaction.atomic():
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute(f"ANALYZE core_repositorycontent, {', '.join(_UNIT_TABLES)}")


def let_go(cursor: Any, values: Mapping[str, Any]) -> None:
    """Note what goes as gone."""
    # Where nothing goes the repository need not be walked.
    cursor.execute(
        """
        UPDATE core_repositorycontent held
        SET version_removed_id = %(version)s, pulp_last_updated = now()
        FROM pyindex_going
        WHERE held.content_id = pyindex_going.content_id
          AND held.repository_id = %(repository)s AND held.version_removed_id IS NULL
          AND EXISTS (SELECT FROM pyindex_going)
        """,
        values,
    )
