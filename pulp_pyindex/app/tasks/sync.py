"""Mirror an upstream into a repository.

    list of projects → which may have changed → their pages → rows (committed as they come)
    → what comes and what goes → one new version, or none

What is interrupted leaves no version; the next sync goes on from the rows and the remembered
state of each project.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from packaging.utils import NormalizedName

from pulpcore.plugin.models import ProgressReport, Remote
from pulpcore.plugin.util import get_url

from pulp_pyindex.app import ingest
from pulp_pyindex.app.exceptions import AllProjectsFailed, MassRemoval, NothingFound
from pulp_pyindex.app.models import PyindexRemote, PyindexRepository
from pulp_pyindex.app.tasks import aligning, versions
from pulp_pyindex.app.tasks.completing import Completed, Completer
from pulp_pyindex.app.tasks.downloading import Downloads
from pulp_pyindex.app.tasks.listing import Ask, Listing
from pulp_pyindex.app.tasks.pages import Failed, Missing, PageReader, Read, Unchanged
from pulp_pyindex.app.tasks.report import Report
from pulp_pyindex.app.tasks.rooting import list_projects
from pulp_pyindex.app.tasks.rows import add_page
from pulp_pyindex.app.tasks.writing import Batch, Writer, unhurried
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.wanted import Wanted

#: Rows and pages written by one transaction.
ROWS = 2000
PAGES = 1000

_WANTED = (
    "includes",
    "excludes",
    "prereleases",
    "package_types",
    "python_tags",
    "platform_tags",
    "keep_latest",
    "exclude_yanked",
    "max_file_size",
    "uploaded_before",
    "uploaded_after",
)


def synchronize(
    remote_pk: str, repository_pk: str, mirror: bool = False, allow_mass_removal: bool = False
) -> dict[str, Any]:
    """Bring a repository in line with a remote; what comes back becomes the task's result.

    Raises PulpException where the upstream cannot be used at all, and then changes nothing.
    """
    remote = PyindexRemote.objects.select_related("pulp_domain").get(pk=remote_pk)
    repository = PyindexRepository.objects.get(pk=repository_pk)
    sync = _Sync(remote, repository, mirror=mirror, allow_mass_removal=allow_mass_removal)
    return sync.run()


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What came of one project, to be written."""

    outcome: Completed | Unchanged | Missing | Failed


