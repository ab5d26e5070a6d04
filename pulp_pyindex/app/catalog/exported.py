"""All of a version or publication, one thing after the other: for who takes an index elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from pulpcore.plugin.models import RepositoryVersion

from .files import ARTIFACTS
from .held import IN_VERSION, fetch, held, version_values
from .published import SHOWN, StoredPage

_BATCH = 1000

#: Files of a project in quarantine are not offered.
_OFFERED = f"""
    {IN_VERSION} AND NOT EXISTS (
        SELECT FROM pyindex_pyindexprojectstatus s
        JOIN core_repositorycontent sheld ON sheld.content_id = s.content_ptr_id
        JOIN core_repositoryversion sadded ON sadded.pulp_id = sheld.version_added_id
        LEFT JOIN core_repositoryversion sremoved ON sremoved.pulp_id = sheld.version_removed_id
        WHERE s.project = unit.project AND s.status = 'quarantined'
          AND sheld.repository_id = %(repository)s AND sadded.number <= %(number)s
          AND (sremoved.number IS NULL OR sremoved.number > %(number)s))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file that is offered, and where its bytes are."""

    project: str
    version: str
    filename: str
    sha256: str
    #: Name in the domain's storage, and bytes; None while the file is at its upstream only.
    storage_name: str | None
    size: int | None
    #: None = there is no `.metadata`; "" = there is one of an unknown digest.
    metadata_sha256: str | None
    #: The same of its `.metadata`.
    metadata_storage_name: str | None
    metadata_size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that is offered and not here, and where it can be had."""

    content_pk: UUID
    project: str
    filename: str
    sha256: str
    size: int | None
    #: The `.metadata` beside it is what is missing; its digest, or "" where that is not told.
    metadata_sha256: str | None
    #: None: no remote offers it any more.
    remote_pk: UUID | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProvenance:
    """The provenance object of a file."""

    project: str
    version: str
    filename: str
    document: str


def held_files(version: RepositoryVersion) -> Iterator[HeldFile]:
    """Every file that a version offers, in no order."""
    rows = _streamed(
        f"""
        SELECT unit.project, unit.version, unit.filename, unit.sha256, stored.file,
               coalesce(stored.size, unit.size), unit.metadata_sha256, meta.file, meta.size
        FROM pyindex_pyindexfile unit {held("unit.content_ptr_id")} {ARTIFACTS}
        WHERE {_OFFERED}
        """,
        version_values(version),
    )
    for project, release, filename, sha256, name, size, told, meta, meta_size in rows:
        yield HeldFile(
            project=project,
            version=release,
            filename=filename,
            sha256=sha256,
            storage_name=name,
            size=size,
            metadata_sha256=told,
            metadata_storage_name=meta,
            metadata_size=meta_size,
        )


def missing_files(
    version: RepositoryVersion, *, beside: bool = False, unoffered: bool = False
) -> Iterator[RemoteFile]:
    """Every file that a version offers and that is not here, each with one place to have it.

    `beside`: those whose `.metadata` is not here, although there is one. `unoffered`: also those
    that the version holds and does not offer.
    """
    missing = "stored.pulp_id IS NULL"
    if beside:
        missing = "meta.pulp_id IS NULL AND unit.metadata_sha256 IS NOT NULL"
    rows = _streamed(
        f"""
        SELECT unit.content_ptr_id, unit.project, unit.filename, unit.sha256, unit.size,
               unit.metadata_sha256, told.remote_id, told.url
        FROM pyindex_pyindexfile unit {held("unit.content_ptr_id")} {ARTIFACTS}
        LEFT JOIN LATERAL (
            SELECT ra.remote_id, ra.url FROM core_remoteartifact ra
            WHERE ra.content_artifact_id = own.pulp_id ORDER BY ra.pulp_created DESC LIMIT 1
        ) told ON true
        WHERE {IN_VERSION if unoffered else _OFFERED} AND {missing} ORDER BY unit.content_ptr_id
        """,
        version_values(version),
    )
    for pk, project, filename, sha256, size, told, remote, url in rows:
        yield RemoteFile(
            content_pk=pk,
            project=project,
            filename=filename,
            sha256=sha256,
            size=size,
            metadata_sha256=told if beside else None,
            remote_pk=remote,
            url=url,
        )


def held_provenances(version: RepositoryVersion) -> Iterator[HeldProvenance]:
    """The provenance object of every file that has one."""
    rows = _streamed(
        f"""
        SELECT unit.project, unit.version, unit.filename, unit.document
        FROM pyindex_pyindexprovenance unit {held("unit.content_ptr_id")} WHERE {_OFFERED}
        """,
        version_values(version),
    )
    for project, release, filename, document in rows:
        yield HeldProvenance(project=project, version=release, filename=filename, document=document)


def published_projects(publication_pk: UUID) -> list[str]:
    """The projects that a publication shows."""
    rows = fetch(
        f"SELECT shown.project FROM {SHOWN}"
        " WHERE publication.publication_ptr_id = %(publication)s AND shown.project <> ''",
        {"publication": publication_pk},
    )
    return [row[0] for row in rows]


def published_pages(publication_pk: UUID) -> Iterator[tuple[str, StoredPage]]:
    """Every project's page in a publication. The list of projects is not among them."""
    rows = _streamed(
        f"""
        SELECT shown.project, page.json, page.html, page.api_version, page.has_origin, shown.serial
        FROM {SHOWN} JOIN pyindex_pyindexpage page ON page.id = shown.page_id
        WHERE publication.publication_ptr_id = %(publication)s AND shown.project <> ''
        """,
        {"publication": publication_pk},
    )
    for project, json_tail, html_tail, api_version, has_origin, serial in rows:
        yield (
            project,
            StoredPage(
                json=bytes(json_tail),
                html=bytes(html_tail),
                api_version=api_version,
                has_origin=has_origin,
                serial=serial,
            ),
        )


def _streamed(sql: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows as they come, so that memory does not grow with the repository."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
