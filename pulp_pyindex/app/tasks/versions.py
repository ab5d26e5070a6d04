"""New repository versions by SQL: what comes and what goes are tables, never lists in memory.

Use it as

    with versions.change(repository) as change:
        change.cursor.execute("INSERT INTO pyindex_coming SELECT … ON CONFLICT DO NOTHING", …)
        change.cursor.execute("INSERT INTO pyindex_going SELECT … ON CONFLICT DO NOTHING", …)
        version = change.commit(info={…})

in a task that holds the repository. The tables live in the task's database session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from pulpcore.plugin.models import CreatedResource, RepositoryVersion, Task

from pulp_pyindex.app.models import (
    PyindexProvenance,
    PyindexRepository,
    PyindexVersion,
    PyindexYank,
)
from pulp_pyindex.app.models.keys import new_keys
from pulp_pyindex.app.models.repository import CONTENT_TYPES, current_user_name
from pulp_pyindex.app.tasks.publish import ensure_published

T = TypeVar("T")

#: Units that come with one version from which on PostgreSQL is told to look at the tables anew.
MANY = 10_000

_TABLES = ("pyindex_coming", "pyindex_going")
_UNIT_TABLES = [model._meta.db_table for model in CONTENT_TYPES]

_ATTEMPTS = 3

#: Up to so many units a change is small: what pays for large ones is left out.
_FEW = 1000

_TOUCH = """
    WITH stale AS (
        SELECT pulp_id FROM core_content
        WHERE pulp_id IN (SELECT content_id FROM {table})
          AND timestamp_of_interest < now() - interval '1 hour'
        ORDER BY pulp_id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE core_content SET timestamp_of_interest = now()
    FROM stale WHERE core_content.pulp_id = stale.pulp_id
"""


# The order is forced as in `_superseded`.
_FORGET = """
    INSERT INTO pyindex_going
    SELECT held.content_id FROM pyindex_coming
    JOIN pyindex_pyindexfile new ON new.content_ptr_id = pyindex_coming.content_id
    JOIN LATERAL (
        SELECT said.content_ptr_id AS id FROM {table} said
        WHERE said._pulp_domain_id = new._pulp_domain_id AND said.project = new.project
          AND said.filename = new.filename OFFSET 0
    ) said ON true
    JOIN LATERAL (
        SELECT content_id FROM core_repositorycontent
        WHERE content_id = said.id AND repository_id = %(repository)s
          AND version_removed_id IS NULL OFFSET 0
    ) held ON true
    WHERE held.content_id NOT IN ({kept}) AND NOT EXISTS (
        SELECT FROM pyindex_pyindexfile same
        JOIN core_repositorycontent here ON here.content_id = same.content_ptr_id
        WHERE same._pulp_domain_id = new._pulp_domain_id AND same.filename = new.filename
          AND same.sha256 = new.sha256
          AND here.repository_id = %(repository)s AND here.version_removed_id IS NULL)
    ON CONFLICT DO NOTHING
"""

_NOTHING: Mapping[str, Any] = {}


def touch(cursor: Any, table: str) -> None:
    """Keep the units in `table`.content_id from orphan clean-up, without waiting for others."""
    cursor.execute(_TOUCH.format(table=table))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many files a change takes in and lets go, of how many that are there."""

    files_added: int
    files_removed: int
    #: Of the removed ones, those without a successor of the same name.
    files_lost: int
    files_present: int


class Change:
    """What a repository's next version has that its latest has not, and the other way round."""

    def __init__(self, repository: PyindexRepository, cursor: Any) -> None:
        self.repository = repository
        self.cursor = cursor

    def forget_replaced(self, staying: str = "", values: Mapping[str, Any] = _NOTHING) -> None:
        """Let go what was said of bytes that give way to others under the same file name.

        Yanks and provenance go with the bytes they spoke of, unless they come as well, or are among
        the content ids that the SQL `staying` selects with `values`. Call it before `settle`.
        """
        kept = "SELECT content_id FROM pyindex_coming" + (
            f" UNION ALL {staying}" if staying else ""
        )
        for table in (PyindexYank._meta.db_table, PyindexProvenance._meta.db_table):
            self.cursor.execute(
                _FORGET.format(table=table, kept=kept),
                {**values, "repository": self.repository.pk},
            )

    def settle(self, *, supersede: bool = True) -> None:
        """Drop what changes nothing and let go what is superseded.

        One file, yank and provenance per file name and one status per project: what comes wins.
        `supersede` is false where all that is not to stay goes anyway.
        """
        held = {"repository": self.repository.pk}
        # Of a table it knows nothing of PostgreSQL thinks that it is large, and walks the others.
        self.cursor.execute(f"ANALYZE {', '.join(_TABLES)}")
        self.cursor.execute(
            """
            DELETE FROM pyindex_coming USING core_repositorycontent held
            WHERE held.content_id = pyindex_coming.content_id
              AND held.repository_id = %(repository)s AND held.version_removed_id IS NULL
            """,
            held,
        )
        self.cursor.execute("SELECT EXISTS (SELECT FROM pyindex_coming)")
        coming = self.cursor.fetchone()[0]
        if coming and supersede:
            for model in self.repository.CONTENT_TYPES:
                self.cursor.execute(_superseded(model), held)
        self.cursor.execute(
            """
            DELETE FROM pyindex_going WHERE NOT EXISTS (
                SELECT FROM core_repositorycontent held
                WHERE held.content_id = pyindex_going.content_id
                  AND held.repository_id = %(repository)s AND held.version_removed_id IS NULL)
            """,
            held,
        )

    def count(self) -> Counts:
        """How much of what is settled are files. It looks at all that the repository holds."""
        self.cursor.execute(
            """
            WITH coming AS (
                SELECT filename FROM pyindex_coming
                JOIN pyindex_pyindexfile ON content_ptr_id = content_id),
            going AS (
                SELECT filename FROM pyindex_going
                JOIN pyindex_pyindexfile ON content_ptr_id = content_id)
            SELECT (SELECT count(*) FROM coming), (SELECT count(*) FROM going),
                   (SELECT count(*) FROM going WHERE filename NOT IN (SELECT * FROM coming)),
                   (SELECT count(*) FROM core_repositorycontent held
                    JOIN pyindex_pyindexfile file ON file.content_ptr_id = held.content_id
                    WHERE held.repository_id = %(repository)s
                      AND held.version_removed_id IS NULL)
            """,
            {"repository": self.repository.pk},
        )
        added, removed, lost, present = self.cursor.fetchone()
        return Counts(
            files_added=added, files_removed=removed, files_lost=lost, files_present=present
        )

    def commit(self, *, info: dict[str, Any]) -> RepositoryVersion | None:
        """Make the version, complete it and let its listeners work; None where nothing changes.

        `settle` comes first. Nothing is left behind where this fails.
        """
        self.cursor.execute(
            "SELECT EXISTS (SELECT FROM pyindex_coming) OR EXISTS (SELECT FROM pyindex_going)"
        )
        if not self.cursor.fetchone()[0]:
            ensure_published(self.repository)
            return None
        with transaction.atomic():
            version_pk = self._write(info)
        # A fresh instance does not know content_ids, hence cannot overwrite what was written.
        with PyindexVersion.objects.get(pk=version_pk) as version:
            version.is_settled = True
        return RepositoryVersion.objects.get(pk=version_pk)

    def _write(self, info: dict[str, Any]) -> UUID:
        repository = self.repository
        latest = repository.versions.latest()
        if not latest.complete:
            latest.delete()
            latest = repository.versions.latest()
        repository.refresh_from_db(fields=["next_version"])
        version = PyindexVersion(
            repository=repository,
            number=int(repository.next_version),
            info={"user": current_user_name(), **info},
        )
        # bulk_create runs no hooks: pulpcore's would carry all ids through Python.
        PyindexVersion.objects.bulk_create([version])
        if Task.current() is not None and not repository.user_hidden:
            CreatedResource.objects.create(content_object=version)
        touch(self.cursor, "pyindex_coming")
        values = {"repository": repository.pk, "version": version.pk, "latest": latest.pk}
        self.cursor.execute(
            f"""
            INSERT INTO core_repositorycontent
                (pulp_id, pulp_created, pulp_last_updated, content_id, repository_id,
                 version_added_id, version_removed_id)
            SELECT {new_keys("content_id")}, now(), now(), content_id, %(repository)s, %(version)s,
                   NULL
            FROM pyindex_coming ORDER BY content_id
            """,
            values,
        )
        if self.cursor.rowcount > MANY:
            # Autovacuum comes a minute later; until then every plan would be for an empty table.
            # A small sample tells enough: how many rows there are, and that they differ.
            self.cursor.execute("SET LOCAL default_statistics_target = 10")
            self.cursor.execute(f"ANALYZE core_repositorycontent, {', '.join(_UNIT_TABLES)}")
            self.cursor.execute("SET LOCAL default_statistics_target = DEFAULT")
        self.cursor.execute(
            """
            UPDATE core_repositorycontent held
            SET version_removed_id = %(version)s, pulp_last_updated = now()
            FROM pyindex_going
            WHERE held.content_id = pyindex_going.content_id
              AND held.repository_id = %(repository)s AND held.version_removed_id IS NULL
            """,
            values,
        )
        # Where nothing goes the repository need not be walked.
        self.cursor.execute(
            """
            UPDATE core_repositoryversion SET content_ids = CASE
                WHEN EXISTS (SELECT FROM pyindex_going) THEN ARRAY(
                    SELECT content_id FROM core_repositorycontent
                    WHERE repository_id = %(repository)s AND version_removed_id IS NULL)
                ELSE (SELECT content_ids FROM core_repositoryversion WHERE pulp_id = %(latest)s)
                     || ARRAY(SELECT content_id FROM pyindex_coming)
                END
            WHERE pulp_id = %(version)s
            """,
            values,
        )
        return version.pk


def whole(work: Callable[[], T]) -> T:
    """What `work` returns, done in one transaction: all of it is there in the end, or nothing.

    The disk is waited for once. Where another task that publishes locks pages in another order,
    it is done again: it must bear that.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    with transaction.atomic():
        return work()


@contextmanager
def change(repository: PyindexRepository) -> Iterator[Change]:
    """A change of `repository` whose tables `pyindex_coming` and `pyindex_going` are empty."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} (content_id uuid PRIMARY KEY)")
            _empty(cursor, table)
        yield Change(repository, cursor)
        # Where it failed they are left as they are: a broken transaction could not empty them.
        for table in _TABLES:
            _empty(cursor, table)


