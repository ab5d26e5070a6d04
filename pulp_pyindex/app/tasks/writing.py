"""Rows in bulk: what upstream pages came to, one transaction a batch.

Rows are copied into temporary tables, then inserted by set in the order of their unique keys, so
that syncs which share content cannot lock each other up. Units that exist are reused, whoever made
them; what each project came to is remembered in `PyindexProjectState`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pulpcore.plugin.models import Content

from pulp_pyindex.app.ingest import inherit
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.models.keys import new_keys
from pulp_pyindex.app.tasks.units import FILES, KINDS, PROVENANCES, STATUSES, YANKS, Kind
from pulp_pyindex.app.tasks.versions import touch

__all__ = [
    "FILES",
    "KINDS",
    "PROVENANCES",
    "STATUSES",
    "YANKS",
    "Batch",
    "Kind",
    "Writer",
    "copy_rows",
    "provenance_row",
    "unhurried",
]

_NEW_PK = Content._meta.pk.get_default

_STATES = "pyindex_fresh_state"
_REUSED = "pyindex_fresh_reused"


@dataclass(slots=True)
class Batch:
    """Rows to be written together, as tuples in the order of their kind's columns."""

    rows: dict[str, list[tuple[Any, ...]]] = field(
        default_factory=lambda: {kind.table: [] for kind in KINDS}
    )
    #: (project, serial, etag, last_modified, page_sha256, wanted_sha256)
    states: list[tuple[Any, ...]] = field(default_factory=list)
    #: (project, content_id) of units that exist and are part of what a project came to.
    reused: list[tuple[str, UUID]] = field(default_factory=list)

    def add(self, kind: Kind, row: tuple[Any, ...]) -> None:
        self.rows[kind.table].append(row)

    def __len__(self) -> int:
        return len(self.states) + sum(len(rows) for rows in self.rows.values())


