"""Edit a repository by hand: yank, un-yank, remove, set a project's status.

Each call makes at most one new version, whatever the number of edits; history keeps the old state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pulp_pyindex.app.catalog.held import held_now
from pulp_pyindex.app.exceptions import NotHeld
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks import versions, writing
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.index.filenames import is_same_release
from pulp_pyindex.index.pages import Status

_HELD = held_now("unit.content_ptr_id")

#: The files an edit speaks of, in the repository's latest version.
_SPOKEN_OF = f"""
    SELECT unit.content_ptr_id, unit.project, unit.version, unit.filename
    FROM {{table}} unit {_HELD}
    WHERE unit.project = %(project)s
      AND (%(releases)s::text[] IS NULL OR unit.version = ANY(%(releases)s))
      AND (%(filename)s::text IS NULL OR unit.filename = %(filename)s)
"""

Edit = dict[str, Any]
Rows = Sequence[tuple[Any, ...]]


def edit(repository_pk: str, edits: Sequence[Edit]) -> dict[str, Any]:
    """Carry out edits in their order and make one new version of what they come to.

    An edit has `action` (yank, unyank, remove, set_status), `project`, and where it applies
    `release`, `filename`, `reason`, `status`. Raises NotHeld, and changes nothing, where one
    speaks of what the latest version does not hold. Returns the version's number, or None where
    nothing was to be changed, and how many files each edit spoke of.
    """
    repository = present(PyindexRepository.objects.all(), repository_pk)
    return versions.whole(lambda: _edit(repository, edits))


def _edit(repository: PyindexRepository, edits: Sequence[Edit]) -> dict[str, Any]:
    writer = writing.Writer(repository.pulp_domain_id)
    with versions.change(repository) as change:
        spoken_of = [
            _ACTIONS[one["action"]](change, writer, {**one, "releases": _releases(change, one)})
            for one in edits
        ]
        _forget_removed(change)
        change.settle()
        version = change.commit(
            info={"source": "edit", "edits": [dict(one) for one in edits[:100]]}
        )
    return {
        "version": None if version is None else version.number,
        "files": spoken_of,
    }


def _yank(change: versions.Change, writer: writing.Writer, one: Edit) -> int:
    files = _held(change, "pyindex_pyindexfile", one)
    reason = one.get("reason") or ""
    rows = [(project, release, filename, reason) for _, project, release, filename in files]
    _bring(change, writer, writing.YANKS, rows)
    return len(files)


def _unyank(change: versions.Change, writer: writing.Writer, one: Edit) -> int:
    files = _held(change, "pyindex_pyindexfile", one)
    _let_go(change, "pyindex_pyindexyank", one)
    return len(files)


def _remove(change: versions.Change, writer: writing.Writer, one: Edit) -> int:
    files = _held(change, "pyindex_pyindexfile", one)
    for table in ("pyindex_pyindexfile", "pyindex_pyindexyank", "pyindex_pyindexprovenance"):
        _let_go(change, table, one)
    if one.get("release") is None and one.get("filename") is None:
        _let_go_status(change, one)
    if change.repository.reserve_filenames:
        change.cursor.execute(
            f"""
            INSERT INTO pyindex_pyindexreservedfilename
                (repository_id, filename, project, removed_at)
            SELECT %(repository)s, gone.filename, %(project)s, now()
            FROM ({_SPOKEN_OF.format(table="pyindex_pyindexfile")}) AS gone
            ON CONFLICT (repository_id, filename) DO NOTHING
            """,
            _values(change, one),
        )
    return len(files)


def _set_status(change: versions.Change, writer: writing.Writer, one: Edit) -> int:
    whole = {**one, "releases": None, "filename": None}
    files = _held(change, "pyindex_pyindexfile", whole)
    reason = one.get("reason") or ""
    if one["status"] == Status.ACTIVE and not reason:
        _let_go_status(change, one)
        return len(files)
    row = (one["project"], one["status"], reason)
    _bring(change, writer, writing.STATUSES, [row])
    return len(files)


_ACTIONS: dict[str, Callable[[versions.Change, writing.Writer, Edit], int]] = {
    "yank": _yank,
    "unyank": _unyank,
    "remove": _remove,
    "set_status": _set_status,
}


def _held(change: versions.Change, table: str, one: Edit) -> list[tuple[Any, ...]]:
    """The rows an edit speaks of; raises NotHeld where there are none."""
    change.cursor.execute(_SPOKEN_OF.format(table=table), _values(change, one))
    rows: list[tuple[Any, ...]] = change.cursor.fetchall()
    if not rows:
        raise NotHeld(
            change.repository.name, one["project"], one.get("release"), one.get("filename")
        )
    return rows


def _let_go(change: versions.Change, table: str, one: Edit) -> None:
    change.cursor.execute(
        f"""
        INSERT INTO pyindex_going
        SELECT content_ptr_id FROM ({_SPOKEN_OF.format(table=table)}) AS spoken_of
        ON CONFLICT DO NOTHING
        """,
        _values(change, one),
    )


def _let_go_status(change: versions.Change, one: Edit) -> None:
    change.cursor.execute(
        f"""
        INSERT INTO pyindex_going
        SELECT unit.content_ptr_id FROM pyindex_pyindexprojectstatus unit {_HELD}
        WHERE unit.project = %(project)s ON CONFLICT DO NOTHING
        """,
        _values(change, one),
    )


def _bring(change: versions.Change, writer: writing.Writer, kind: writing.Kind, rows: Rows) -> None:
    """Let units of these rows come; one that an earlier edit lets go stays after all."""
    batch = writing.Batch()
    for row in rows:
        batch.add(kind, row)
    writer.write(batch)
    change.cursor.execute(
        f"INSERT INTO pyindex_coming SELECT content_id FROM {kind.table} ON CONFLICT DO NOTHING"
    )
    change.cursor.execute(
        f"DELETE FROM pyindex_going USING {kind.table} fresh"
        " WHERE pyindex_going.content_id = fresh.content_id"
    )


def _forget_removed(change: versions.Change) -> None:
    """A yank of a file that another edit of the same call removes does not come."""
    change.cursor.execute(
        """
        DELETE FROM pyindex_coming USING pyindex_pyindexyank yank
        WHERE yank.content_ptr_id = pyindex_coming.content_id AND EXISTS (
            SELECT FROM pyindex_going JOIN pyindex_pyindexfile f ON f.content_ptr_id = content_id
            WHERE f.filename = yank.filename AND f.project = yank.project)
        """
    )


def _values(change: versions.Change, one: Edit) -> dict[str, Any]:
    return {
        "repository": change.repository.pk,
        "project": one["project"],
        "releases": one.get("releases"),
        "filename": one.get("filename"),
    }


def _releases(change: versions.Change, one: Edit) -> list[str] | None:
    """The held spellings of the release that an edit speaks of; None: it speaks of every one."""
    release = one.get("release")
    if release is None:
        return None
    change.cursor.execute(
        f"""
        SELECT DISTINCT unit.version FROM pyindex_pyindexfile unit {_HELD}
        WHERE unit.project = %(project)s
        """,
        {"repository": change.repository.pk, "project": one["project"]},
    )
    return [held for (held,) in change.cursor.fetchall() if is_same_release(held, release)]
