"""Take files that passed through an index into the repository that keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks import versions, writing
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.index.pages import ProjectStatus

#: Files taken into one version at most.
BATCH = 5000

_PENDING = """
    SELECT cached.id, cached.file_id, unit.project, unit.version, unit.filename, d.remote_id
    FROM pyindex_pyindexcachedfile cached
    JOIN core_distribution d ON d.pulp_id = cached.distribution_id
    JOIN pyindex_pyindexfile unit ON unit.content_ptr_id = cached.file_id
    WHERE d.repository_id = %s AND cached.is_pending ORDER BY cached.id LIMIT %s
"""


def take_in_passed(repository_pk: str) -> dict[str, Any]:
    """Make versions of the files that have passed and wait for that: one, as a rule.

    With a file come its yank and its project's status as upstream's page has them. Returns how
    many files were taken in, and the numbers of the versions.
    """
    repository = present(PyindexRepository.objects.all(), repository_pk)
    taken = 0
    numbers: list[int] = []
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PENDING, [repository.pk, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return {"taken": taken, "versions": numbers}
        number = versions.whole(lambda rows=rows: _take(repository, rows))  # type: ignore[misc]  # the default binds
        taken += len(rows)
        if number is not None:
            numbers.append(number)


def _take(repository: PyindexRepository, rows: Sequence[tuple[Any, ...]]) -> int | None:
    # Of two files of one name the one that came last is what upstream has.
    files = {filename: file for _, file, _, _, filename, _ in rows}
    with versions.change(repository) as change:
        change.cursor.execute(
            "INSERT INTO pyindex_coming SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING",
            [list(files.values())],
        )
        _bring_said(repository, rows, change)
        change.forget_replaced()
        change.settle()
        version = change.commit(info={"source": "pull-through", "files": sorted(files)[:100]})
        change.cursor.execute(
            "UPDATE pyindex_pyindexcachedfile SET is_pending = false WHERE id = ANY(%s)",
            [[row[0] for row in rows]],
        )
    return None if version is None else int(version.number)


def _bring_said(
    repository: PyindexRepository, rows: Sequence[tuple[Any, ...]], change: versions.Change
) -> None:
    """Let yanks and statuses come along."""
    batch = writing.Batch()
    by_remote: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_remote.setdefault(row[-1], []).append(row)
    for remote_pk, some in by_remote.items():
        if remote_pk is None:
            continue
        pages = catalog.cached_pages(remote_pk, sorted({row[2] for row in some}))
        for project, cached in pages.items():
            if cached.page is None:
                continue
            status = cached.page.status
            if status != ProjectStatus():
                batch.add(writing.STATUSES, (project, str(status.status), status.reason))
            yanked = {file.filename: file.yanked for file in cached.page.files}
            for _, _, owner, release, filename, _ in some:
                if owner == project and yanked.get(filename) is not None:
                    reason = yanked[filename]
                    batch.add(writing.YANKS, (project, release, filename, reason))
    if not len(batch):
        return
    writing.Writer(repository.pulp_domain_id).write(batch)
    for kind in (writing.YANKS, writing.STATUSES):
        if batch.rows[kind.table]:
            change.cursor.execute(
                f"INSERT INTO pyindex_coming SELECT content_id FROM {kind.table}"
                " ON CONFLICT DO NOTHING"
            )
