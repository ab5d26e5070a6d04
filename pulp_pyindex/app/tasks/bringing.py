"""Fetch what a version offers and what is at its upstream only, as if its policy were immediate."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async

from pulpcore.plugin.models import ProgressReport, Remote, RepositoryVersion

from pulp_pyindex.app import catalog, ingest
from pulp_pyindex.app.catalog import RemoteFile
from pulp_pyindex.app.exceptions import FileMismatch, FilesElsewhere, UpstreamError
from pulp_pyindex.app.models import PyindexFile
from pulp_pyindex.app.tasks.downloading import Fetched, fetch
from pulp_pyindex.app.tasks.keeping import Keeping
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.paths import METADATA_SUFFIX

_NO_REMOTE = "no remote offers it any more"


@dataclass(slots=True)
class Brought:
    """What came."""

    files: int = 0
    #: METADATA that is not kept: (sha256 of the file, its name) → where it lies for this task.
    #: Its index told no digest, and the file is of a kind that has none inside.
    unkept: dict[tuple[str, str], Fetched] = field(default_factory=dict)


def bring(version: RepositoryVersion, *, unoffered: bool = False) -> Brought:
    """Fetch and keep every file that is missing, and every `.metadata` that is told of.

    `unoffered`: also of what the version holds and does not offer. Raises FilesElsewhere where one
    cannot be had; what came is kept.
    """
    brought = Brought()
    for beside in (False, True):
        missing = sorted(
            catalog.missing_files(version, beside=beside, unoffered=unoffered),
            key=lambda one: str(one.remote_pk),
        )
        if missing:
            _Round(version, brought, beside=beside).run(missing)
    return brought


class _Round:
    """All files, or all `.metadata`."""

    def __init__(self, version: RepositoryVersion, brought: Brought, *, beside: bool) -> None:
        self._domain = version.repository.pulp_domain
        self._brought = brought
        self._beside = beside
        self._failures: list[tuple[str, str]] = []
        self._progress = ProgressReport(
            message="Fetching files", code="export.fetching.files", state="running"
        )

    def run(self, missing: list[RemoteFile]) -> None:
        self._progress.total = len(missing)
        self._progress.save()
        for remote_pk, files in groupby(missing, key=lambda one: one.remote_pk):
            if remote_pk is None:
                self._failures += [(one.filename, _NO_REMOTE) for one in files]
            else:
                async_to_sync(self._from)(remote_pk, iter(list(files)))
        self._progress.state = "failed" if self._failures else "completed"
        self._progress.save()
        if self._failures:
            raise FilesElsewhere(len(self._failures), *self._failures[0])

    async def _from(self, remote_pk: UUID, files: Iterator[RemoteFile]) -> None:
        remote = await sync_to_async(_remote)(remote_pk)
        async with Upstream(remote) as upstream, Keeping() as keeping:
            workers = [self._work(upstream, keeping, files) for _ in range(upstream.concurrency)]
            await asyncio.gather(*workers)

    async def _work(
        self, upstream: Upstream, keeping: Keeping, files: Iterator[RemoteFile]
    ) -> None:
        for file in files:
            try:
                await self._one(upstream, keeping, file)
            except (UpstreamError, FileMismatch) as error:
                self._failures.append((file.filename, str(error)))
            else:
                if not self._beside:
                    self._brought.files += 1
                self._progress.done += 1
                if self._progress.done % 100 == 0:
                    await sync_to_async(self._progress.save)()

    async def _one(self, upstream: Upstream, keeping: Keeping, file: RemoteFile) -> None:
        assert file.url is not None
        if self._beside:
            fetched = await fetch(
                upstream,
                _beside(file.url),
                filename=file.filename + METADATA_SUFFIX,
                sha256=file.metadata_sha256 or None,
            )
            await keeping.run(self._keep_metadata, file, fetched)
        else:
            fetched = await fetch(
                upstream, file.url, filename=file.filename, sha256=file.sha256, size=file.size
            )
            await keeping.run(self._keep, file, fetched)

    def _keep(self, file: RemoteFile, fetched: Fetched) -> None:
        hashes = PyindexFile.objects.values_list("hashes", flat=True).get(pk=file.content_pk)
        ingest.store(
            fetched.path,
            sha256=file.sha256,
            expected_hashes=hashes,
            domain=self._domain,
            filename=file.filename,
        )

    def _keep_metadata(self, file: RemoteFile, fetched: Fetched) -> None:
        if not file.metadata_sha256:
            self._brought.unkept[file.sha256, file.filename] = fetched
            return
        ingest.store_metadata(
            fetched.path,
            file_sha256=file.sha256,
            sha256=file.metadata_sha256,
            domain=self._domain,
        )
        Path(fetched.path).unlink(missing_ok=True)


def _remote(pk: UUID) -> Any:
    return Remote.objects.get(pk=pk).cast()


def _beside(url: str) -> str:
    path, mark, query = url.partition("#")[0].partition("?")
    return f"{path}{METADATA_SUFFIX}{mark}{query}"
