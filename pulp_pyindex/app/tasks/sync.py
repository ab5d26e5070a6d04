"""Mirror an upstream into a repository.

    list of projects → which may have changed → their pages → rows (committed as they come)
    → what comes and what goes → one new version, or none

What is interrupted leaves no version; the next sync goes on from the rows and the remembered
state of each project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db.models import Max
from packaging.utils import NormalizedName

from pulpcore.plugin.models import ProgressReport, Remote
from pulpcore.plugin.util import get_url

from pulp_pyindex.app.exceptions import AllProjectsFailed, MassRemoval, NothingFound
from pulp_pyindex.app.models import PyindexProjectState, PyindexRemote, PyindexRepository
from pulp_pyindex.app.models.remote import WANTED_FIELDS
from pulp_pyindex.app.tasks import aligning, versions
from pulp_pyindex.app.tasks.downloading import Downloads
from pulp_pyindex.app.tasks.gathering import Gathering
from pulp_pyindex.app.tasks.listing import Listing
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.report import Report
from pulp_pyindex.app.tasks.ruled import RemoteRules
from pulp_pyindex.app.tasks.writing import unhurried
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.app.upstream.origin import shown
from pulp_pyindex.index.wanted import Wanted


def synchronize(
    remote_pk: str, repository_pk: str, mirror: bool = False, allow_mass_removal: bool = False
) -> dict[str, Any]:
    """Bring a repository in line with a remote; what comes back becomes the task's result.

    Raises PulpException where the upstream cannot be used at all, and then changes nothing.
    """
    remote = present(PyindexRemote.objects.select_related("pulp_domain"), remote_pk)
    repository = present(PyindexRepository.objects.all(), repository_pk)
    sync = _Sync(remote, repository, mirror=mirror, allow_mass_removal=allow_mass_removal)
    return sync.run()


class _Sync:
    """One run."""

    def __init__(
        self,
        remote: PyindexRemote,
        repository: PyindexRepository,
        *,
        mirror: bool,
        allow_mass_removal: bool,
    ) -> None:
        self._remote = remote
        self._repository = repository
        self._mirror = mirror
        self._allow_mass_removal = allow_mass_removal
        self._wanted = Wanted.build(**{name: getattr(remote, name) for name in WANTED_FIELDS})
        self._report = Report()
        rules = RemoteRules.of(remote)
        self._listing = Listing(remote, _digest(remote, self._wanted, rules))
        self._gathering = Gathering(remote, self._wanted, self._listing, self._report, rules)

    def run(self) -> dict[str, Any]:
        with unhurried():
            async_to_sync(self._gathering.gather)()
        self._check_outcome()
        with versions.change(self._repository) as change:
            aligning.desire(change.cursor, self._remote)
            broken: list[UUID] = []
            if self._remote.policy == Remote.IMMEDIATE:
                broken = async_to_sync(self._download)()
            aligning.align(change, self._remote, mirror=self._mirror, broken=broken)
            change.settle()
            counts = change.count()
            self._check_removal(counts)
            version = change.commit(info=self._info())
        if version is None:
            return self._report.result(None)
        self._report.files_added = counts.files_added
        self._report.files_removed = counts.files_removed
        return self._report.result(f"{get_url(self._repository)}versions/{version.number}/")

    async def _download(self) -> list[UUID]:
        progress = ProgressReport(
            message="Downloading files", code="sync.downloading.artifacts", state="running"
        )
        await sync_to_async(progress.save)()

        async def on_progress(count: int) -> None:
            progress.done += count
            await sync_to_async(progress.save)()

        async with Upstream(self._remote) as upstream:
            downloads = Downloads(upstream, self._remote, self._report)
            await downloads.run(on_progress)
        progress.state = "completed"
        await sync_to_async(progress.save)()
        return downloads.broken

    def _check_outcome(self) -> None:
        """Raise where nothing could be read at all; otherwise tell what could not."""
        report, url = self._report, self._remote.url
        self._gathering.finish()
        failed = report.failed_projects
        read = self._listing.count_read()
        if failed.count and not read:
            first = failed.entries[0]
            raise AllProjectsFailed(url, failed.count, first["project"], first["reason"])
        if report.missing and not read and not failed.count:
            raise NothingFound(url, sorted(report.missing))
        report.missing.sort()
        for code, message, count in (
            ("sync.failed.projects", "Projects that could not be read", failed.count),
            ("sync.missing.projects", "Included projects upstream lacks", len(report.missing)),
            ("sync.refused.files", "Files refused", report.refused_files.count),
        ):
            if count:
                ProgressReport(
                    message=message, code=code, state="completed", total=count, done=count
                ).save()

    def _check_removal(self, counts: versions.Counts) -> None:
        limit = settings.PYINDEX_MASS_REMOVAL_LIMIT
        if (
            self._mirror
            and not self._allow_mass_removal
            and counts.files_lost > limit * counts.files_present
        ):
            raise MassRemoval(self._remote.url, counts.files_lost, counts.files_present, limit)

    def _info(self) -> dict[str, Any]:
        return {
            "source": "sync",
            "remote": str(self._remote.pk),
            "remote_name": self._remote.name,
            "url": shown(self._remote.url),
            "serial": _newest_serial(self._remote),
            "mirror": self._mirror,
        }


def _newest_serial(remote: PyindexRemote) -> int | None:
    """The highest serial that the remote's upstream told of a project; None where it tells none."""
    states = PyindexProjectState.objects.filter(remote=remote)
    serial: int | None = states.aggregate(newest=Max("serial"))["newest"]
    return serial


def _digest(
    remote: PyindexRemote, wanted: Wanted, rules: RemoteRules | None
) -> Callable[[NormalizedName], str]:
    """Of all that decides what a project's page comes to: where it is, and what is wanted."""
    context = f"{remote.url}\n{remote.provenance}\n"
    if rules is not None:
        context += f"{rules.digest}\n"

    @lru_cache(maxsize=1024)
    def joined(digest: str) -> str:
        return hashlib.sha256((context + digest).encode()).hexdigest()

    return lambda project: joined(wanted.digest(project))