class Writer:
    """Writes batches into one domain; to be used in the task's own thread.

    Files and states need the remote they come from, the other kinds do not.
    """

    def __init__(self, domain_pk: UUID, remote: PyindexRemote | None = None) -> None:
        self._values = {"domain": domain_pk, "remote": None if remote is None else remote.pk}
        self._is_ready = False

    def _prepare(self) -> None:
        if self._is_ready:
            return
        self._is_ready = True
        with connection.cursor() as cursor:
            for kind in KINDS:
                columns = ", ".join(f"{name} {sql}" for name, sql in kind.columns.items())
                _temporary(
                    cursor,
                    kind.table,
                    f"{columns}, content_id uuid, known bool NOT NULL DEFAULT false",
                )
            _temporary(
                cursor,
                _STATES,
                "project text, serial bigint, etag text, last_modified text,"
                " page_sha256 text, wanted_sha256 text",
            )
            _temporary(cursor, _REUSED, "project text, content_id uuid")

    def write(self, batch: Batch) -> None:
        """Write all of a batch, or raise and write nothing of it."""
        self._prepare()
        with transaction.atomic(), connection.cursor() as cursor:
            used = [kind for kind in KINDS if batch.rows[kind.table]]
            for kind in used:
                cursor.execute(f"TRUNCATE {kind.table}")
                rows = batch.rows[kind.table]
                _copy(cursor, kind.table, [*kind.columns, "content_id"], _with_pk(rows))
                self._insert_units(cursor, kind, len(rows))
            if FILES in used:
                self._insert_artifacts(cursor)
            tables = [kind.table for kind in used]
            if batch.reused:
                cursor.execute(f"TRUNCATE {_REUSED}")
                _copy(cursor, _REUSED, ["project", "content_id"], batch.reused)
                touch(cursor, _REUSED)
                tables.append(_REUSED)
            if batch.states:
                self._remember(cursor, batch.states, tables)

    def refresh(self, serials: Iterable[tuple[str, int]]) -> None:
        """Note new serials of projects whose pages are what they were."""
        self._prepare()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_STATES}")
            _copy(cursor, _STATES, ["project", "serial"], serials)
            cursor.execute(
                f"""
                UPDATE pyindex_pyindexprojectstate state SET serial = fresh.serial
                FROM {_STATES} fresh
                WHERE state.remote_id = %(remote)s AND state.project = fresh.project
                """,
                self._values,
            )

    def _insert_units(self, cursor: Any, kind: Kind, rows: int) -> None:
        """Make the units that are not there, and mark those that are: also what another task makes
        in this very moment, which is waited for.
        """
        detail = kind.model._meta.db_table
        order = ", ".join(kind.key)
        cursor.execute(
            f"""
            WITH made AS (
                INSERT INTO {detail} (content_ptr_id, _pulp_domain_id, {kind.own})
                SELECT content_id, %(domain)s, {kind.own} FROM {kind.table} ORDER BY {order}
                ON CONFLICT (_pulp_domain_id, {order}) DO NOTHING
                RETURNING content_ptr_id)
            INSERT INTO core_content (pulp_id, pulp_created, pulp_last_updated, pulp_type,
                upstream_id, timestamp_of_interest, pulp_domain_id, pulp_labels)
            SELECT content_ptr_id, now(), now(), '{kind.model.get_pulp_type()}',
                NULL, now(), %(domain)s, ''
            FROM made
            """,
            self._values,
        )
        if cursor.rowcount < rows:
            self._recognise(cursor, kind)
            touch(cursor, f"{kind.table} WHERE known")

    def _recognise(self, cursor: Any, kind: Kind) -> None:
        cursor.execute(
            f"""
            UPDATE {kind.table} fresh SET content_id = unit.content_ptr_id, known = true
            FROM {kind.model._meta.db_table} unit
            WHERE unit._pulp_domain_id = %(domain)s AND {kind.same}
              AND unit.content_ptr_id <> fresh.content_id
            """,
            self._values,
        )

    def _insert_artifacts(self, cursor: Any) -> None:
        cursor.execute(
            f"""
            WITH made AS (
                INSERT INTO core_contentartifact
                    (pulp_id, pulp_created, pulp_last_updated, relative_path, artifact_id,
                     content_id)
                SELECT {new_keys("fresh.filename")}, now(), now(), fresh.filename,
                       artifact.pulp_id, content_id
                FROM {FILES.table} fresh
                LEFT JOIN core_artifact artifact
                  ON artifact.sha256 = fresh.sha256 AND artifact.pulp_domain_id = %(domain)s
                WHERE NOT fresh.known ORDER BY fresh.filename
                ON CONFLICT (content_id, relative_path) DO NOTHING
                RETURNING artifact_id)
            SELECT count(artifact_id) FROM made
            """,
            self._values,
        )
        if cursor.fetchone()[0]:
            inherit(cursor, FILES.table)
        cursor.execute(
            f"""
            INSERT INTO core_remoteartifact
                (pulp_id, pulp_created, pulp_last_updated, url, size, sha256,
                 content_artifact_id, remote_id, pulp_domain_id)
            SELECT {new_keys("fresh.filename")}, now(), now(), fresh.url, fresh.size, fresh.sha256,
                   own.pulp_id, %(remote)s, %(domain)s
            FROM {FILES.table} fresh
            JOIN core_contentartifact own
              ON own.content_id = fresh.content_id AND own.relative_path = fresh.filename
            ORDER BY fresh.filename
            ON CONFLICT (content_artifact_id, remote_id, pulp_domain_id) DO UPDATE
            SET url = EXCLUDED.url, size = EXCLUDED.size, sha256 = EXCLUDED.sha256,
                failed_at = NULL, pulp_last_updated = now()
            WHERE (core_remoteartifact.url, core_remoteartifact.size, core_remoteartifact.sha256)
                  IS DISTINCT FROM (EXCLUDED.url, EXCLUDED.size, EXCLUDED.sha256)
               OR core_remoteartifact.failed_at IS NOT NULL
            """,
            self._values,
        )

    def _remember(self, cursor: Any, states: list[tuple[Any, ...]], tables: list[str]) -> None:
        cursor.execute(f"TRUNCATE {_STATES}")
        columns = ["project", "serial", "etag", "last_modified", "page_sha256", "wanted_sha256"]
        _copy(cursor, _STATES, columns, states)
        units = (
            " UNION ALL ".join(f"SELECT project, content_id FROM {table}" for table in tables)
            or "SELECT NULL::text, NULL::uuid WHERE false"
        )
        names = ", ".join(columns)
        cursor.execute(
            f"""
            INSERT INTO pyindex_pyindexprojectstate AS state (remote_id, {names}, unit_ids)
            SELECT %(remote)s, {names}, COALESCE(ids, '{{}}')
            FROM {_STATES}
            LEFT JOIN (SELECT project, array_agg(content_id) FROM ({units})
                       AS unit (project, content_id) GROUP BY project) AS made (project, ids)
              USING (project)
            ORDER BY project
            ON CONFLICT (remote_id, project) DO UPDATE
            SET {", ".join(f"{name} = EXCLUDED.{name}" for name in columns[1:])},
                unit_ids = EXCLUDED.unit_ids
            """,
            self._values,
        )


@contextmanager
def unhurried() -> Iterator[None]:
    """Commit without waiting for the disk.

    A crash may then lose the last commits but never one without all that follow it, and the first
    commit after this one waits for all before it. For rows that the next sync makes anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    try:
        yield
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")


def provenance_row(
    project: str, version: str, filename: str, file_sha256: str, document: str
) -> tuple[str, ...]:
    """A row of `PROVENANCES`."""
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    return project, version, filename, file_sha256, sha256, document


def copy_rows(table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Append rows to a table of the task's database session."""
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, table, columns, rows)


def _copy(cursor: Any, table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _temporary(cursor: Any, table: str, columns: str) -> None:
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({columns})")


def _with_pk(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        pk: UUID = _NEW_PK()
        yield (*row, pk)
