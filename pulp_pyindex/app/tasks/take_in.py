"""Take files that passed through an index into the repository that keeps them.

What upstream says of them comes along, and follows when upstream says something else. It is the
same as a sync without mirror makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from pulp_pyindex.app.models import PyindexRemote, PyindexRepository
from pulp_pyindex.app.tasks import aligning, versions
from pulp_pyindex.app.tasks.hearing import Heard, Passed, hear
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.report import Listed

#: Files taken into one version at most.
BATCH = 5000

_PENDING = """
    SELECT cached.id, cached.file_id, unit.project, unit.filename, unit.sha256, d.remote_id,
        EXISTS (
            SELECT FROM core_repositorycontent held
            WHERE held.content_id = cached.file_id AND held.repository_id = d.repository_id
              AND held.version_removed_id IS NULL),
        EXISTS (
            SELECT FROM core_repositorycontent held
            JOIN core_repositoryversion removed ON removed.pulp_id = held.version_removed_id
            WHERE held.content_id = cached.file_id AND held.repository_id = d.repository_id
              AND removed.pulp_created > cached.kept_at)
    FROM pyindex_pyindexcachedfile cached
    JOIN core_distribution d ON d.pulp_id = cached.distribution_id
    JOIN pyindex_pyindexfile unit ON unit.content_ptr_id = cached.file_id
    WHERE d.repository_id = %s AND cached.is_pending AND cached.id > %s
    ORDER BY cached.id LIMIT %s
"""
_LOCK = """
    SELECT project, sha256 FROM pyindex_pyindexcachedpage
    WHERE remote_id = %s AND project = ANY(%s) ORDER BY project FOR SHARE
"""
#: Files whose facts have changed are other units, which passed through the same indexes.
_RENEW = """
    INSERT INTO pyindex_pyindexcachedfile AS known
        (distribution_id, file_id, size, kept_at, used_at, is_pending)
    SELECT cached.distribution_id, fresh.unit, 0, now(), max(cached.used_at), bool_or(fresh.waits)
    FROM unnest(%(rows)s::bigint[], %(units)s::uuid[], %(waits)s::bool[]) AS fresh (id, unit, waits)
    JOIN pyindex_pyindexcachedfile cached USING (id)
    WHERE cached.file_id <> fresh.unit
    GROUP BY cached.distribution_id, fresh.unit
    ON CONFLICT (distribution_id, file_id) DO UPDATE
    SET is_pending = known.is_pending OR EXCLUDED.is_pending
"""
_DONE = """
    WITH theirs AS MATERIALIZED (
        SELECT id FROM pyindex_pyindexcachedfile WHERE id = ANY(%(rows)s)
        ORDER BY id FOR NO KEY UPDATE)
    UPDATE pyindex_pyindexcachedfile cached
    SET is_pending = fresh.waits AND cached.file_id = fresh.unit
    FROM theirs
    JOIN unnest(%(rows)s::bigint[], %(units)s::uuid[], %(waits)s::bool[])
      AS fresh (id, unit, waits) USING (id)
    WHERE cached.id = theirs.id
"""


def take_in_passed(repository_pk: str) -> dict[str, Any]:
    """Make versions of the files that have passed and wait for that: one, as a rule.

    With a file come its yank, its provenance and its project's status. Files that the repository
    has already wait where upstream says something else of them; where that comes to the same there
    is no version. Returns how many files were taken in, of how many others it was looked what is
    said of them, and the numbers of the versions.
    """
    repository = present(PyindexRepository.objects.all(), repository_pk)
    taken = followed = after = 0
    numbers: list[int] = []
    failed = Listed()
    while passed := _pending(repository, after):
        after = passed[-1].pk
        heard = _hear(repository, passed)
        number = versions.whole(lambda passed=passed, heard=heard: _take(repository, passed, heard))  # type: ignore[misc]  # the defaults bind
        taken += sum(not (one.is_held or one.has_gone) for one in passed)
        followed += sum(one.is_held for one in passed)
        if number is not None:
            numbers.append(number)
        for one in heard:
            for project, filename, reason in one.failed_provenance:
                failed.add(project=project, filename=filename, reason=reason)
    return {
        "taken": taken,
        "followed": followed,
        "versions": numbers,
        "failed_provenance": failed.entries,
        "failed_provenance_count": failed.count,
    }


def _pending(repository: PyindexRepository, after: int) -> list[Passed]:
    names = ("pk", "unit", "project", "filename", "sha256", "remote_pk", "is_held", "has_gone")
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, [repository.pk, after, BATCH])
        return [Passed(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _hear(repository: PyindexRepository, passed: Sequence[Passed]) -> list[Heard]:
    """What the upstreams say of files; of several of one name the one that came last counts."""
    last = {one.filename: one for one in passed if one.is_held or not one.has_gone}
    by_remote: dict[Any, list[Passed]] = {}
    for one in last.values():
        by_remote.setdefault(one.remote_pk, []).append(one)
    remotes = PyindexRemote.objects.select_related("pulp_domain").in_bulk(
        [pk for pk in by_remote if pk is not None]
    )
    found: list[Heard] = []
    spoken_of: set[str] = set()
    for pk, remote in sorted(remotes.items()):
        heard = hear(repository, remote, by_remote[pk], spoken_of)
        spoken_of.update(heard.projects)
        found.append(heard)
    return found


def _take(
    repository: PyindexRepository, passed: Sequence[Passed], heard: Sequence[Heard]
) -> int | None:
    told = {key: unit for one in heard for key, unit in one.files.items()}
    named = {filename for filename, _ in told}
    # Of some their upstream says nothing any more: they have passed all the same.
    alone = {
        one.filename: one.unit
        for one in passed
        if not (one.is_held or one.has_gone or one.filename in named)
    }
    with versions.change(repository) as change:
        for one in heard:
            aligning.follow(change, one.remote, units=one.units, projects=one.projects)
        change.cursor.execute(
            "INSERT INTO pyindex_coming SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING",
            [list(alone.values())],
        )
        change.forget_replaced()
        change.settle()
        files = sorted({one.filename for one in passed})
        version = change.commit(info={"source": "pull-through", "files": files[:100]})
        _note_done(change.cursor, passed, told, heard)
    return None if version is None else int(version.number)


def _note_done(
    cursor: Any,
    passed: Sequence[Passed],
    told: dict[tuple[str, str], Any],
    heard: Sequence[Heard],
) -> None:
    """They wait no longer, but for those of which the last word is still to be heard."""
    unfinished: set[str] = set()
    moved: set[tuple[Any, str]] = set()
    for one in heard:
        unfinished |= one.postponed
        # Whoever writes down a page now waits until this is done, and marks what is held then.
        cursor.execute(_LOCK, [one.remote.pk, sorted(one.pages)])
        moved |= {
            (one.remote.pk, project)
            for project, sha256 in cursor.fetchall()
            if sha256 != one.pages[project]
        }
    values = {
        "rows": [one.pk for one in passed],
        "units": [told.get((one.filename, one.sha256), one.unit) for one in passed],
        "waits": [
            one.filename in unfinished or (one.remote_pk, one.project) in moved for one in passed
        ],
    }
    cursor.execute(_RENEW, values)
    cursor.execute(_DONE, values)
