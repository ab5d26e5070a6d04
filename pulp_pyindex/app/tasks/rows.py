"""A page that was read, as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pulp_pyindex.app.models.facts import facts_digest
from pulp_pyindex.app.tasks.attesting import Attested
from pulp_pyindex.app.tasks.completing import Completed
from pulp_pyindex.app.tasks.units import FILES, PROVENANCES, STATUSES, YANKS
from pulp_pyindex.app.tasks.writing import Batch
from pulp_pyindex.index.choosing import Kept
from pulp_pyindex.index.pages import ProjectStatus

#: Digest that no wanted one equals: the page is read again by the next sync, whatever it is.
READ_AGAIN = ""

_DEFAULT_STATUS = ProjectStatus()


def add_page(batch: Batch, done: Completed) -> None:
    """Put what a page came to, and what is to be remembered of it, into a batch."""
    read = done.read
    project = read.ask.project
    add_status(batch, project, read.status)
    add_files(batch, read.kept, done.sha256)
    add_provenance(batch, done.sha256, done.attested)
    batch.reused.extend((project, unit) for unit in done.attested.reused)
    batch.states.append(
        (
            project,
            read.serial,
            read.etag,
            read.last_modified,
            read.page_sha256,
            read.ask.wanted_sha256 if done.is_whole and read.is_lasting else READ_AGAIN,
        )
    )


def add_status(batch: Batch, project: str, status: ProjectStatus) -> None:
    """Put what a page says of its project into a batch."""
    if status != _DEFAULT_STATUS:
        batch.add(STATUSES, (project, str(status.status), status.reason))


def add_files(batch: Batch, kept: Iterable[Kept], sha256: Mapping[str, str]) -> None:
    """Put what pages say of files into a batch, yanks too.

    `sha256` is by filename; files without are left out.
    """
    for one in kept:
        project, filename = one.parsed.project, one.file.filename
        digest = sha256.get(filename)
        if digest is None:
            continue
        batch.add(FILES, file_row(project, one, digest))
        if one.file.yanked is not None:
            batch.add(YANKS, (project, one.parsed.version, filename, one.file.yanked))


def add_provenance(batch: Batch, sha256: Mapping[str, str], attested: Attested) -> None:
    """Put the provenance of files into a batch, as far as it is new."""
    for one, digest, document in attested.documents:
        parsed, filename = one.parsed, one.file.filename
        row = parsed.project, parsed.version, filename, sha256[filename], digest, document
        batch.add(PROVENANCES, row)


def file_row(project: str, kept: Kept, sha256: str) -> tuple[object, ...]:
    """A row of `FILES`."""
    file, parsed = kept.file, kept.parsed
    hashes = {name: value for name, value in file.hashes.items() if name != "sha256"}
    metadata = file.core_metadata
    metadata_sha256 = None if metadata is None else metadata.get("sha256", "")
    return (
        project,
        parsed.version,
        file.filename,
        sha256,
        parsed.packagetype,
        json.dumps(hashes, sort_keys=True) if hashes else "{}",
        file.requires_python,
        file.size,
        file.upload_time,
        metadata_sha256,
        facts_digest(
            project=project,
            version=parsed.version,
            packagetype=parsed.packagetype,
            hashes=hashes,
            requires_python=file.requires_python,
            size=file.size,
            upload_time=file.upload_time,
            metadata_sha256=metadata_sha256,
        ),
        file.url,
    )
