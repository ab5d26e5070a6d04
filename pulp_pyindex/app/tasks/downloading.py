"""Files fetched by a task: checked while they come, then handed to `ingest`."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from pulp_pyindex.app import ingest
from pulp_pyindex.app.exceptions import FileMismatch, UpstreamError, UpstreamFaulty
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.tasks.keeping import Keeping
from pulp_pyindex.app.tasks.report import Report
from pulp_pyindex.app.upstream import Upstream

#: Transfers that break off are begun anew so often.
ATTEMPTS = 3
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file in the task's working directory."""

    path: str
    filename: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A file that is wanted here and is not here yet."""

    content_id: UUID
    project: str
    filename: str
    sha256: str
    hashes: Mapping[str, str]
    size: int | None
    url: str


async def fetch(
    upstream: Upstream,
    url: str,
    *,
    filename: str,
    sha256: str | None = None,
    size: int | None = None,
) -> Fetched:
    """The file at `url`; raises UpstreamError, or FileMismatch if it is not the promised one."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _fetch_once(upstream, url, filename, sha256, size)
        except UpstreamFaulty as error:
            # Without a status, or with an error's, the upstream's own retries are used up.
            if error.status not in (200, 206) or attempt == ATTEMPTS:
                raise
            await asyncio.sleep(0.5 * attempt)
    raise AssertionError("unreachable")


async def _fetch_once(
    upstream: Upstream, url: str, filename: str, sha256: str | None, size: int | None
) -> Fetched:
    # The working directory of a task lies in WORKING_DIRECTORY, hence `ingest` can move the file.
    with NamedTemporaryFile(dir=Path.cwd(), delete=False) as target, _gone_if_it_fails(target.name):
        digest, found = await _written(upstream, url, target, filename, size)
        if size is not None and found != size:
            raise FileMismatch(filename, "its size", str(size), str(found))
        if sha256 is not None and digest != sha256:
            raise FileMismatch(filename, "its sha256", sha256, digest)
    return Fetched(path=target.name, filename=filename, sha256=digest, size=found)


async def _written(
    upstream: Upstream, url: str, target: IO[bytes], filename: str, size: int | None
) -> tuple[str, int]:
    """SHA-256 and size of what came; raises FileMismatch where it is more than `size`."""
    hasher, found = hashlib.sha256(), 0
    async with upstream.file(url) as answer:
        async for chunk in answer.chunks:
            found += len(chunk)
            if size is not None and found > size:
                raise FileMismatch(filename, "its size", str(size), f"{found} or more")
            hasher.update(chunk)
            target.write(chunk)
    return hasher.hexdigest(), found


@contextmanager
def _gone_if_it_fails(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


class Downloads:
    """Brings here what `pyindex_desired` holds and is not here (policy `immediate`)."""

    def __init__(self, upstream: Upstream, remote: PyindexRemote, report: Report) -> None:
        self._upstream = upstream
        self._remote = remote
        self._report = report
        #: Files that could not be had.
        self.broken: list[UUID] = []

    async def run(self, on_progress: Callable[[int], Awaitable[None]]) -> None:
        """Download until nothing is missing; what cannot be had is reported, not raised."""
        after = UUID(int=0)
        async with Keeping() as keeping:
            while batch := await sync_to_async(self._awaited)(after):
                queue = iter(batch)
                workers = [self._work(queue, keeping) for _ in range(self._upstream.concurrency)]
                await asyncio.gather(*workers)
                after = batch[-1].content_id
                await on_progress(len(batch))

    async def _work(self, queue: Iterator[Awaited], keeping: Keeping) -> None:
        for awaited in queue:
            try:
                fetched = await fetch(
                    self._upstream,
                    awaited.url,
                    filename=awaited.filename,
                    sha256=awaited.sha256,
                    size=awaited.size,
                )
                await keeping.run(self._store, fetched, awaited.hashes)
            except (UpstreamError, FileMismatch) as error:
                self.broken.append(awaited.content_id)
                self._report.failed_files.add(
                    project=awaited.project, filename=awaited.filename, reason=str(error)
                )
            else:
                self._report.files_downloaded += 1

    def _store(self, fetched: Fetched, hashes: Mapping[str, str]) -> None:
        ingest.store(
            fetched.path,
            sha256=fetched.sha256,
            expected_hashes=hashes,
            domain=self._remote.pulp_domain,
            filename=fetched.filename,
        )

    def _awaited(self, after: UUID) -> list[Awaited]:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT file.content_ptr_id, file.project, file.filename, file.sha256,
                       file.hashes::text, told.size, told.url
                FROM pyindex_desired
                JOIN pyindex_pyindexfile file ON file.content_ptr_id = content_id
                JOIN core_contentartifact own ON own.content_id = file.content_ptr_id
                 AND own.relative_path = file.filename AND own.artifact_id IS NULL
                JOIN core_remoteartifact told
                  ON told.content_artifact_id = own.pulp_id AND told.remote_id = %s
                WHERE file.content_ptr_id > %s ORDER BY file.content_ptr_id LIMIT %s
                """,
                [self._remote.pk, after, _BATCH],
            )
            names = ("content_id", "project", "filename", "sha256", "hashes", "size", "url")
            return [
                Awaited(**dict(zip(names, (*row[:4], json.loads(row[4]), *row[5:]), strict=True)))
                for row in cursor.fetchall()
            ]
