"""What a pull-through index keeps, and what of it would give way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from .held import fetch

#: Files that are looked at by one statement.
_STEP = 1000

#: Whether nobody but the cache needs the bytes of a file: no version of another repository holds
#: them, and every unit they belong to can fetch them again. Takes `repository`.
_IS_FREE = """
    NOT EXISTS (
        SELECT FROM core_contentartifact other
        JOIN core_repositorycontent held ON held.content_id = other.content_id
        WHERE other.artifact_id = own.artifact_id
          AND held.repository_id IS DISTINCT FROM %(repository)s)
    AND NOT EXISTS (
        SELECT FROM core_contentartifact other
        LEFT JOIN core_remoteartifact way ON way.content_artifact_id = other.pulp_id
        WHERE other.artifact_id = own.artifact_id AND way.pulp_id IS NULL)
"""
_OWN = """
    JOIN pyindex_pyindexfile unit ON unit.content_ptr_id = cached.file_id
    JOIN core_contentartifact own
      ON own.content_id = unit.content_ptr_id AND own.relative_path = unit.filename
     AND own.artifact_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """A file that gives way."""

    cached_pk: int
    artifact_pk: UUID
    filename: str
    size: int
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheTotals:
    """What an index keeps and knows."""

    files: int
    bytes: int
    pages: int
    missing: int
    stale: int
    failing: int
    failing_since: datetime | None
    failure: str


def victims(
    distribution_pk: UUID,
    repository_pk: UUID | None,
    *,
    max_size: int | None,
    unused_since: datetime | None,
    not_since: datetime | None = None,
) -> Iterator[Victim]:
    """The files that give way, those first that went unused for longest.

    `max_size` is what all that is kept may come to, `unused_since` when a file must have been used
    since. None of those used after `not_since`. What is looked at is what gives way, not all that
    is kept.
    """
    surplus = 0
    if max_size is not None:
        surplus = _size(distribution_pk) - max_size
    after: tuple[datetime | None, int] = None, 0
    while True:
        rows = _next(distribution_pk, repository_pk, after)
        for pk, artifact, filename, size, used_at, is_free in rows:
            is_old = unused_since is not None and used_at < unused_since
            if (surplus <= 0 and not is_old) or (not_since is not None and used_at > not_since):
                return
            if is_free:
                surplus -= size
                yield Victim(
                    cached_pk=pk,
                    artifact_pk=artifact,
                    filename=filename,
                    size=size,
                    used_at=used_at,
                )
        if len(rows) < _STEP:
            return
        after = rows[-1][4], rows[-1][0]


def _size(distribution_pk: UUID) -> int:
    rows = fetch(
        """
        SELECT coalesce(sum(size), 0)::bigint FROM pyindex_pyindexcachedfile
        WHERE distribution_id = %(distribution)s
        """,
        {"distribution": distribution_pk},
    )
    return int(rows[0][0])


def _next(
    distribution_pk: UUID, repository_pk: UUID | None, after: tuple[datetime | None, int]
) -> list[Any]:
    """The next files by their last use, each with whether it is free."""
    return fetch(
        f"""
        SELECT cached.id, own.artifact_id, unit.filename, cached.size, cached.used_at,
               NOT cached.is_pending AND own.artifact_id IS NOT NULL AND {_IS_FREE}
        FROM (
            SELECT * FROM pyindex_pyindexcachedfile
            WHERE distribution_id = %(distribution)s AND size > 0
              AND (%(used_at)s::timestamptz IS NULL OR (used_at, id) > (%(used_at)s, %(pk)s))
            ORDER BY used_at, id LIMIT {_STEP}
        ) cached
        LEFT JOIN pyindex_pyindexfile unit ON unit.content_ptr_id = cached.file_id
        LEFT JOIN core_contentartifact own
          ON own.content_id = unit.content_ptr_id AND own.relative_path = unit.filename
        ORDER BY cached.used_at, cached.id
        """,
        {
            "distribution": distribution_pk,
            "repository": repository_pk,
            "used_at": after[0],
            "pk": after[1],
        },
    )


def still_free(
    distribution_pk: UUID, repository_pk: UUID | None, cached_pks: list[int]
) -> list[tuple[int, UUID, bool]]:
    """Of files that were free: those that are, their artifact, whether no other cache has it."""
    rows: list[Any] = fetch(
        f"""
        SELECT cached.id, own.artifact_id, NOT EXISTS (
            SELECT FROM core_contentartifact same
            JOIN pyindex_pyindexcachedfile other ON other.file_id = same.content_id
            WHERE same.artifact_id = own.artifact_id AND other.size > 0
              AND other.distribution_id <> %(distribution)s)
        FROM pyindex_pyindexcachedfile cached {_OWN}
        WHERE cached.id = ANY(%(chosen)s) AND cached.size > 0 AND {_IS_FREE}
        """,
        {"distribution": distribution_pk, "repository": repository_pk, "chosen": cached_pks},
    )
    return rows


def cache_totals(distribution_pk: UUID, remote_pk: UUID | None) -> CacheTotals:
    """What an index keeps, and what is known of its remote's pages."""
    rows = fetch(
        """
        SELECT (SELECT count(*) FROM pyindex_pyindexcachedfile
                WHERE distribution_id = %(distribution)s AND size > 0),
               (SELECT coalesce(sum(size), 0)::bigint FROM pyindex_pyindexcachedfile
                WHERE distribution_id = %(distribution)s),
               count(*) FILTER (WHERE status = 200),
               count(*) FILTER (WHERE status = 404),
               count(*) FILTER (WHERE status = 200 AND (fresh_until <= now() OR is_invalid)),
               count(*) FILTER (WHERE failed_at IS NOT NULL),
               min(failed_at),
               coalesce((array_agg(failure ORDER BY failed_at DESC)
                         FILTER (WHERE failed_at IS NOT NULL))[1], '')
        FROM pyindex_pyindexcachedpage
        WHERE remote_id = %(remote)s AND project <> ''
        """,
        {"distribution": distribution_pk, "remote": remote_pk},
    )
    files, size, pages, missing, stale, failing, since, failure = rows[0]
    return CacheTotals(
        files=files,
        bytes=size,
        pages=pages,
        missing=missing,
        stale=stale,
        failing=failing,
        failing_since=since,
        failure=failure,
    )
