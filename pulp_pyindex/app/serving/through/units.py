"""Files that passed, as content: their rows, and where they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from pulpcore.plugin.models import Domain
from pulpcore.plugin.util import set_domain

from pulp_pyindex.app import catalog, ingest
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.through.recording import write_digest
from pulp_pyindex.app.serving.through.showing import Behind
from pulp_pyindex.app.tasks.rows import file_row
from pulp_pyindex.app.tasks.units import FILES
from pulp_pyindex.app.tasks.writing import Batch, Writer, unhurried
from pulp_pyindex.index.choosing import Kept

_COUNT = """
    INSERT INTO pyindex_pyindexcachedfile AS known
        (distribution_id, file_id, size, kept_at, used_at, is_pending)
    SELECT d.pulp_id, unit.content_ptr_id, stored.size, now(), now(), d.repository_id IS NOT NULL
    FROM core_distribution d, pyindex_pyindexfile unit
    JOIN core_contentartifact own
      ON own.content_id = unit.content_ptr_id AND own.relative_path = unit.filename
    JOIN core_artifact stored ON stored.pulp_id = own.artifact_id
    WHERE d.pulp_id = %(distribution)s AND unit.filename = %(filename)s
      AND unit.sha256 = %(sha256)s AND unit.facts_sha256 = %(facts)s
      AND unit._pulp_domain_id = %(domain)s
    ON CONFLICT (distribution_id, file_id) DO UPDATE
    SET size = EXCLUDED.size, used_at = EXCLUDED.used_at
"""
_KNOWN = """
    UPDATE core_content SET timestamp_of_interest = now()
    FROM pyindex_pyindexfile unit
    JOIN core_contentartifact own
      ON own.content_id = unit.content_ptr_id AND own.relative_path = unit.filename
    JOIN core_remoteartifact source ON source.content_artifact_id = own.pulp_id
    WHERE core_content.pulp_id = unit.content_ptr_id AND unit._pulp_domain_id = %(domain)s
      AND unit.filename = %(filename)s AND unit.sha256 = %(sha256)s
      AND unit.facts_sha256 = %(facts)s AND source.remote_id = %(remote)s
      AND source.url = %(url)s AND source.sha256 = %(sha256)s AND source.failed_at IS NULL
"""
_USED = """
    UPDATE pyindex_pyindexcachedfile cached SET used_at = to_timestamp(used.at)
    FROM unnest(%s::bigint[], %s::float8[]) AS used (id, at)
    WHERE cached.id = used.id AND cached.used_at < to_timestamp(used.at)
"""
_TOUCH = """
    UPDATE core_content SET timestamp_of_interest = now()
    WHERE pulp_id IN (
        SELECT content.pulp_id FROM pyindex_pyindexcachedfile cached
        JOIN core_content content ON content.pulp_id = cached.file_id
        WHERE cached.id = ANY(%s) AND content.timestamp_of_interest < now() - interval '10 minutes'
        ORDER BY content.pulp_id FOR NO KEY UPDATE OF content SKIP LOCKED)
"""


def keep(
    index: Index, remote: PyindexRemote, one: Behind, sha256: str, path: str | None = None
) -> None:
    """Let a file be content of the index's domain, counted among what the index keeps.

    `path` is where its bytes lie; they are gone from there afterwards. Without it they are here
    already, whoever brought them.
    """
    domain = Domain.objects.get(pk=index.domain_pk)
    set_domain(domain)
    # What is lost with the database's host is fetched again.
    with unhurried():
        facts = _write_unit(domain.pk, remote, one, sha256)
        if path is not None:
            ingest.store(
                path,
                sha256=sha256,
                expected_hashes=_checkable(one.file.hashes),
                size=one.file.size,
                domain=domain,
                filename=one.file.filename,
            )
        values = {
            "distribution": index.distribution_pk,
            "domain": domain.pk,
            "filename": one.file.filename,
            "sha256": sha256,
            "facts": facts,
        }
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, values)


def keep_metadata(
    index: Index, remote: PyindexRemote, one: Behind, sha256: str, metadata_sha256: str, path: str
) -> None:
    """Store the METADATA beside a file that has not passed yet."""
    domain = Domain.objects.get(pk=index.domain_pk)
    set_domain(domain)
    with unhurried():
        _write_unit(domain.pk, remote, one, sha256)
        ingest.store_metadata(path, file_sha256=sha256, sha256=metadata_sha256, domain=domain)


def keep_untold(index: Index, remote: PyindexRemote, one: Behind, path: str) -> str:
    """As `keep`, of a file whose digest its page does not tell; the digest."""
    digests, _ = ingest.digests_of(path, {})
    sha256 = digests["sha256"]
    keep(index, remote, one, sha256, path)
    write_digest(remote.pk, one.parsed.project, one.file.url, sha256)
    return sha256


def is_learnt(remote: PyindexRemote, one: Behind) -> bool:
    """Whether the digest of a file was learnt meanwhile."""
    page = catalog.cached_pages(remote.pk, [one.parsed.project]).get(one.parsed.project)
    return page is not None and one.file.url in page.digests


def write_used(used: Mapping[int, float]) -> None:
    """Write down when files were last used, and keep them from orphan clean-up."""
    ordered = sorted(used.items())
    with connection.cursor() as cursor:
        cursor.execute(_USED, [[pk for pk, _ in ordered], [at for _, at in ordered]])
        cursor.execute(_TOUCH, [list(used)])


def is_kept(index: Index, one: Behind, sha256: str) -> catalog.KeptFile:
    """Where the bytes of a file are."""
    told = one.file.core_metadata
    return catalog.kept_file(
        index.distribution_pk,
        index.domain_pk,
        filename=one.file.filename,
        sha256=sha256,
        metadata_sha256=told.get("sha256") if told else None,
    )


def _write_unit(domain_pk: UUID, remote: PyindexRemote, one: Behind, sha256: str) -> object:
    """Make the unit of a file unless it is there; the digest over what was told of it."""
    row = file_row(one.parsed.project, Kept(file=one.file, parsed=one.parsed), sha256)
    facts = row[list(FILES.columns).index("facts_sha256")]
    values = {
        "domain": domain_pk,
        "remote": remote.pk,
        "filename": one.file.filename,
        "sha256": sha256,
        "facts": facts,
        "url": one.file.url,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, values)
        # Its METADATA has often passed before, and to write a unit takes a dozen statements.
        if cursor.rowcount:
            return facts
    batch = Batch()
    batch.add(FILES, row)
    Writer(domain_pk, remote).write(batch)
    return facts


def _checkable(hashes: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in hashes.items() if name != "sha256"}
