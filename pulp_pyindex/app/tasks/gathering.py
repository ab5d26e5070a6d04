"""The network half of a sync: pages are asked for, and written as they come.

The network has a thread and a loop of its own; the database is used by the task's thread alone.
"""

from __future__ import annotations

import asyncio

from asgiref.sync import sync_to_async

from pulpcore.plugin.models import ProgressReport

from pulp_pyindex.app import ingest
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.tasks.completing import Completed, Completer
from pulp_pyindex.app.tasks.listing import Ask, Listing
from pulp_pyindex.app.tasks.pages import Failed, Missing, PageReader, Read, Unchanged
from pulp_pyindex.app.tasks.report import Report
from pulp_pyindex.app.tasks.rooting import list_projects
from pulp_pyindex.app.tasks.rows import add_page
from pulp_pyindex.app.tasks.ruled import RemoteRules
from pulp_pyindex.app.tasks.writing import Batch, Writer
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.wanted import Wanted

#: Rows and pages written by one transaction.
ROWS = 2000
PAGES = 1000
#: What has come is written, and progress is shown, at least so often where anything comes.
SECONDS = 2.0

#: What came of one project.
Arrival = Completed | Unchanged | Missing | Failed


class Gathering:
    """Brings what a remote remembers of its upstream up to date, and fills the report."""

    def __init__(
        self,
        remote: PyindexRemote,
        wanted: Wanted,
        listing: Listing,
        report: Report,
        rules: RemoteRules | None = None,
    ) -> None:
        self._remote = remote
        self._wanted = wanted
        self._listing = listing
        self._report = report
        self._rules = rules
        self._writer = Writer(remote.pulp_domain_id, remote)

    async def gather(self) -> None:
        """Read the list and what may have changed; raises PulpException where there is no list."""
        async with Upstream(self._remote) as upstream:
            listed = await list_projects(
                upstream, self._remote.url, self._wanted, self._listing, self._report
            )
            await sync_to_async(self._settle)(listed)
            if not self._report.asked:
                return
            reader = PageReader(
                upstream, self._remote.url, self._wanted, listed=listed, rules=self._rules
            )
            try:
                await self._read_pages(reader, Completer(upstream, self._remote), upstream)
            except BaseExceptionGroup as error:
                raise _first(error) from None

    async def _read_pages(
        self, reader: PageReader, completer: Completer, upstream: Upstream
    ) -> None:
        asks: asyncio.Queue[Ask | None] = asyncio.Queue(maxsize=4 * upstream.concurrency)
        arrivals: asyncio.Queue[Arrival | None] = asyncio.Queue(maxsize=PAGES)

        async def work() -> None:
            while (ask := await asks.get()) is not None:
                page = await reader.read(ask)
                arrival = await completer.complete(page) if isinstance(page, Read) else page
                await arrivals.put(arrival)

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

        async with asyncio.TaskGroup() as group:
            group.create_task(ask_all())
            group.create_task(self._write_all(arrivals))

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

    def finish(self) -> None:
        """Close the progress report."""
        self._progress.state = "completed"
        self._progress.save()

    async def _write_all(self, arrivals: asyncio.Queue[Arrival | None]) -> None:
        now = asyncio.get_running_loop().time
        pending: list[Arrival] = []
        rows, due = 0, 0.0
        over = False
        while not over:
            # A page that hangs must not keep the others from being remembered.
            late = False
            try:
                async with asyncio.timeout_at(due if pending else None):
                    arrival = await arrivals.get()
            except TimeoutError:
                late = True
            else:
                over = arrival is None
                if arrival is not None:
                    due = due if pending else now() + SECONDS
                    pending.append(arrival)
                    rows += len(arrival.sha256) if isinstance(arrival, Completed) else 0
            if over or late or rows >= ROWS or len(pending) >= PAGES:
                await sync_to_async(self._write)(pending)
                pending, rows = [], 0

    def _write(self, arrivals: list[Arrival]) -> None:
        """Write what came of some projects; in the task's own thread."""
        batch = Batch()
        fresh_serials: list[tuple[str, int]] = []
        failed: list[str] = []
        missing: list[str] = []
        for outcome in arrivals:
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
            (report.failed_provenance, done.attested.failed),
        ):
            for filename, why in entries:
                target.add(project=project, filename=filename, reason=why)

    def _store_fetched(self, arrivals: list[Arrival]) -> None:
        """Take in the files that had to be downloaded for their sha256."""
        for arrival in arrivals:
            if isinstance(arrival, Completed):
                for fetched in arrival.fetched:
                    ingest.store(
                        fetched.path,
                        sha256=fetched.sha256,
                        domain=self._remote.pulp_domain,
                        filename=fetched.filename,
                    )
                    self._report.files_downloaded += 1


def _first(group: BaseExceptionGroup) -> BaseException:
    """The first error of a group of groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
