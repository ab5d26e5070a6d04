"""Writes down what content apps have counted, as sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

_ANSWERS = """
    INSERT INTO pyindex_pyindexanswercount AS old
        (distribution_id, kind, cache, status, count, first_at, last_at)
    SELECT one.distribution, one.kind, one.cache, one.status, one.count, %(at)s, %(at)s
    FROM unnest(%(distributions)s::uuid[], %(kinds)s::text[], %(caches)s::text[],
                %(statuses)s::smallint[], %(counts)s::bigint[])
         AS one (distribution, kind, cache, status, count)
    JOIN pyindex_pyindexdistribution there ON there.distribution_ptr_id = one.distribution
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (distribution_id, kind, cache, status) DO UPDATE
    SET count = old.count + excluded.count, last_at = greatest(old.last_at, excluded.last_at)
"""
_ASKED = """
    INSERT INTO pyindex_pyindexupstreamcount AS old
        (remote_id, kind, outcome, count, seconds, first_at, last_at)
    SELECT one.remote, one.kind, one.outcome, one.count, one.seconds, %(at)s, %(at)s
    FROM unnest(%(remotes)s::uuid[], %(kinds)s::text[], %(outcomes)s::text[],
                %(counts)s::bigint[], %(seconds)s::float8[])
         AS one (remote, kind, outcome, count, seconds)
    JOIN pyindex_pyindexremote there ON there.remote_ptr_id = one.remote
    ORDER BY 1, 2, 3
    ON CONFLICT (remote_id, kind, outcome) DO UPDATE
    SET count = old.count + excluded.count, seconds = old.seconds + excluded.seconds,
        last_at = greatest(old.last_at, excluded.last_at)
"""
#: What is of objects that were deleted while something of them was written.
_SWEEP = (
    """
    DELETE FROM pyindex_pyindexanswercount one WHERE NOT EXISTS (
        SELECT FROM pyindex_pyindexdistribution there
        WHERE there.distribution_ptr_id = one.distribution_id)
    """,
    """
    DELETE FROM pyindex_pyindexupstreamcount one WHERE NOT EXISTS (
        SELECT FROM pyindex_pyindexremote there WHERE there.remote_ptr_id = one.remote_id)
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How many more answers of one kind an index has given."""

    distribution_pk: UUID
    kind: str
    cache: str
    status: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """How many more questions to an upstream came to the same, and the seconds they took."""

    remote_pk: UUID
    kind: str
    outcome: str
    count: int
    seconds: float


def write_traffic(answers: Sequence[Answers], asked: Sequence[Questions], at: datetime) -> None:
    """Add to what is written. What is of objects that have gone meanwhile is left out."""
    with transaction.atomic(), connection.cursor() as cursor:
        if answers:
            cursor.execute(_ANSWERS, {"at": at, **_answers(answers)})
        if asked:
            cursor.execute(_ASKED, {"at": at, **_asked(asked)})
        for statement in _SWEEP:
            cursor.execute(statement)


def _answers(rows: Sequence[Answers]) -> dict[str, Any]:
    return {
        "distributions": [one.distribution_pk for one in rows],
        "kinds": [one.kind for one in rows],
        "caches": [one.cache for one in rows],
        "statuses": [one.status for one in rows],
        "counts": [one.count for one in rows],
    }


def _asked(rows: Sequence[Questions]) -> dict[str, Any]:
    return {
        "remotes": [one.remote_pk for one in rows],
        "kinds": [one.kind for one in rows],
        "outcomes": [one.outcome for one in rows],
        "counts": [one.count for one in rows],
        "seconds": [one.seconds for one in rows],
    }
