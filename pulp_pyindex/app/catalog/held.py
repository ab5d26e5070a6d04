"""What a version holds, in SQL: by index, and never by unnesting the version's `content_ids`.

What a request costs does not grow with the repository.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from pulpcore.plugin.models import RepositoryVersion

#: Narrows rows joined by `held` to a version; takes the values of `version_values`.
IN_VERSION = """
    held.repository_id = %(repository)s AND added.number <= %(number)s
    AND (removed.number IS NULL OR removed.number > %(number)s)
"""

#: Tables of all units; each has a column `project`.
UNIT_TABLES = (
    "pyindex_pyindexfile",
    "pyindex_pyindexyank",
    "pyindex_pyindexprovenance",
    "pyindex_pyindexprojectstatus",
)


def held(content: str, *, few: bool = False) -> str:
    """The joins from a content id to the versions that took it in and let it go.

    `few` takes the values of `version_values`, and looks each unit and its versions up by index:
    PostgreSQL would walk the whole repository, or all versions, for some hundred units. It must
    not know which repository it is about either: of one that is younger than its statistics it
    thinks that nothing is there to walk.
    """
    if few:
        return f"""
            JOIN LATERAL (
                SELECT * FROM core_repositorycontent
                WHERE content_id = {content} AND repository_id = (SELECT %(repository)s::uuid)
                OFFSET 0) held ON true
            JOIN LATERAL (
                SELECT number, pulp_created FROM core_repositoryversion
                WHERE pulp_id = held.version_added_id OFFSET 0) added ON true
            LEFT JOIN LATERAL (
                SELECT number, pulp_created FROM core_repositoryversion
                WHERE pulp_id = held.version_removed_id OFFSET 0) removed ON true
        """
    return f"""
        JOIN core_repositorycontent held ON held.content_id = {content}
        JOIN core_repositoryversion added ON added.pulp_id = held.version_added_id
        LEFT JOIN core_repositoryversion removed ON removed.pulp_id = held.version_removed_id
    """


def held_now(content: str) -> str:
    """The join from a content id to the row by which the newest version of a repository holds it.

    Each unit is looked up by index, as by `held` where it is about few. Takes `repository`.
    """
    return f"""
        JOIN LATERAL (
            SELECT version_added_id FROM core_repositorycontent
            WHERE content_id = {content} AND repository_id = (SELECT %(repository)s::uuid)
              AND version_removed_id IS NULL
            OFFSET 0) held ON true
    """


def version_values(version: RepositoryVersion) -> dict[str, Any]:
    return {"repository": version.repository_id, "number": version.number}


def fetch(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    # Every statement here is put together from constants of this file; values are parameters.
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