def _empty(cursor: Any, table: str) -> None:
    # TRUNCATE costs new files, also of a table that has only one row.
    cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT %s) AS few", [_FEW + 1])
    count = cursor.fetchone()[0]
    if count:
        cursor.execute(f"DELETE FROM {table}" if count <= _FEW else f"TRUNCATE {table}")


def _superseded(model: Any) -> str:
    """Let go the units of `model` that are there under the repository key of one that comes."""
    table = model._meta.db_table
    # The project adds nothing to a yank's key, it lets the unique index be used.
    keys = ("project", "filename") if model is PyindexYank else model.repo_key_fields
    same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
    # The order is forced: what is known of a new repository's size is nothing, and PostgreSQL would
    # begin with all it holds.
    return f"""
        INSERT INTO pyindex_going
        SELECT held.content_id FROM pyindex_coming
        JOIN {table} new ON new.content_ptr_id = pyindex_coming.content_id
        JOIN LATERAL (
            SELECT old.content_ptr_id AS id FROM {table} old
            WHERE old._pulp_domain_id = new._pulp_domain_id AND {same}
              AND old.content_ptr_id <> new.content_ptr_id OFFSET 0
        ) old ON true
        JOIN LATERAL (
            SELECT content_id FROM core_repositorycontent
            WHERE content_id = old.id AND repository_id = %(repository)s
              AND version_removed_id IS NULL OFFSET 0
        ) held ON true
        ON CONFLICT DO NOTHING
    """
