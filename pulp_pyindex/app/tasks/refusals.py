"""Writes down what was refused: the latest in full, all of it as counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from pulp_pyindex.app.models import PyindexRefusal

#: Characters that are kept of what a client says of itself.
_CLIENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One refusal, as it is written."""

    domain_pk: UUID
    #: None: the file was brought by REST.
    distribution_pk: UUID | None
    base_path: str
    project: str
    release: str
    filename: str
    #: `deny`, `report`, `quarantine`, `upload`.
    action: str
    ruleset: str
    rule: str
    text: str
    client: str
    address: str
    at: datetime

    @property
    def counted_as(self) -> tuple[UUID | None, str, str, str]:
        """What it is counted by."""
        return self.distribution_pk, self.action, self.ruleset, self.rule


@dataclass(slots=True, kw_only=True)
class Tally:
    """How often something happened, and when first and last."""

    count: int
    first_at: datetime
    last_at: datetime


#: By `Refused.counted_as`.
Counts = dict[tuple[UUID | None, str, str, str], Tally]


def count(counts: Counts, refused: Refused) -> None:
    """Count one more."""
    tally = counts.get(refused.counted_as)
    if tally is None:
        counts[refused.counted_as] = Tally(count=1, first_at=refused.at, last_at=refused.at)
        return
    tally.count += 1
    tally.first_at = min(tally.first_at, refused.at)
    tally.last_at = max(tally.last_at, refused.at)


def write_refusals(latest: Sequence[Refused], counts: Counts) -> None:
    """Write both in one transaction, and drop what is more than is kept of a domain.

    What is of a distribution that has gone meanwhile is left out.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        known = _known(cursor, latest, counts)
        rows = [_row(one) for one in latest if one.distribution_pk in known]
        PyindexRefusal.objects.bulk_create(rows, batch_size=500)
        for key, tally in sorted(counts.items(), key=str):
            if key[0] is not None and key[0] in known:
                _add(cursor, key, tally)
        for domain_pk in {one.domain_pk for one in latest}:
            _trim(cursor, domain_pk)
        _sweep(cursor)


def _known(cursor: Any, latest: Iterable[Refused], counts: Counts) -> set[UUID | None]:
    """The distributions that are there still."""
    pks = {one.distribution_pk for one in latest} | {key[0] for key in counts}
    cursor.execute(
        """
        SELECT distribution_ptr_id FROM pyindex_pyindexdistribution
        WHERE distribution_ptr_id = ANY(%s)
        """,
        [[pk for pk in pks if pk is not None]],
    )
    return {None, *(row[0] for row in cursor.fetchall())}


def _row(one: Refused) -> PyindexRefusal:
    return PyindexRefusal(
        pulp_domain_id=one.domain_pk,
        distribution_id=one.distribution_pk,
        base_path=one.base_path,
        project=one.project,
        release=one.release,
        filename=one.filename,
        action=one.action,
        ruleset=one.ruleset,
        rule=one.rule,
        text=one.text,
        client=_storable(one.client)[:_CLIENT],
        address=one.address,
        at=one.at,
    )


def _storable(text: str) -> str:
    """Text that PostgreSQL takes: header bytes that are not UTF-8 become question marks."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _add(cursor: Any, key: tuple[UUID | None, str, str, str], tally: Tally) -> None:
    cursor.execute(
        """
        INSERT INTO pyindex_pyindexrefusalcount AS old
            (distribution_id, action, ruleset, rule, count, first_at, last_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (distribution_id, action, ruleset, rule) DO UPDATE
        SET count = old.count + excluded.count,
            first_at = least(old.first_at, excluded.first_at),
            last_at = greatest(old.last_at, excluded.last_at)
        """,
        [*key, tally.count, tally.first_at, tally.last_at],
    )


def _trim(cursor: Any, domain_pk: UUID) -> None:
    cursor.execute(
        """
        DELETE FROM pyindex_pyindexrefusal WHERE pulp_domain_id = %(domain)s AND at < (
            SELECT at FROM pyindex_pyindexrefusal WHERE pulp_domain_id = %(domain)s
            ORDER BY at DESC OFFSET %(kept)s LIMIT 1)
        """,
        {"domain": domain_pk, "kept": max(0, settings.PYINDEX_REFUSALS_KEPT - 1)},
    )


def _sweep(cursor: Any) -> None:
    """Drop what is of distributions that were deleted while something of them was written."""
    for table in ("pyindex_pyindexrefusal", "pyindex_pyindexrefusalcount"):
        cursor.execute(
            f"""
            DELETE FROM {table} one WHERE one.distribution_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM pyindex_pyindexdistribution there
                WHERE there.distribution_ptr_id = one.distribution_id)
            """
        )
