"""From the pages of an upstream to what a repository may hold of them."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from asgiref.sync import sync_to_async
from packaging.utils import NormalizedName

from pulp_pyindex.app.exceptions import UpstreamError, UpstreamMissing
from pulp_pyindex.app.tasks.listing import Ask
from pulp_pyindex.app.tasks.ruled import RemoteRules
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.choosing import Kept, choose
from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.pages import ProjectPage, ProjectStatus
from pulp_pyindex.index.reading import Refused, read_project
from pulp_pyindex.index.wanted import Reason, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A page that was read."""

    ask: Ask
    #: To be remembered; lower than the listed one where the page is older than the list.
    serial: int | None
    etag: str | None
    last_modified: str | None
    page_sha256: str
    status: ProjectStatus
    kept: list[Kept]
    refused: list[Refused] = field(default_factory=list)
    left_out: Counter[Reason] = field(default_factory=Counter)
    #: False: what the page comes to changes although it does not; it is to be read again.
    is_lasting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A page that is what it was when it was last read."""

    ask: Ask
    serial: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A project that upstream neither lists nor has."""

    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A page that could not be had or read, and why."""

    ask: Ask
    reason: str


Outcome = Read | Unchanged | Missing | Failed


class PageReader:
    """Asks one upstream for project pages and keeps what is wanted of them.

    `listed`: the projects asked for are on the upstream's own list. Then a 404 is a fault of the
    upstream; otherwise it says that there is no such project.
    """

    def __init__(
        self,
        upstream: Upstream,
        url: str,
        wanted: Wanted,
        *,
        listed: bool,
        rules: RemoteRules | None = None,
    ) -> None:
        self._upstream = upstream
        self._url = url
        self._wanted = wanted
        self._listed = listed
        self._rules = rules
        #: Held while a large page is read and taken apart: one of them in memory is enough.
        self._room = asyncio.Lock()

    async def read(self, ask: Ask) -> Outcome:
        """What became of the project; raises nothing for what an upstream can do."""
        url = project_url(self._url, ask.project)
        async with AsyncExitStack() as stack:
            has_room = False

            async def wait_for_room() -> None:
                # Asked for again at each retry; once is enough.
                nonlocal has_room
                if not has_room:
                    has_room = True
                    await stack.enter_async_context(self._room)

            try:
                answer = await self._upstream.page(
                    url, etag=ask.etag, last_modified=ask.last_modified, on_large=wait_for_room
                )
            except UpstreamMissing as error:
                if self._listed:
                    return Failed(ask=ask, reason=f"listed, but {error.url}: {error.reason}")
                return Missing(ask=ask)
            except UpstreamError as error:
                return Failed(ask=ask, reason=f"{error.url}: {error.reason}")
            told = _serial_of(answer.headers.get("X-PyPI-Last-Serial"))
            if answer.status == 304:
                return Unchanged(ask=ask, serial=_older(ask.serial, told))
            digest = hashlib.sha256(answer.body).hexdigest()
            if digest == ask.page_sha256:
                return Unchanged(ask=ask, serial=_older(ask.serial, told))
            try:
                reading = read_project(answer.body, answer.url, ask.project)
            except InvalidPage as error:
                return Failed(ask=ask, reason=str(error))
            read = self._choose(
                ask,
                reading.page,
                list(reading.refused),
                told=told,
                digest=digest,
                etag=answer.headers.get("ETag"),
                last_modified=answer.headers.get("Last-Modified"),
            )
            return await self._ruled(read, reading.page)

    async def _ruled(self, read: Read, page: ProjectPage) -> Read:
        """Without the files that the remote's ruleset denies."""
        rules = self._rules
        if rules is None:
            return read
        if rules.asks_database:
            denials = await sync_to_async(rules.denials)(page)
        else:
            denials = rules.denials(page)
        denied = [kept for kept in read.kept if kept.file.filename in denials.texts]
        told = [
            Refused(filename=one.file.filename, reason=denials.texts[one.file.filename])
            for one in denied
        ]
        return replace(
            read,
            kept=[kept for kept in read.kept if kept.file.filename not in denials.texts],
            refused=[*read.refused, *told],
            is_lasting=not denials.is_passing,
        )

    def _choose(
        self,
        ask: Ask,
        page: ProjectPage,
        refused: list[Refused],
        *,
        told: int | None,
        digest: str,
        etag: str | None,
        last_modified: str | None,
    ) -> Read:
        choice = choose(self._wanted, ask.project, page.files)
        unnamed = [Refused(filename=name, reason=reason) for name, reason in choice.refused]
        return Read(
            ask=ask,
            serial=_older(ask.serial, page.serial if page.serial is not None else told),
            etag=etag,
            last_modified=last_modified,
            page_sha256=digest,
            status=page.status,
            kept=list(choice.kept),
            refused=[*refused, *unnamed],
            left_out=choice.left_out,
        )


def project_url(index: str, project: NormalizedName) -> str:
    """Where an index has the page of a project; the query of the index's own URL is kept."""
    parts = urlsplit(index)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{project}/", fragment=""))


def _older(listed: int | None, told: int | None) -> int | None:
    """The serial to remember: a page that lags behind the list is asked for again next time."""
    if listed is None or told is None:
        return listed
    return min(listed, told)


def _serial_of(header: str | None) -> int | None:
    return int(header) if header and header.isascii() and header.isdecimal() else None
