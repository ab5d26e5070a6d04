"""Pages that no publication shows any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

#: A publication in the making may be about to show younger ones.
_IS_OLD = "page.made_at < now() - interval '1 hour'"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesSize:
    """Some pages, and the bytes of them that are stored."""

    pages: int
    bytes: int


def drop_unshown_pages() -> PagesSize:
    """Delete pages that no publication shows any more; what that was comes back.

    Pages younger than an hour stay: a publication in the making may be about to show them.
    """
    return _size_of(
        f"""
        DELETE FROM pyindex_pyindexpage page WHERE {_IS_OLD}
        AND NOT EXISTS (SELECT FROM pyindex_pyindexpublishedproject shown
                        WHERE shown.page_id = page.id)
        RETURNING json, html
        """,
        {},
    )


def unshown_pages(without: Sequence[Any]) -> PagesSize:
    """What `drop_unshown_pages` would delete were these versions gone, by their keys."""
    return _size_of(
        f"""
        SELECT json, html FROM pyindex_pyindexpage page WHERE {_IS_OLD}
        AND NOT EXISTS (
            SELECT FROM pyindex_pyindexpublishedproject shown
            JOIN pyindex_pyindexpublication own ON own.series_id = shown.series_id
             AND own.place >= shown.since AND (own.place < shown.until OR shown.until IS NULL)
            JOIN core_publication p ON p.pulp_id = own.publication_ptr_id
            WHERE shown.page_id = page.id
              AND p.repository_version_id <> ALL(%(without)s::uuid[]))
        """,
        {"without": list(without)},
    )


def _size_of(unshown: str, values: dict[str, Any]) -> PagesSize:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH unshown AS ({unshown})"
            " SELECT count(*), coalesce(sum(length(json) + length(html)), 0) FROM unshown",
            values,
        )
        pages, size = cursor.fetchone()
    return PagesSize(pages=pages, bytes=int(size))
