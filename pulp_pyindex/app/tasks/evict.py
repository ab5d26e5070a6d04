"""Let the files give way that went unused for longest: their bytes go, their history stays.

A file that gave way is what it was before it first came: a unit whose bytes are at the upstream.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import now

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import Victim
from pulp_pyindex.app.ingest import STORING
from pulp_pyindex.app.models import PyindexDistribution
from pulp_pyindex.app.tasks.present import present

#: Files that give way in one transaction. Whoever stores a file meanwhile waits for it.
_BATCH = 500
#: Seconds since its last use in which a file may still be on its way to a client. From a local
#: disk it is read to its end whatever becomes of its name.
_ON_ITS_WAY = 900
_THREADS = 8


def chosen(
    distribution: PyindexDistribution, max_size: int | None, max_age: int | None
) -> list[Victim]:
    """The files of a distribution's cache that would give way now."""
    unused_since = None if max_age is None else now() - timedelta(seconds=max_age)
    return list(
        catalog.victims(
            distribution.pk,
            distribution.repository_id,
            max_size=max_size,
            unused_since=unused_since,
            not_since=_not_since(distribution),
        )
    )


def evict_files(
    distribution_pk: str, max_size: int | None = None, max_age: int | None = None
) -> dict[str, Any]:
    """Shrink a cache to its limits, or to those that are given.

    Returns how many files gave way and how many bytes were freed.
    """
    distribution = present(
        PyindexDistribution.objects.select_related("pulp_domain"), distribution_pk
    )
    if max_size is None and max_age is None:
        max_size, max_age = distribution.max_cache_size, distribution.max_age_unused
    gone = chosen(distribution, max_size, max_age)
    storage = distribution.pulp_domain.get_storage()
    files = freed = 0
    with ThreadPoolExecutor(_THREADS) as threads:
        for start in range(0, len(gone), _BATCH):
            with _alone():
                count, names, size = _let_go(distribution, gone[start : start + _BATCH])
                # While nobody stores anything: the same bytes come back to the same name.
                list(threads.map(storage.delete, names))
            files, freed = files + count, freed + size
    return {"files": files, "bytes": freed}


def _let_go(
    distribution: PyindexDistribution, batch: Sequence[Victim]
) -> tuple[int, list[str], int]:
    """Of a batch: how many files give way, names in storage that are free now, their bytes."""
    with transaction.atomic(), connection.cursor() as cursor:
        free = catalog.still_free(
            distribution.pk, distribution.repository_id, [one.cached_pk for one in batch]
        )
        artifacts: list[UUID] = [artifact for _, artifact, is_last in free if is_last]
        cursor.execute(
            "UPDATE pyindex_pyindexcachedfile SET size = 0 WHERE id = ANY(%s)",
            [[pk for pk, _, _ in free]],
        )
        cursor.execute(
            "UPDATE core_contentartifact SET artifact_id = NULL, pulp_last_updated = now()"
            " WHERE artifact_id = ANY(%s)",
            [artifacts],
        )
        cursor.execute(
            "DELETE FROM core_artifact WHERE pulp_id = ANY(%s) RETURNING file, size", [artifacts]
        )
        rows = cursor.fetchall()
    return len(free), [name for name, _ in rows], sum(size for _, size in rows)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """No file is stored meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [STORING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [STORING])


def _not_since(distribution: PyindexDistribution) -> datetime | None:
    try:
        distribution.pulp_domain.get_storage().path("")
    except NotImplementedError:
        return now() - timedelta(seconds=_ON_ITS_WAY)
    return None
