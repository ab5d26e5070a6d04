"""Promote: give a repository the state that another version has, by reference.

Nothing is downloaded or copied, what is at its upstream stays there. A rollback is the promotion
of a repository's own older version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.util import get_url

from pulp_pyindex.app import catalog
from pulp_pyindex.app.exceptions import NotHeld
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks import gates, versions
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.index.filenames import is_same_release

#: Projects of a difference that a task's result describes; the version's `diff/` has them all.
SHOWN = 100

#: Projects and releases that a version's `info` names.
_NAMED_MOST = 100

_TABLES = (
    "pyindex_pyindexfile",
    "pyindex_pyindexyank",
    "pyindex_pyindexprovenance",
)
_STATUS = "pyindex_pyindexprojectstatus"
_NAMED = "unit.project = ANY(%(projects)s)"
_OF_RELEASE = (
    "(unit.project, unit.version) IN (SELECT * FROM unnest(%(of)s::text[], %(releases)s::text[]))"
)


def promote(
    *,
    repository_pk: str,
    source_pk: str,
    projects: Sequence[str] = (),
    releases: Sequence[dict[str, str]] = (),
    mode: str = "replace",
    dry_run: bool = False,
    note: str = "",
    override: Sequence[str] = (),
    override_reason: str = "",
    keep_source: bool | None = None,
) -> dict[str, Any]:
    """Make a version of the repository that holds what the source version holds.

    Of the named projects and releases only, where any are named; the rest of the repository then
    stays. `replace` also lets go what the source does not have of them, `add` lets go nothing but
    what is superseded. Returns the difference and the new version's address, which is None where
    there was nothing to do or `dry_run` says that nothing shall be done. Raises NotHeld where the
    source has none of a named project or release, and GatesClosed where the repository's gates do
    not let it in, but for those in `override`; nothing is changed then. `keep_source` says whether
    the record of it keeps the source version, instead of the repository's own setting.
    """
    repository = present(PyindexRepository.objects.all(), repository_pk)
    source = present(RepositoryVersion.objects.select_related("repository"), source_pk)
    order = _Order(mode=mode, projects=projects, releases=releases, note=note)
    with versions.change(repository) as change:
        _plan(change, source, _values(change, source, repository, order), mode, releases)
        verdict = gates.judge(
            change, repository, source, gates.Override(rules=override, reason=override_reason)
        )
        if not dry_run:
            verdict.check(repository)
        result = _described(repository, source, dry_run)
        result["gates"] = verdict.result()
        if dry_run:
            return result
        info = order.info() | _of(source, repository) | _in_spite_of(verdict, override_reason)
        version = change.commit(info=info, like=source if order.is_whole else None)
    if version is not None:
        result["repository_version"] = f"{get_url(repository)}versions/{version.number}/"
        if source.repository_id != repository.pk:
            keeps = repository.keep_sources if keep_source is None else keep_source
            gates.record(version, source, verdict, holds_source=keeps, **order.record())
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be promoted of a version."""

    mode: str
    projects: Sequence[str]
    releases: Sequence[dict[str, str]]
    note: str

    @property
    def is_whole(self) -> bool:
        """Whether the repository is to hold what the source holds, and nothing else."""
        return self.mode == "replace" and not self.projects and not self.releases

    def record(self) -> dict[str, Any]:
        """As the record of a promotion has them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def info(self) -> dict[str, Any]:
        """As the `info` of the new version has them."""
        named = {
            "projects": list(self.projects[:_NAMED_MOST]),
            "releases": list(self.releases[:_NAMED_MOST]),
        }
        return {"mode": self.mode, "note": self.note, **named}


def _values(
    change: versions.Change, source: RepositoryVersion, repository: PyindexRepository, order: _Order
) -> dict[str, Any]:
    """What the statements are given."""
    values = {
        "source": source.pk,
        "repository": repository.pk,
        "projects": list(order.projects),
        "of": [one["project"] for one in order.releases],
    }
    return {**values, **_spelled(change, values, order.releases)}


def _of(source: RepositoryVersion, target: PyindexRepository) -> dict[str, Any]:
    """What the new version's `info` says of the one that was promoted."""
    return {
        "source": "rollback" if source.repository_id == target.pk else "promotion",
        "version": str(source.pk),
        "repository": source.repository.name,
        "number": source.number,
    }


def _in_spite_of(verdict: gates.Verdict, reason: str) -> dict[str, Any]:
    """What it says of gates that were overridden."""
    overridden = verdict.overridden
    return {"overridden": overridden, "override_reason": reason if overridden else ""}


def _spelled(
    change: versions.Change, values: dict[str, Any], releases: Sequence[dict[str, str]]
) -> dict[str, list[str]]:
    """The releases that are meant as source and repository spell them: 2.0.0 may be its 2.0."""
    if not releases:
        return {"of": [], "releases": []}
    change.cursor.execute(
        f"""
        SELECT DISTINCT unit.project, unit.version FROM {_TABLES[0]} unit
        WHERE unit.project = ANY(%(of)s)
          AND unit.content_ptr_id IN ({_OF_SOURCE} UNION ALL {_OF_REPOSITORY})
        """,
        values,
    )
    wanted: dict[str, list[str]] = {}
    for one in releases:
        wanted.setdefault(one["project"], []).append(one["release"])
    held = [
        (project, version)
        for project, version in change.cursor.fetchall()
        if any(is_same_release(release, version) for release in wanted[project])
    ]
    return {"of": [project for project, _ in held], "releases": [one for _, one in held]}


