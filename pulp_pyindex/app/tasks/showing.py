"""What a publication shows: rows of a series that hold from one publication until another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from pulp_pyindex.app.models import PyindexPublication

#: The project under which a publication shows the list of projects.
ROOT = ""

#: Rows that may be appended to a series however small it is, and those for each it began with.
_ROOM, _ROOM_EACH = 1000, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedPage:
    """A page ready to be written; `json` and `html` are deflated tails, `sha256` is over both."""

    project: str
    serial: int
    sha256: str
    json: bytes
    html: bytes
    api_version: str
    has_origin: bool


def begin(publication: PyindexPublication) -> None:
    """Let a publication begin a series, showing nothing so far."""
    with transaction.atomic(), connection.cursor() as cursor:
        _settle(cursor, publication, _new_series(cursor), 1)


def follow(
    publication: PyindexPublication, base: PyindexPublication, changed: Sequence[str]
) -> bool:
    """Show what `base` shows of all projects but the changed ones and the list of projects.

    False, and nothing is done, where `base` was deleted meanwhile.
    """
    left_out = [ROOT, *changed]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        # Until the end of this it is not deleted.
        cursor.execute(
            "SELECT FROM pyindex_pyindexpublication WHERE publication_ptr_id = %s FOR KEY SHARE",
            [base.pk],
        )
        if not cursor.rowcount:
            return False
        cursor.execute(
            """
            UPDATE pyindex_pyindexseries SET length = length + 1, room = room - %(rows)s
            WHERE id = %(series)s AND length = %(place)s AND room >= %(rows)s
            RETURNING id, length
            """,
            {"series": base.series_id, "place": base.place, "rows": len(left_out)},
        )
        if appended := cursor.fetchone():
            series, place = appended
            _append(cursor, series, place, left_out)
            _settle(cursor, publication, series, place)
        else:
            series = _new_series(cursor)
            _copy(cursor, base, series, left_out)
            _settle(cursor, publication, series, 1)
    return True


def borrow(
    publication: PyindexPublication, donor: PyindexPublication, serials: dict[str, int]
) -> set[str]:
    """Show the pages of another publication for these projects; the names of those it has."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pyindex_pyindexpublishedproject (series_id, project, serial, page_id, since)
            SELECT %(series)s, given.project, given.serial, shown.page_id, %(place)s
            FROM unnest(%(projects)s::text[], %(serials)s::bigint[]) AS given (project, serial)
            JOIN pyindex_pyindexpublication donor ON donor.publication_ptr_id = %(donor)s
            JOIN pyindex_pyindexpublishedproject shown
              ON shown.series_id = donor.series_id AND shown.project = given.project
             AND shown.since <= donor.place
             AND (shown.until IS NULL OR shown.until > donor.place)
            RETURNING project
            """,
            {
                "series": publication.series_id,
                "place": publication.place,
                "projects": list(serials),
                "serials": list(serials.values()),
                "donor": donor.pk,
            },
        )
        return {row[0] for row in cursor.fetchall()}


def write(publication: PyindexPublication, pages: Sequence[FinishedPage]) -> None:
    """Store what is not stored yet, in stable order, and show it in the publication."""
    pages = sorted(pages, key=lambda page: page.sha256)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS (
                SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::bool[])
                  AS fresh (sha256, json, html, api_version, has_origin)),
            stored AS (
                INSERT INTO pyindex_pyindexpage
                    (sha256, json, html, api_version, has_origin, made_at)
                SELECT DISTINCT ON (sha256) fresh.*, now() FROM fresh ORDER BY sha256
                ON CONFLICT (sha256) DO UPDATE SET made_at = now() RETURNING sha256, id)
            INSERT INTO pyindex_pyindexpublishedproject (series_id, project, serial, page_id, since)
            SELECT %s, shown.project, shown.serial, stored.id, %s
            FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS shown (project, serial, sha256)
            JOIN stored ON stored.sha256 = shown.sha256
            """,
            [
                [page.sha256 for page in pages],
                [page.json for page in pages],
                [page.html for page in pages],
                [page.api_version for page in pages],
                [page.has_origin for page in pages],
                publication.series_id,
                publication.place,
                [page.project for page in pages],
                [page.serial for page in pages],
                [page.sha256 for page in pages],
            ],
        )


def grow(publication: PyindexPublication, rows: int) -> None:
    """Give a series that began with so many rows room for more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pyindex_pyindexseries SET room = room + %s WHERE id = %s",
            [_ROOM_EACH * rows, publication.series_id],
        )


def _new_series(cursor: Any) -> int:
    cursor.execute(
        "INSERT INTO pyindex_pyindexseries (length, room) VALUES (1, %s) RETURNING id", [_ROOM]
    )
    (series,) = cursor.fetchone()
    return int(series)


def _settle(cursor: Any, publication: PyindexPublication, series: int, place: int) -> None:
    publication.series_id, publication.place = series, place
    cursor.execute(
        "UPDATE pyindex_pyindexpublication SET series_id = %s, place = %s"
        " WHERE publication_ptr_id = %s",
        [series, place, publication.pk],
    )


def _append(cursor: Any, series: int, place: int, left_out: Sequence[str]) -> None:
    cursor.execute(
        """
        UPDATE pyindex_pyindexpublishedproject SET until = %s
        WHERE series_id = %s AND project = ANY(%s) AND until IS NULL
        """,
        [place, series, list(left_out)],
    )


def _copy(cursor: Any, base: PyindexPublication, series: int, left_out: Sequence[str]) -> None:
    cursor.execute(
        """
        INSERT INTO pyindex_pyindexpublishedproject (series_id, project, serial, page_id, since)
        SELECT %(series)s, project, serial, page_id, 1 FROM pyindex_pyindexpublishedproject
        WHERE series_id = %(base)s AND since <= %(place)s AND (until IS NULL OR until > %(place)s)
          AND project <> ALL(%(left_out)s)
        ORDER BY project
        """,
        {
            "series": series,
            "base": base.series_id,
            "place": base.place,
            "left_out": list(left_out),
        },
    )
    cursor.execute(
        "UPDATE pyindex_pyindexseries SET room = room + %s WHERE id = %s",
        [_ROOM_EACH * cursor.rowcount, series],
    )
