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
from pulp_pyindex.app.models.repository import current_user_name
from pulp_pyindex.app.tasks import memberships
from pulp_pyindex.app.tasks.publish import ensure_published
from pulp_pyindex.app.tasks.superseding import FORGET, superseded

T = TypeVar("T")

#: Units that come with one version from which on it is worth some effort to be faster.
MANY = 10_000

_TABLES = ("pyindex_coming", "pyindex_going")

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
                FORGET.format(table=table, kept=kept),
                {**values, "repository": self.repository.pk},
            )

    def settle(self, *, supersede: bool = True) -> None:
        """Drop what changes nothing and let go what is superseded.

        One file, yank and provenance per file name and one status per project: what comes wins.
        `supersede` is false where all that is not to stay goes anyway.
        """
        held = {"repository": self.repository.pk}
        # Of a table it knows nothing of PostgreSQL thinks that it is large, and walks the others.
        # How many rows it has is enough.
        self.cursor.execute(
            f"SET default_statistics_target = 1; ANALYZE {', '.join(_TABLES)};"
            " RESET default_statistics_target"
        )
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
                self.cursor.execute(superseded(model), held)
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

    def commit(
        self, *, info: dict[str, Any], like: RepositoryVersion | None = None
    ) -> RepositoryVersion | None:
        """Make the version, complete it and let its listeners work; None where nothing changes.

        `settle` comes first. Nothing is left behind where this fails. `like` is a version, of any
        repository, that is known to hold the same.
        """
        self.cursor.execute(
            "SELECT count(*), (SELECT count(*) FROM pyindex_going) FROM pyindex_coming"
        )
        coming, going = self.cursor.fetchone()
        if not coming and not going:
            ensure_published(self.repository)
            return None
        is_large = coming > MANY
        if is_large and not connection.in_atomic_block:
            version_pk = self._write_many(info, like)
        else:
            with transaction.atomic():
                values = self._begin(info, like)
                memberships.take_in(self.cursor, values)
                memberships.let_go(self.cursor, values)
            version_pk = values["version"]
        if is_large:
            memberships.look_anew(self.cursor)
        # A fresh instance does not know content_ids, hence cannot overwrite what was written.
        with PyindexVersion.objects.get(pk=version_pk) as version:
            version.is_settled = True
        return RepositoryVersion.objects.get(pk=version_pk)

    def _write_many(self, info: dict[str, Any], like: RepositoryVersion | None) -> UUID:
        """As Pulp does it: what is incomplete is there, but nobody's."""
        with transaction.atomic():
            values = self._begin(info, like)
        try:
            memberships.take_in_many(self.cursor, values)
            memberships.let_go(self.cursor, values)
        except Exception:
            PyindexVersion.objects.get(pk=values["version"]).delete()
            raise
        version_pk: UUID = values["version"]
        return version_pk

    def _begin(self, info: dict[str, Any], like: RepositoryVersion | None) -> dict[str, Any]:
        """The version without its rows; the values that statements about them take."""
        repository = self.repository
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
        values = {
            "repository": repository.pk,
            "version": version.pk,
            "latest": latest.pk,
            "like": None if like is None else like.pk,
        }
        memberships.list_ids(self.cursor, values)
        return values


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
    drop_incomplete(repository)
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} (content_id uuid PRIMARY KEY)")
            _empty(cursor, table)
        yield Change(repository, cursor)
        # Where it failed they are left as they are: a broken transaction could not empty them.
        for table in _TABLES:
            _empty(cursor, table)


def drop_incomplete(repository: PyindexRepository) -> None:
    """Let go what a task left that was killed, before its rows are taken for the repository's.

    The task must hold the repository: to others a version in the making looks the same.
    """
    latest = repository.versions.latest()
    if not latest.complete:
        latest.delete()


def _empty(cursor: Any, table: str) -> None:
    # TRUNCATE costs new files, also of a table that has only one row.
    cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT %s) AS few", [_FEW + 1])
    count = cursor.fetchone()[0]
    if count:
        cursor.execute(f"DELETE FROM {table}" if count <= _FEW else f"TRUNCATE {table}")