def _plan(
    change: versions.Change,
    source: RepositoryVersion,
    values: dict[str, Any],
    mode: str,
    releases: Sequence[dict[str, str]],
) -> None:
    """Let come and go what the order comes to."""
    if values["projects"] or releases:
        _take_named(change, values)
        _check_named(change, source, values["projects"], releases)
        if mode == "replace":
            _let_go(change, values)
        else:
            change.forget_replaced(_OF_SOURCE, values)
        change.settle()
        return
    _take_all(change, values)
    if mode == "replace":
        _let_go_all(change, values)
    else:
        change.forget_replaced(_OF_SOURCE, values)
    # Where all is replaced nothing stays that something could supersede.
    change.settle(supersede=mode != "replace")


def _take_named(change: versions.Change, values: dict[str, Any]) -> None:
    for table in _TABLES:
        _take(change, table, f"({_NAMED} OR {_OF_RELEASE})", values)
    # A status is about the whole project.
    _take(change, _STATUS, _NAMED, values)


def _take(change: versions.Change, table: str, chosen: str, values: dict[str, Any]) -> None:
    change.cursor.execute(
        f"""
        INSERT INTO pyindex_coming
        SELECT unit.content_ptr_id FROM {table} unit
        WHERE {chosen} AND unit.content_ptr_id IN (
            SELECT unnest(content_ids) FROM core_repositoryversion WHERE pulp_id = %(source)s)
        ON CONFLICT DO NOTHING
        """,
        values,
    )


def _check_named(
    change: versions.Change,
    source: RepositoryVersion,
    projects: Sequence[str],
    releases: Sequence[dict[str, str]],
) -> None:
    """Raise NotHeld for the first project or release the source has no unit of."""
    units = " UNION ".join(
        f"SELECT project, {'NULL' if table == _STATUS else 'version'} FROM pyindex_coming"
        f" JOIN {table} ON content_ptr_id = content_id"
        for table in (*_TABLES, _STATUS)
    )
    change.cursor.execute(units)
    known: dict[str, set[str]] = {}
    for project, version in change.cursor.fetchall():
        known.setdefault(project, set()).add(version or "")
    for project in projects:
        if project not in known:
            raise NotHeld(source.repository.name, project, None, None)
    for one in releases:
        project, release = one["project"], one["release"]
        if not any(is_same_release(release, held) for held in known.get(project, ())):
            raise NotHeld(source.repository.name, project, release, None)


def _let_go(change: versions.Change, values: dict[str, Any]) -> None:
    """What the repository has of what is named, and the source has not."""
    scopes = [(table, f"({_NAMED} OR {_OF_RELEASE})") for table in _TABLES]
    for table, chosen in [*scopes, (_STATUS, _NAMED)]:
        change.cursor.execute(
            f"""
            INSERT INTO pyindex_going
            SELECT unit.content_ptr_id FROM {table} unit
            JOIN core_repositorycontent held ON held.content_id = unit.content_ptr_id
            WHERE held.repository_id = %(repository)s AND held.version_removed_id IS NULL
              AND {chosen} AND NOT EXISTS (
                SELECT FROM pyindex_coming WHERE content_id = unit.content_ptr_id)
            """,
            values,
        )


def _take_all(change: versions.Change, values: dict[str, Any]) -> None:
    """What the source has and the repository has not."""
    change.cursor.execute(
        f"INSERT INTO pyindex_coming {_OF_SOURCE} EXCEPT {_OF_REPOSITORY} ORDER BY 1", values
    )


def _let_go_all(change: versions.Change, values: dict[str, Any]) -> None:
    """What the repository has and the source has not."""
    change.cursor.execute(f"INSERT INTO pyindex_going {_OF_REPOSITORY} EXCEPT {_OF_SOURCE}", values)


_OF_SOURCE = "SELECT unnest(content_ids) FROM core_repositoryversion WHERE pulp_id = %(source)s"
_OF_REPOSITORY = """
    SELECT content_id FROM core_repositorycontent
    WHERE repository_id = %(repository)s AND version_removed_id IS NULL
"""


def _described(
    repository: PyindexRepository, source: RepositoryVersion, dry_run: bool
) -> dict[str, Any]:
    latest = repository.latest_version()
    assert latest is not None  # a repository begins with version 0
    totals, shown = catalog.planned(latest, limit=SHOWN)
    return {
        "dry_run": dry_run,
        "source": f"{get_url(source.repository.cast())}versions/{source.number}/",
        "difference": asdict(totals),
        "projects": [asdict(one) for one in shown],
        "repository_version": None,
    }
