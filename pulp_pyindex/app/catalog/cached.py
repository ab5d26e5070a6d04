"""What is known of an upstream's pages, and which of its files are here."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from pulp_pyindex.index.pages import ProjectPage

from .held import fetch

_decoder = msgspec.json.Decoder(ProjectPage)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedPage:
    """What an upstream said last of a project. Times are seconds since the epoch."""

    project: str
    #: Of the index that was asked.
    url: str
    #: As the upstream said it, URLs absolute, nothing left out; None: it does not have the project.
    page: ProjectPage | None
    fetched_at: float
    fresh_until: float
    etag: str | None = None
    last_modified: str | None = None
    #: Of the upstream's bytes.
    sha256: str = ""
    #: Bytes of the page as it is decoded.
    size: int = 0
    #: Digests that upstream does not tell: URL → sha256.
    digests: Mapping[str, str] = field(default_factory=dict)
    is_invalid: bool = False
    #: Why upstream could not be asked the last time; empty: it could.
    failure: str = ""

    @property
    def validators(self) -> tuple[str | None, str | None]:
        return self.etag, self.last_modified


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """Where the bytes of a file that upstream offers are."""

    #: Name in the domain's storage; None: not here.
    storage_name: str | None = None
    #: The same for its METADATA, and the digest of that.
    metadata_storage_name: str | None = None
    metadata_sha256: str | None = None
    size: int | None = None
    #: Its row in the distribution's cache.
    cached_pk: int | None = None
    is_pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntFile:
    """What the bytes of a file told that its page does not."""

    size: int | None
    requires_python: str | None
    #: Of its METADATA, where that is here.
    metadata_sha256: str | None


def encode_page(page: ProjectPage) -> bytes:
    """A page as it is stored."""
    return zlib.compress(msgspec.json.encode(page), level=1)


def cached_pages(remote_pk: UUID, projects: Sequence[str]) -> dict[str, CachedPage]:
    """What is known of projects, by name."""
    rows = fetch(
        """
        SELECT project, url, status, etag, last_modified, sha256, body, digests::text,
               extract(epoch FROM fetched_at)::float8, extract(epoch FROM fresh_until)::float8,
               is_invalid, failure
        FROM pyindex_pyindexcachedpage
        WHERE remote_id = %(remote)s AND project = ANY(%(projects)s)
        """,
        {"remote": remote_pk, "projects": list(projects)},
    )
    found = {}
    for project, url, status, etag, modified, sha256, body, digests, fetched, fresh, *rest in rows:
        raw = zlib.decompress(bytes(body)) if status == 200 else b""
        found[project] = CachedPage(
            project=project,
            url=url,
            page=_decoder.decode(raw) if status == 200 else None,
            fetched_at=fetched,
            fresh_until=fresh,
            etag=etag,
            last_modified=modified,
            sha256=sha256,
            size=len(raw),
            digests=json.loads(digests),
            is_invalid=rest[0],
            failure=rest[1],
        )
    return found


def known_projects(remote_pk: UUID) -> list[str]:
    """The names of the projects that a remote's upstream is known to have."""
    rows = fetch(
        """
        SELECT project FROM pyindex_pyindexcachedpage
        WHERE remote_id = %(remote)s AND status = 200 AND project <> ''
        """,
        {"remote": remote_pk},
    )
    return [project for (project,) in rows]


def kept_file(
    distribution_pk: UUID,
    domain_pk: UUID,
    *,
    filename: str,
    sha256: str,
    metadata_sha256: str | None,
) -> KeptFile:
    """Where the bytes of these digests are in a domain, whoever brought them."""
    rows = fetch(
        """
        SELECT stored.file, stored.size, beside.file, beside.sha256, own.id, own.is_pending
        FROM (SELECT) one
        LEFT JOIN core_artifact stored
               ON stored.sha256 = %(sha256)s AND stored.pulp_domain_id = %(domain)s
        LEFT JOIN LATERAL (
            SELECT meta.file, meta.sha256 FROM pyindex_pyindexfile unit
            JOIN core_contentartifact held ON held.content_id = unit.content_ptr_id
             AND held.relative_path = unit.filename || '.metadata'
            JOIN core_artifact meta ON meta.pulp_id = held.artifact_id
            WHERE unit.sha256 = %(sha256)s AND unit._pulp_domain_id = %(domain)s
              AND (%(metadata)s::text IS NULL OR meta.sha256 = %(metadata)s)
            LIMIT 1
        ) beside ON true
        LEFT JOIN LATERAL (
            SELECT cached.id, cached.is_pending FROM pyindex_pyindexfile unit
            JOIN pyindex_pyindexcachedfile cached ON cached.file_id = unit.content_ptr_id
            WHERE unit.sha256 = %(sha256)s AND unit.filename = %(filename)s
              AND unit._pulp_domain_id = %(domain)s
              AND cached.distribution_id = %(distribution)s AND cached.size > 0
            ORDER BY cached.id DESC LIMIT 1
        ) own ON true
        """,
        {
            "distribution": distribution_pk,
            "domain": domain_pk,
            "filename": filename,
            "sha256": sha256,
            "metadata": metadata_sha256 or None,
        },
    )
    stored, size, metadata, found_sha256, cached_pk, is_pending = rows[0]
    return KeptFile(
        storage_name=stored,
        size=size,
        metadata_storage_name=metadata,
        metadata_sha256=found_sha256,
        cached_pk=cached_pk,
        is_pending=bool(is_pending),
    )


def learnt_files(domain_pk: UUID, project: str) -> dict[tuple[str, str], LearntFile]:
    """What was learnt of a project's files: (filename, sha256) → facts."""
    rows = fetch(
        """
        SELECT unit.filename, unit.sha256, max(unit.size), max(unit.requires_python),
               max(unit.metadata_sha256)
        FROM pyindex_pyindexfile unit
        WHERE unit.project = %(project)s AND unit._pulp_domain_id = %(domain)s
          AND unit.learned_at IS NOT NULL
        GROUP BY unit.filename, unit.sha256
        """,
        {"project": project, "domain": domain_pk},
    )
    return {
        (filename, sha256): LearntFile(
            size=size, requires_python=requires_python, metadata_sha256=metadata or None
        )
        for filename, sha256, size, requires_python, metadata in rows
    }


def known_metadata(domain_pk: UUID, project: str) -> dict[tuple[str, str], str]:
    """Core metadata of a project's files as far as it is known: (filename, sha256) → JSON."""
    rows = fetch(
        """
        SELECT DISTINCT ON (filename, sha256) filename, sha256, core_metadata::text
        FROM pyindex_pyindexfile
        WHERE project = %(project)s AND _pulp_domain_id = %(domain)s
          AND core_metadata IS NOT NULL
        ORDER BY filename, sha256, packagetype
        """,
        {"project": project, "domain": domain_pk},
    )
    return {(filename, sha256): fields for filename, sha256, fields in rows}
