"""Load databases of known vulnerabilities: a zip of OSV documents becomes rows, all or none.

Documents are read one by one and go to the database as they are read. Readers see the old
advisories until all new ones are there.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID, uuid5

import msgspec
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.utils import timezone

from pulpcore.plugin.models import PulpTemporaryFile
from pulpcore.plugin.util import get_domain, get_domain_pk

from pulp_pyindex.app.exceptions import AdvisoriesRefused, UpstreamTooLarge
from pulp_pyindex.app.models import PyindexAdvisorySource, PyindexRemote
from pulp_pyindex.app.tasks.writing import copy_rows
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.advisories import Advisory, Severity, read_archive
from pulp_pyindex.index.errors import InvalidAdvisory

#: Bytes of an archive that are taken from an address.
MOST_BYTES = 2 * 1024 * 1024 * 1024

#: Advisories that are written in one go.
_BATCH = 1000

_ADVISORIES = (
    "pyindex_pyindexadvisory",
    [
        *("pulp_id", "pulp_created", "pulp_last_updated", "source_id", "pulp_domain_id"),
        *("identifier", "aliases", "summary", "details", "url", "severity", "score"),
        *("published", "modified", "withdrawn"),
    ],
)
_AFFECTED = ("pyindex_pyindexaffected", ["advisory_id", "project", "ranges", "versions"])

#: A vulnerability has one name in each database, and not every database says how bad it is.
_SEVERITY_BY_ALIAS = """
    WITH named AS (
        SELECT pulp_id, identifier AS name, severity, score FROM pyindex_pyindexadvisory
        WHERE pulp_domain_id = %(domain)s AND withdrawn IS NULL
        UNION ALL
        SELECT pulp_id, unnest(aliases), severity, score FROM pyindex_pyindexadvisory
        WHERE pulp_domain_id = %(domain)s AND withdrawn IS NULL),
    worst AS (
        SELECT DISTINCT ON (silent.pulp_id) silent.pulp_id, told.severity, told.score
        FROM named silent JOIN named told ON told.name = silent.name AND told.severity > 0
        WHERE silent.severity = 0
        ORDER BY silent.pulp_id, told.severity DESC, told.score DESC NULLS LAST)
    UPDATE pyindex_pyindexadvisory advisory SET severity = worst.severity, score = worst.score
    FROM worst
    WHERE advisory.pulp_id = worst.pulp_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """An archive on this machine's disk. `path` is None where it is the known one."""

    path: str | None
    url: str = ""
    etag: str = ""
    last_modified: str = ""


def load_advisories(
    *,
    name: str,
    temporary: str | None = None,
    path: str | None = None,
    url: str | None = None,
    refresh: bool = False,
) -> dict[str, Any]:
    """Replace what the source `name` of this domain told, by an archive's advisories.

    The archive is an uploaded file, a file on the server, or behind an address. With `refresh` it
    is taken from the address that the source was loaded from, if it has changed there. Raises
    AdvisoriesRefused for what is no archive of OSV documents and UpstreamError for what an address
    answers; nothing is changed then.
    """
    source = PyindexAdvisorySource.objects.filter(name=name, pulp_domain=get_domain()).first()
    if temporary is not None:
        kept = PulpTemporaryFile.objects.get(pk=temporary)
        try:
            with _opened(kept.file) as file:
                return _replace(name, source, file, _Fetched(path=""))
        finally:
            kept.delete()
    if path is not None:
        try:
            with Path(path).open("rb") as file:
                return _replace(name, source, file, _Fetched(path=path))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise AdvisoriesRefused(name, f"{path}: {reason}") from error
    known = source if refresh else None
    address = url if url is not None else (source.url if source is not None else "")
    fetched = _fetch(address, known)
    if fetched.path is None:
        assert source is not None
        source.checked_at = timezone.now()
        source.save(update_fields=["checked_at"])
        return _result(source, changed=False)
    with Path(fetched.path).open("rb") as file:
        return _replace(name, source, file, fetched)


def remove_advisories(*, name: str) -> None:
    """Remove a source and all its advisories."""
    source = PyindexAdvisorySource.objects.filter(name=name, pulp_domain=get_domain()).first()
    if source is None:
        return
    with transaction.atomic():
        _empty(source)
        source.delete()


@contextmanager
def _opened(stored: Any) -> Iterator[BufferedReader]:
    """An uploaded file on this machine's disk: a zip is read from its end."""
    with NamedTemporaryFile(dir=Path.cwd()) as target:
        with stored.open("rb") as file:
            shutil.copyfileobj(file, target, 1024 * 1024)
        target.flush()
        with Path(target.name).open("rb") as local:
            yield local


