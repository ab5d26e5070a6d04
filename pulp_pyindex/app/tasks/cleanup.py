"""Clean up: delete old versions that nothing holds, and say what that really frees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.tasking import orphan_cleanup
from pulpcore.plugin.util import get_url

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks import unneeded
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.unneeded import Unneeded
from pulp_pyindex.app.tasks.unshown import drop_unshown_pages, unshown_pages

#: Units that Pulp's orphan clean-up is given at a time.
_BATCH = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Old:
    """A version that may go, were it not held."""

    version: RepositoryVersion
    #: When another one took its place.
    superseded: datetime


def clean_up(
    repository_pk: str,
    *,
    retain_versions: int | None = None,
    older_than: float | None = None,
    remove_content: bool = False,
    orphan_protection_time: int | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Delete versions that are not among the newest and whose time has long been over.

    `retain_versions` is how many of the newest stay, `older_than` how many seconds ago a version
    must have been superseded; what is None does not matter. The newest and those that something
    holds always stay. `remove_content` also removes what no version holds then, as Pulp's orphan
    clean-up does, unless it was of interest in the last `orphan_protection_time` minutes. With
    `dry_run` nothing is done, and what is returned is what would be.
    """
    repository = present(PyindexRepository.objects.all(), repository_pk)
    minutes = settings.ORPHAN_PROTECTION_TIME
    if orphan_protection_time is not None:
        minutes = orphan_protection_time
    old = _old(repository, retain_versions, older_than)
    held = {*repository.protected_versions().values_list("pk", flat=True)}
    going = [one for one in old if one.version.pk not in held]
    found = unneeded.find_unneeded(
        repository.pk,
        [one.version.number for one in going],
        datetime.now(UTC) - timedelta(minutes=minutes),
    )
    freed = found if remove_content else unneeded.NOTHING
    pages = unshown_pages(_keys(going))
    if not dry_run:
        for one in going:
            one.version.delete()
        pages = drop_unshown_pages()
        freed = _remove_content(minutes) if remove_content else unneeded.NOTHING
    return {
        "dry_run": dry_run,
        "versions": [_described(repository, one) for one in going],
        "held": _held(repository, [one for one in old if one.version.pk in held]),
        "unneeded": asdict(found),
        "freed": {**asdict(freed), "pages": pages.pages, "page_bytes": pages.bytes},
    }


def _old(repository: PyindexRepository, retain: int | None, older_than: float | None) -> list[_Old]:
    """The versions that may go by their number and age, the oldest first."""
    versions = list(repository.versions.complete().defer("content_ids").order_by("number"))
    old = [
        _Old(version=version, superseded=following.pulp_created)
        for version, following in pairwise(versions)
    ]
    if retain is not None:
        old = old[: max(len(versions) - retain, 0)]
    if older_than is not None:
        latest = datetime.now(UTC) - timedelta(seconds=older_than)
        old = [one for one in old if one.superseded < latest]
    return old


def _held(repository: PyindexRepository, staying: Sequence[_Old]) -> list[dict[str, Any]]:
    """Those that would go, were it not for what holds them, and what that is."""
    holds = catalog.holds(repository.pk)
    return [
        {
            **_described(repository, one),
            "holds": [_hold(each) for each in holds.get(one.version.pk, ())],
        }
        for one in staying
    ]


def _keys(going: Sequence[_Old]) -> list[Any]:
    return [one.version.pk for one in going]


def _remove_content(minutes: int) -> Unneeded:
    units = unneeded.unneeded_units()
    for start in range(0, len(units), _BATCH):
        orphan_cleanup(content_pks=units[start : start + _BATCH], orphan_protection_time=minutes)
    return unneeded.removed_of_unneeded()


def _described(repository: PyindexRepository, one: _Old) -> dict[str, Any]:
    return {
        "number": one.version.number,
        "href": f"{get_url(repository)}versions/{one.version.number}/",
        "created": one.version.pulp_created.isoformat(),
        "superseded": one.superseded.isoformat(),
    }


def _hold(hold: catalog.Hold) -> dict[str, Any]:
    since = hold.since.isoformat() if hold.since is not None else None
    return {"kind": hold.kind, "name": hold.name, "note": hold.note, "since": since}
