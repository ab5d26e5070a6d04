"""One request to an upstream for a page at a time, whatever number of clients and processes.

The process that holds the lock asks; those of the other processes who cannot do without the page
wait for it, and read what it wrote down.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import CachedPage
from pulp_pyindex.app.exceptions import UpstreamError, UpstreamMissing
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.parts import Part, Told
from pulp_pyindex.app.serving.sources import SourceFailed
from pulp_pyindex.app.serving.through import recording
from pulp_pyindex.app.serving.through.connections import Link
from pulp_pyindex.app.serving.through.freshness import lifetime, moment
from pulp_pyindex.app.serving.through.news import news
from pulp_pyindex.app.serving.traffic import Question
from pulp_pyindex.app.tasks.pages import project_url
from pulp_pyindex.app.upstream import PageAnswer
from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.reading import read_project

_log = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds between two looks at what another process does.
_GLANCE = 0.01
#: Pages larger than this are read in a thread.
_LARGE = 64 * 1024

Heard = Callable[[CachedPage], None]
#: Is told of repositories that have files of which a page says something new.
Note = Callable[[Iterable[UUID]], None]


class Asking:
    """Asks for one page; use once."""

    def __init__(
        self,
        folder: Path,
        link: Link,
        project: NormalizedName,
        known: CachedPage | None,
        note: Note,
    ) -> None:
        self._note = note
        self._link = link
        self._project = project
        self._known = known
        self._begun = time.time()
        name = sha256(project.encode()).hexdigest()[:32]
        self._part = Part(folder, f"page-{link.remote.pk.hex}-{name}")

    async def now(self, heard: Heard) -> None:
        """Tell `heard` what upstream says, and write it down. Raises SourceFailed, DatabaseGone.

        Returns when it is written; `heard` does not wait for that.
        """
        while True:
            lock = self._part.lead()
            if lock is not None:
                break
            await asyncio.sleep(_GLANCE)
        failed: SourceFailed | None = None
        try:
            await self._lead(heard)
        except SourceFailed as failure:
            failed = failure
            self._part.tell(
                Told(attempt=time.time_ns(), size=None, status=failure.status, reason=str(failure))
            )
            raise
        finally:
            self._part.release(lock, keep_told=failed is not None)

    async def soon(self, heard: Heard) -> bool:
        """As `now`, but False at once where another process does it."""
        lock = self._part.lead()
        if lock is None:
            return False
        try:
            await self._lead(heard)
        finally:
            self._part.release(lock)
        return True

    async def _lead(self, heard: Heard) -> None:
        remote_pk, project = self._link.remote.pk, self._project
        row = (await in_database(catalog.cached_pages, remote_pk, [project])).get(project)
        if row is not None and not row.is_invalid and row.url == self._link.remote.url:
            if self._is_news(row):
                heard(row)
                return
            self._known = row
        told = self._part.heard()
        if told is not None and told.status and told.attempt / 1e9 >= self._begun:
            raise SourceFailed(told.status, _where(self._link), told.reason)
        try:
            with self._link.asking("page") as question:
                await self._ask(heard, question)
        except SourceFailed as failure:
            if self._known is not None:
                await _written(recording.write_failure, remote_pk, project, failure.reason)
            raise

    def _is_news(self, row: CachedPage) -> bool:
        """Whether another process has asked in our place.

        It may have had its answer before we began, and written it down only afterwards.
        """
        if row.fetched_at >= self._begun:
            return True
        is_newer = self._known is None or row.fetched_at > self._known.fetched_at
        return is_newer and row.fresh_until > time.time()

    async def _ask(self, heard: Heard, question: Question) -> None:
        link, known = self._link, self._known
        url = project_url(link.remote.url, self._project)
        etag, last_modified = known.validators if known is not None and known.page else (None, None)
        try:
            answer = await link.pages.page(url, etag=etag, last_modified=last_modified)
        except UpstreamMissing as error:
            question.answered()
            question.outcome = "missing"
            await self._note_missing(heard, error)
            return
        except UpstreamError as error:
            status = 504 if error.timeout else 502
            raise SourceFailed(status, _where(link), f"{error.url}: {error.reason}") from error
        question.answered()
        now = moment()
        fresh_until = now + lifetime(link.remote.page_ttl, answer.headers)
        remote_pk = link.remote.pk
        if known is not None and known.page is not None:
            digest = known.sha256 if answer.status == 304 else sha256(answer.body).hexdigest()
            if digest == known.sha256:
                question.outcome = "unchanged"
                same = replace(
                    known,
                    fetched_at=now,
                    fresh_until=fresh_until,
                    etag=answer.headers.get("ETag") or etag,
                    last_modified=answer.headers.get("Last-Modified") or last_modified,
                    is_invalid=False,
                    failure="",
                )
                heard(same)
                await _written(recording.confirm_page, remote_pk, same)
                return
        fresh, body, said = await self._read(answer, now, fresh_until)
        heard(fresh)
        self._note(await _written(recording.write_page, remote_pk, fresh, body, said) or ())

    async def _read(
        self, answer: PageAnswer, now: float, fresh_until: float
    ) -> tuple[CachedPage, bytes, Set[str] | None]:
        """The page, the same as it is written down, and what is news of it."""
        link, known = self._link, self._known

        def read() -> tuple[CachedPage, bytes, Set[str] | None]:
            page = read_project(answer.body, answer.url, self._project).page
            cached = CachedPage(
                project=self._project,
                url=link.remote.url,
                page=page,
                fetched_at=now,
                fresh_until=fresh_until,
                etag=answer.headers.get("ETag"),
                last_modified=answer.headers.get("Last-Modified"),
                sha256=sha256(answer.body).hexdigest(),
                size=len(answer.body),
                digests=_still_linked(known, {file.url for file in page.files}),
            )
            return cached, catalog.encode_page(page), news(known.page if known else None, page)

        try:
            if len(answer.body) > _LARGE:
                return await asyncio.to_thread(read)
            return read()
        except InvalidPage as error:
            raise SourceFailed(502, _where(link), str(error)) from error

    async def _note_missing(self, heard: Heard, error: UpstreamMissing) -> None:
        now = moment()
        missing = CachedPage(
            project=self._project,
            url=self._link.remote.url,
            page=None,
            fetched_at=now,
            fresh_until=now + self._link.remote.negative_ttl,
        )
        heard(missing)
        await _written(recording.write_page, self._link.remote.pk, missing, b"")


def _still_linked(known: CachedPage | None, urls: set[str]) -> Mapping[str, str]:
    if known is None or not known.digests:
        return {}
    return {url: digest for url, digest in known.digests.items() if url in urls}


def _where(link: Link) -> str:
    return f"the remote {link.remote.name!r}"


async def _written(function: Callable[..., T], *arguments: object) -> T | None:
    """Write down what is known; without a database only this process knows it, for a while."""
    try:
        return await in_database(function, *arguments)
    except DatabaseGone as gone:
        _log.warning("What an upstream said is not written down: %s", gone)
        return None