def _fetch(url: str, known: PyindexAdvisorySource | None) -> _Fetched:
    remote = PyindexRemote(url=url)

    async def fetched() -> _Fetched:
        async with (
            Upstream(remote) as upstream,
            upstream.file(
                url,
                etag=known.etag if known is not None else None,
                last_modified=known.last_modified if known is not None else None,
            ) as answer,
        ):
            if answer.status == 304:
                return _Fetched(path=None)
            size = 0
            with NamedTemporaryFile(dir=Path.cwd(), delete=False) as target:
                async for chunk in answer.chunks:
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise UpstreamTooLarge(answer.url, f"more than {MOST_BYTES} bytes")
                    target.write(chunk)
            return _Fetched(
                path=target.name,
                url=url,
                etag=answer.headers.get("ETag", ""),
                last_modified=answer.headers.get("Last-Modified", ""),
            )

    found: _Fetched = async_to_sync(fetched)()
    return found


def _replace(
    name: str, source: PyindexAdvisorySource | None, file: BufferedReader, fetched: _Fetched
) -> dict[str, Any]:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    now = timezone.now()
    told = {
        "url": fetched.url,
        "etag": fetched.etag,
        "last_modified": fetched.last_modified,
        "checked_at": now,
    }
    if source is not None and source.sha256 == digest:
        PyindexAdvisorySource.objects.filter(pk=source.pk).update(**told)
        source.refresh_from_db()
        return _result(source, changed=False)
    try:
        with transaction.atomic():
            if source is None:
                source = PyindexAdvisorySource.objects.create(name=name, pulp_domain=get_domain())
            _empty(source)
            counts = _write(source, read_archive(file, name))
            if not counts.advisories:
                reason = "none of its entries is about a project of a Python index"
                raise AdvisoriesRefused(name, reason)
            _settle()
            fields = {"sha256": digest, "loaded_at": now, **told, **msgspec.structs.asdict(counts)}
            PyindexAdvisorySource.objects.filter(pk=source.pk).update(**fields)
    except InvalidAdvisory as error:
        raise AdvisoriesRefused(name, str(error)) from error
    source.refresh_from_db()
    return _result(source, changed=True)


def _empty(source: PyindexAdvisorySource) -> None:
    values = [source.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM pyindex_pyindexaffected USING pyindex_pyindexadvisory advisory"
            " WHERE advisory.pulp_id = advisory_id AND advisory.source_id = %s",
            values,
        )
        cursor.execute("DELETE FROM pyindex_pyindexadvisory WHERE source_id = %s", values)


class _Counts(msgspec.Struct):
    advisories: int = 0
    withdrawn: int = 0
    unreadable_ranges: int = 0


def _write(source: PyindexAdvisorySource, advisories: Iterator[Advisory]) -> _Counts:
    counts = _Counts()
    domain, now = get_domain_pk(), timezone.now()
    rows: list[tuple[Any, ...]] = []
    affected: list[tuple[Any, ...]] = []
    for one in advisories:
        counts.advisories += 1
        counts.withdrawn += one.withdrawn is not None
        counts.unreadable_ranges += one.unreadable
        pk = _key(source.pk, one.id)
        rows.append(
            (
                *(pk, now, now, source.pk, domain, one.id, list(one.aliases), one.summary),
                *(one.details, one.url, int(one.severity), one.score, one.published),
                *(one.modified, one.withdrawn),
            )
        )
        for each in one.affected:
            spans = [(span.introduced, span.fixed, span.last_affected) for span in each.ranges]
            ranges = msgspec.json.encode(spans).decode()
            affected.append((pk, each.project, ranges, sorted(each.versions)))
        if len(rows) >= _BATCH:
            _copy(rows, affected)
    _copy(rows, affected)
    return counts


def _copy(rows: list[tuple[Any, ...]], affected: list[tuple[Any, ...]]) -> None:
    copy_rows(*_ADVISORIES, rows)
    copy_rows(*_AFFECTED, affected)
    rows.clear()
    affected.clear()


def _key(source: UUID, identifier: str) -> UUID:
    """The same at each load, so that addresses of advisories stay."""
    return uuid5(source, identifier)


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pyindex_pyindexadvisory, pyindex_pyindexaffected")
        cursor.execute(_SEVERITY_BY_ALIAS, {"domain": get_domain_pk()})


def _result(source: PyindexAdvisorySource, *, changed: bool) -> dict[str, Any]:
    return {
        "source": source.name,
        "changed": changed,
        "advisories": source.advisories,
        "withdrawn": source.withdrawn,
        "unreadable_ranges": source.unreadable_ranges,
        "unknown_severity": source.pyindex_pyindexadvisory.filter(
            severity=Severity.UNKNOWN
        ).count(),
    }