class _Sync:
    """One run. The network has a thread and loop of its own; the database is used by the task's."""

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
        self._wanted = Wanted.build(**{name: getattr(remote, name) for name in _WANTED})
        self._report = Report()
        self._listing = Listing(remote, _digest(remote, self._wanted))
        self._writer = Writer(remote.pulp_domain_id, remote)

    def run(self) -> dict[str, Any]:
        with unhurried():
            async_to_sync(self._read)()
        self._check_outcome()
        with versions.change(self._repository) as change:
            aligning.desire(change.cursor, self._remote)
            broken = []
            if self._remote.policy == Remote.IMMEDIATE:
                broken = async_to_sync(self._download)()
            aligning.align(change, self._remote, mirror=self._mirror, broken=broken)
            counts = change.settle()
            self._check_removal(counts)
            version = change.commit(info=self._info())
        if version is None:
            return self._report.result(None)
        self._report.files_added = counts.files_added
        self._report.files_removed = counts.files_removed
        return self._report.result(f"{get_url(self._repository)}versions/{version.number}/")

    # Reading ------------------------------------------------------------------------------------

    async def _read(self) -> None:
        async with Upstream(self._remote) as upstream:
            listed = await list_projects(
                upstream, self._remote.url, self._wanted, self._listing, self._report
            )
            await sync_to_async(self._settle)(listed)
            if not self._report.asked:
                return
            reader = PageReader(upstream, self._remote.url, self._wanted, listed=listed)
            completer = Completer(upstream, self._remote)
            asks: asyncio.Queue[Ask | None] = asyncio.Queue(maxsize=4 * upstream.concurrency)
            arrivals: asyncio.Queue[_Arrival | None] = asyncio.Queue(maxsize=PAGES)

            async def work() -> None:
                while (ask := await asks.get()) is not None:
                    outcome = await reader.read(ask)
                    done = (
                        await completer.complete(outcome) if isinstance(outcome, Read) else outcome
                    )
                    await arrivals.put(_Arrival(done))

            async def ask_all() -> None:
                async with asyncio.TaskGroup() as workers:
                    for _ in range(upstream.concurrency):
                        workers.create_task(work())
                    after = ""
                    while batch := await sync_to_async(self._listing.to_ask)(after, PAGES):
                        for ask in batch:
                            await asks.put(ask)
                        after = batch[-1].project
                    for _ in range(upstream.concurrency):
                        await asks.put(None)
                await arrivals.put(None)

            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(ask_all())
                    group.create_task(self._write_all(arrivals))
            except BaseExceptionGroup as error:
                raise _first(error) from None

    def _settle(self, listed: bool) -> None:
        report = self._report
        report.wanted = self._listing.settle()
        report.asked = self._listing.count_to_ask()
        report.unchanged = report.wanted - report.asked
        explicit = self._wanted.explicit
        if listed and explicit is not None:
            report.missing = self._listing.absent(sorted(explicit))
        self._progress = ProgressReport(
            message="Reading project pages", code="sync.pages", total=report.asked, state="running"
        )
        self._progress.save()

    async def _write_all(self, arrivals: asyncio.Queue[_Arrival | None]) -> None:
        pending: list[_Arrival] = []
        rows = 0
        while True:
            arrival = await arrivals.get()
            if arrival is not None:
                pending.append(arrival)
                if isinstance(arrival.outcome, Completed):
                    rows += len(arrival.outcome.sha256)
            if arrival is None or rows >= ROWS or len(pending) >= PAGES:
                await sync_to_async(self._write)(pending)
                pending, rows = [], 0
            if arrival is None:
                return

    def _write(self, arrivals: list[_Arrival]) -> None:
        """Write what came of some projects; in the task's own thread."""
        batch = Batch()
        fresh_serials: list[tuple[str, int]] = []
        failed: list[str] = []
        missing: list[str] = []
        for arrival in arrivals:
            outcome = arrival.outcome
            if isinstance(outcome, Completed):
                add_page(batch, outcome)
                self._note(outcome)
            elif isinstance(outcome, Unchanged):
                self._report.unchanged += 1
                if outcome.serial is not None:
                    fresh_serials.append((outcome.ask.project, outcome.serial))
            elif isinstance(outcome, Failed):
                failed.append(outcome.ask.project)
                self._report.failed_projects.add(project=outcome.ask.project, reason=outcome.reason)
            else:
                missing.append(outcome.ask.project)
        self._report.missing.extend(missing)
        self._listing.mark(failed, "failed")
        self._listing.mark(missing, "missing")
        if len(batch):
            self._writer.write(batch)
        if fresh_serials:
            self._writer.refresh(fresh_serials)
        self._store_fetched(arrivals)
        self._progress.done += len(arrivals)
        self._progress.save()

    def _note(self, done: Completed) -> None:
        report, project = self._report, done.read.ask.project
        report.changed += 1
        for reason, count in done.read.left_out.items():
            report.left_out[str(reason)] += count
        for refused in done.read.refused:
            report.refused_files.add(
                project=project, filename=refused.filename, reason=refused.reason
            )
        for target, entries in (
            (report.refused_files, done.refused),
            (report.failed_files, done.failed_files),
            (report.failed_provenance, done.failed_provenance),
        ):
            for filename, reason in entries:
                target.add(project=project, filename=filename, reason=reason)

    def _store_fetched(self, arrivals: list[_Arrival]) -> None:
        """Take in the files that had to be downloaded for their sha256."""
        for arrival in arrivals:
            if isinstance(arrival.outcome, Completed):
                for fetched in arrival.outcome.fetched:
                    ingest.store(
                        fetched.path,
                        sha256=fetched.sha256,
                        domain=self._remote.pulp_domain,
                        filename=fetched.filename,
                    )
                    self._report.files_downloaded += 1

    async def _download(self) -> list[Any]:
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

    # Judging ------------------------------------------------------------------------------------

    def _check_outcome(self) -> None:
        """Raise where nothing could be read at all; otherwise tell what could not."""
        report, url = self._report, self._remote.url
        self._progress.state = "completed"
        self._progress.save()
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
            "url": self._remote.url,
            "mirror": self._mirror,
        }


def _digest(remote: PyindexRemote, wanted: Wanted) -> Callable[[NormalizedName], str]:
    """Of all that decides what a project's page comes to: where it is, and what is wanted."""
    context = f"{remote.url}\n{remote.provenance}\n"

    @lru_cache(maxsize=1024)
    def joined(digest: str) -> str:
        return hashlib.sha256((context + digest).encode()).hexdigest()

    return lambda project: joined(wanted.digest(project))


def _first(group: BaseExceptionGroup) -> BaseException:
    """The first error of a group of groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
