"""The upstreams that are passed through: their settings, and connections that stay open."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pulp_pyindex.app.exceptions import UpstreamError
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.models.remote import WANTED_FIELDS
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.memory import Flights
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import SourceFailed
from pulp_pyindex.app.serving.traffic import Question, Traffic
from pulp_pyindex.app.upstream import PROMPT, Upstream, loops
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.wanted import Wanted

#: Downloads of one upstream at a time, where the remote does not say.
_DOWNLOADS = 64
#: Seconds after which connections that nobody takes any more are closed.
_GRACE = 900.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """One remote as it was at a moment."""

    remote: PyindexRemote
    stamp: datetime
    wanted: Wanted
    pages: Upstream
    #: Apart from pages: many slow downloads keep no page waiting.
    files: Upstream
    #: Where questions to it are counted.
    traffic: Traffic

    @property
    def keeps(self) -> bool:
        """Whether files that pass are kept."""
        return bool(self.remote.policy != PyindexRemote.STREAMED)

    def asking(self, kind: str) -> AbstractContextManager[Question]:
        """A question to it, counted when it has ended."""
        return self.traffic.asking(self.remote.pulp_domain.name, self.remote, kind)

    async def close(self) -> None:
        await self.pages.close()
        await self.files.close()


class Connections:
    """The links of one process."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._links: dict[UUID, Link] = {}
        self._flights = Flights()
        self._closing: set[asyncio.Task[None]] = set()

    async def of(self, index: Index) -> Link:
        """The link of the index's remote. Raises SourceFailed, DatabaseGone."""
        assert index.remote_pk is not None
        if loops.is_loop(index.remote_pk):
            where = f"the remote of the index {index.base_path!r}"
            raise SourceFailed(508, where, "it leads back to itself")
        link = self._links.get(index.remote_pk)
        if link is not None and (index.remote_stamp is None or link.stamp >= index.remote_stamp):
            return link
        remote_pk = index.remote_pk
        return await self._flights.share(remote_pk, lambda: self._load(remote_pk, index))

    async def close(self) -> None:
        """Close everything."""
        for task in self._closing:
            task.cancel()
        if self._closing:
            await asyncio.wait(self._closing)
        for link in self._links.values():
            await link.close()

    async def _load(self, remote_pk: UUID, index: Index) -> Link:
        remote = await in_database(_remote, remote_pk)
        if remote is None:
            raise SourceFailed(502, f"the remote of {index.base_path!r}", "it was deleted")
        try:
            wanted = Wanted.build(**{name: getattr(remote, name) for name in WANTED_FIELDS})
            link = Link(
                remote=remote,
                stamp=remote.pulp_last_updated,
                wanted=wanted,
                traffic=self._traffic,
                pages=Upstream(remote, pace=PROMPT),
                files=Upstream(
                    remote, pace=PROMPT, concurrency=remote.download_concurrency or _DOWNLOADS
                ),
            )
        except (PyindexError, UpstreamError, OSError, ValueError) as error:
            # TLS settings that cannot be read, an address that is none.
            raise SourceFailed(502, f"the remote {remote.name!r}", str(error)) from error
        link.pages.open()
        link.files.open()
        before = self._links.get(remote_pk)
        self._links[remote_pk] = link
        if before is not None:
            self._close_later(before)
        return link

    def _close_later(self, link: Link) -> None:
        async def close() -> None:
            try:
                # Downloads of the link may be under way.
                await asyncio.sleep(_GRACE)
            finally:
                await link.close()

        task = asyncio.create_task(close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _remote(remote_pk: UUID) -> PyindexRemote | None:
    return PyindexRemote.objects.select_related("pulp_domain").filter(pk=remote_pk).first()
