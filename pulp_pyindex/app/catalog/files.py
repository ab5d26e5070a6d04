"""One file of a version, and its provenance."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pulpcore.plugin.models import RepositoryVersion

from .held import IN_VERSION, fetch, held, version_values

#: Beside the file `unit`: its artifact `stored`, and that of its `.metadata`, `meta`, where they
#: are here; `own` says so of the file.
ARTIFACTS = """
    LEFT JOIN core_contentartifact own
           ON own.content_id = unit.content_ptr_id AND own.relative_path = unit.filename
    LEFT JOIN core_artifact stored ON stored.pulp_id = own.artifact_id
    LEFT JOIN core_contentartifact metaown
           ON metaown.content_id = unit.content_ptr_id
          AND metaown.relative_path = unit.filename || '.metadata'
    LEFT JOIN core_artifact meta ON meta.pulp_id = metaown.artifact_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file that a version holds, and where its bytes are."""

    content_pk: UUID
    content_artifact_pk: UUID | None
    domain_pk: UUID
    project: str
    version: str
    filename: str
    sha256: str
    size: int | None
    metadata_sha256: str | None
    #: Name in the domain's storage; None while the file is at its upstream only.
    storage_name: str | None
    #: The same for its `.metadata`.
    metadata_storage_name: str | None


def find_file(version: RepositoryVersion, sha256: str, filename: str) -> FoundFile | None:
    """The file of that name and digest, if the version holds it and its project is offered."""
    rows = fetch(
        f"""
        SELECT unit.content_ptr_id, own.pulp_id, unit._pulp_domain_id, unit.project, unit.version,
               unit.filename, unit.sha256, coalesce(stored.size, unit.size), unit.metadata_sha256,
               stored.file, meta.file
        FROM pyindex_pyindexfile unit {held("unit.content_ptr_id")} {ARTIFACTS}
        WHERE unit._pulp_domain_id = %(domain)s AND unit.filename = %(filename)s
          AND unit.sha256 = %(sha256)s AND {IN_VERSION}
          AND NOT EXISTS (
              SELECT FROM pyindex_pyindexprojectstatus s {held("s.content_ptr_id")}
              WHERE s.project = unit.project AND s.status = 'quarantined' AND {IN_VERSION})
        """,
        {
            **version_values(version),
            "domain": version.repository.pulp_domain_id,
            "sha256": sha256,
            "filename": filename,
        },
    )
    for row in rows:
        return FoundFile(
            content_pk=row[0],
            content_artifact_pk=row[1],
            domain_pk=row[2],
            project=row[3],
            version=row[4],
            filename=row[5],
            sha256=row[6],
            size=row[7],
            metadata_sha256=row[8],
            storage_name=row[9],
            metadata_storage_name=row[10],
        )
    return None


def find_provenance(version: RepositoryVersion, project: str, filename: str) -> str | None:
    """The provenance object (JSON text) a version holds for a file."""
    rows = fetch(
        f"""
        SELECT p.document FROM pyindex_pyindexprovenance p {held("p.content_ptr_id")}
        WHERE p.project = %(project)s AND p.filename = %(filename)s AND {IN_VERSION}
        """,
        {**version_values(version), "project": project, "filename": filename},
    )
    return next((row[0] for row in rows), None)
