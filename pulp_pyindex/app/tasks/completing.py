"""What pages do not tell of a file and a repository needs: its sha256, and its provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from pulpcore.plugin.models import Remote

from pulp_pyindex.app.exceptions import FileMismatch, UpstreamError
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.tasks.attesting import Attested, attest, in_turns, offered
from pulp_pyindex.app.tasks.downloading import Fetched, fetch
from pulp_pyindex.app.tasks.pages import Read
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.choosing import Kept


@dataclass(slots=True)
class Completed:
    """A page with all that is needed of its files."""

    read: Read
    #: filename → sha256, of every file that can be taken in.
    sha256: dict[str, str]
    attested: Attested = field(default_factory=Attested)
    #: Files that had to be downloaded to learn their sha256.
    fetched: list[Fetched] = field(default_factory=list)
    #: (filename, reason)
    refused: list[tuple[str, str]] = field(default_factory=list)
    failed_files: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """False where the next sync should try again."""
        return not (self.failed_files or self.attested.failed or self.refused)


class Completer:
    """Completes pages of one remote."""

    def __init__(self, upstream: Upstream, remote: PyindexRemote) -> None:
        self._upstream = upstream
        self._remote = remote

    async def complete(self, read: Read) -> Completed:
        """The page with what had to be fetched for it; faults are part of the answer."""
        told = {
            kept.file.filename: digest
            for kept in read.kept
            if (digest := kept.file.hashes.get("sha256")) is not None
        }
        done = Completed(read, told)
        if len(told) < len(read.kept):
            await self._learn_digests(done)
        if self._remote.provenance:
            await self._fetch_provenance(done)
        return done

    async def _learn_digests(self, done: Completed) -> None:
        untold = [kept for kept in done.read.kept if kept.file.filename not in done.sha256]
        if self._remote.policy == Remote.STREAMED:
            reason = "its index tells no sha256, and the policy `streamed` never has the whole file"
            done.refused.extend((kept.file.filename, reason) for kept in untold)
            return
        known = await sync_to_async(self._known_digests)(done.read.ask.project)
        unknown = []
        for kept in untold:
            digest = known.get((kept.file.filename, kept.file.url))
            if digest is None:
                unknown.append(kept)
            else:
                done.sha256[kept.file.filename] = digest
        await in_turns(unknown, lambda kept: self._learn_digest(done, kept))

    async def _learn_digest(self, done: Completed, kept: Kept) -> None:
        file = kept.file
        try:
            fetched = await fetch(self._upstream, file.url, filename=file.filename, size=file.size)
        except (UpstreamError, FileMismatch) as error:
            done.failed_files.append((file.filename, str(error)))
        else:
            done.sha256[file.filename] = fetched.sha256
            done.fetched.append(fetched)

    async def _fetch_provenance(self, done: Completed) -> None:
        kept = done.read.kept
        if not offered(kept, done.sha256):
            return
        known = await sync_to_async(self._known_provenance)(done.read.ask.project)
        done.attested = await attest(self._upstream, kept, done.sha256, known)

    def _known_digests(self, project: str) -> dict[tuple[str, str], str]:
        """(filename, url) → sha256 of what this remote's pages came to before."""
        rows = self._remembered(
            """
            SELECT file.filename, told.url, file.sha256
            FROM unit JOIN pyindex_pyindexfile file ON file.content_ptr_id = unit.id
            JOIN core_contentartifact own ON own.content_id = unit.id
             AND own.relative_path = file.filename
            JOIN core_remoteartifact told
              ON told.content_artifact_id = own.pulp_id AND told.remote_id = %(remote)s
            """,
            project,
        )
        return {(filename, url): digest for filename, url, digest in rows}

    def _known_provenance(self, project: str) -> dict[tuple[str, str], UUID]:
        """(filename, sha256 of the file) → unit."""
        rows = self._remembered(
            """
            SELECT known.filename, known.file_sha256, known.content_ptr_id
            FROM unit JOIN pyindex_pyindexprovenance known ON known.content_ptr_id = unit.id
            """,
            project,
        )
        return {(filename, digest): unit for filename, digest, unit in rows}

    def _remembered(self, query: str, project: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH unit (id) AS (
                    SELECT unnest(unit_ids) FROM pyindex_pyindexprojectstate
                    WHERE remote_id = %(remote)s AND project = %(project)s)
                {query}
                """,
                {"remote": self._remote.pk, "project": project},
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
