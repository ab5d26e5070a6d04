"""What a download has to know of a file, and of the METADATA beside it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from pulpcore.plugin.models import Domain
from pulpcore.plugin.util import set_domain

from pulp_pyindex.app import catalog, ingest
from pulp_pyindex.app.catalog import FoundFile
from pulp_pyindex.app.serving import rows, storages
from pulp_pyindex.app.serving.downloads import Wanted
from pulp_pyindex.app.serving.rows import Source
from pulp_pyindex.index.paths import METADATA_SUFFIX

#: No METADATA is larger.
METADATA_LIMIT = 32 * 1024 * 1024


def wanted_file(version_pk: UUID, found: FoundFile) -> Wanted:
    """The file itself."""

    def is_here() -> bool:
        again = catalog.find_file(rows.version(version_pk), found.sha256, found.filename)
        return again is not None and is_stored(found.domain_pk, again.storage_name)

    def store(path: str) -> None:
        domain = Domain.objects.get(pk=found.domain_pk)
        set_domain(domain)
        ingest.store(
            path, sha256=found.sha256, size=found.size, domain=domain, filename=found.filename
        )

    return Wanted(
        key=_key(version_pk, found),
        filename=found.filename,
        sha256=found.sha256,
        size=found.size,
        limit=None,
        sources=lambda: _sources(found),
        is_here=is_here,
        store=store,
    )


def wanted_metadata(version_pk: UUID, found: FoundFile) -> Wanted:
    """The METADATA beside it, whose digest is told."""
    sha256 = found.metadata_sha256
    assert sha256

    def is_here() -> bool:
        again = catalog.find_file(rows.version(version_pk), found.sha256, found.filename)
        return again is not None and is_stored(found.domain_pk, again.metadata_storage_name)

    def store(path: str) -> None:
        domain = Domain.objects.get(pk=found.domain_pk)
        set_domain(domain)
        ingest.store_metadata(path, file_sha256=found.sha256, sha256=sha256, domain=domain)

    return Wanted(
        key=f"{_key(version_pk, found)}-{sha256}",
        filename=found.filename + METADATA_SUFFIX,
        sha256=sha256,
        size=None,
        limit=METADATA_LIMIT,
        sources=lambda: metadata_sources(found),
        is_here=is_here,
        store=store,
        if_missing=404,
    )


def metadata_sources(found: FoundFile) -> list[Source]:
    """Where the METADATA beside a file can be had: its address follows from the file's."""
    return [replace(source, url=beside(source.url)) for source in _sources(found)]


def _key(version_pk: UUID, found: FoundFile) -> str:
    # Of the repository: one of its remotes may be another index of this very Pulp, which is at the
    # same file.
    repository = rows.version(version_pk).repository_id
    return f"{found.domain_pk.hex}-{repository.hex}-{found.sha256}"


def _sources(found: FoundFile) -> list[Source]:
    pk = found.content_artifact_pk
    return rows.sources(pk) if pk is not None else []


def beside(url: str) -> str:
    """The address of the METADATA beside the file at `url`."""
    path, mark, query = url.partition("#")[0].partition("?")
    return f"{path}{METADATA_SUFFIX}{mark}{query}"


def is_stored(domain_pk: UUID, name: str | None) -> bool:
    """Whether a domain's storage really has what the database says it has."""
    return name is not None and bool(storages.shelf(domain_pk).storage.exists(name))
