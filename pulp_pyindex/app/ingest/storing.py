"""Bytes are checked against every promise, stored, and linked to all units that name them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from pulpcore.plugin.models import Artifact, ContentArtifact, Domain

from pulp_pyindex.app.exceptions import FileMismatch
from pulp_pyindex.app.models import PyindexFile

from .learning import learn, read

_CHUNK = 1024 * 1024

#: Advisory lock: shared by those who store a file until it is committed, held alone by who takes
#: files away.
STORING = 0x50594944


def store(
    path: str,
    *,
    sha256: str,
    expected_hashes: Mapping[str, str] | None = None,
    size: int | None = None,
    domain: Domain,
    filename: str = "",
    digests: Mapping[str, str] | None = None,
) -> Artifact:
    """The stored artifact of the file at `path`, which is gone afterwards.

    `sha256` is what the file must have; `expected_hashes` and `size` are checked too where given.
    `digests` are those of the bytes where they were reckoned already: all that Pulp keeps and all
    that was promised. Raises FileMismatch, and then stores nothing. The domain must be the current
    one. `path` is moved, not copied, where it lies in WORKING_DIRECTORY. Stores of the same file
    at the same time are fine. What its sources had not told is learnt, see `learning`.
    """
    try:
        promised = {**(expected_hashes or {}), "sha256": sha256}
        if digests is None:
            digests, found = digests_of(path, promised)
        else:
            found = Path(path).stat().st_size
        for name, value in promised.items():
            if digests[name] != value:
                raise FileMismatch(filename or sha256, f"its {name}", value, digests[name])
        if size is not None and found != size:
            raise FileMismatch(filename or sha256, "its size", str(size), str(found))
        rows = list(PyindexFile.objects.filter(sha256=sha256, _pulp_domain=domain))
        metadata = read(path, rows)
        with transaction.atomic():
            artifact = stored_artifact(path, digests, found, domain)
            _link(artifact, rows)
            beside = None
            if metadata is not None and metadata.raw is not None:
                beside = metadata.store(lambda place: _store_beside(place, domain))
            learn(rows, found, metadata, beside)
    finally:
        Path(path).unlink(missing_ok=True)
    return artifact


def digests_of(path: str, also: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """Every digest that Pulp keeps or somebody promised, and the size."""
    hashers = {name: _hasher(name) for name in {*Artifact.DIGEST_FIELDS, *also}}
    size = 0
    with Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            for hasher in hashers.values():
                hasher.update(chunk)
    return {name: hasher.hexdigest() for name, hasher in hashers.items()}, size


def stored_artifact(path: str, digests: Mapping[str, str], size: int, domain: Domain) -> Artifact:
    """The artifact of these bytes, made of the file at `path` unless it exists.

    Inside a transaction: until it ends nobody takes the file away.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STORING])
    known = Artifact.objects.filter(sha256=digests["sha256"], pulp_domain=domain).first()
    if known is None:
        fresh = Artifact(
            file=path,
            size=size,
            pulp_domain=domain,
            **{name: digests[name] for name in Artifact.DIGEST_FIELDS},
        )
        _clear_remains(fresh, domain)
        # pulpcore opens the file behind it and leaves it open.
        opened = fresh.file
        try:
            with transaction.atomic():
                fresh.save()
        except IntegrityError:
            # Somebody else stored the same bytes in this very moment.
            known = Artifact.objects.get(sha256=digests["sha256"], pulp_domain=domain)
        else:
            return fresh
        finally:
            opened.close()
    known.touch()
    return known


def _clear_remains(artifact: Artifact, domain: Domain) -> None:
    """Remove part of a file at the artifact's place.

    pulpcore takes whatever is there for the whole; a full disk or a crash amid copying leaves less.
    """
    try:
        place = Path(domain.get_storage().path(artifact.storage_path("")))
    except NotImplementedError:
        # Object storages have whole objects only.
        return
    if place.exists() and place.stat().st_size != artifact.size:
        place.unlink(missing_ok=True)


def store_metadata(raw: bytes, domain: Domain) -> Artifact:
    """The stored artifact of a file's METADATA."""
    with NamedTemporaryFile(dir=settings.WORKING_DIRECTORY, delete=False) as file:
        file.write(raw)
    return _store_beside(file.name, domain)


def _store_beside(path: str, domain: Domain) -> Artifact:
    try:
        digests, size = digests_of(path, {})
        return stored_artifact(path, digests, size, domain)
    finally:
        Path(path).unlink(missing_ok=True)


def _hasher(name: str) -> Any:
    # The Python Package Index's own name for a blake2b of half the length.
    if name == "blake2b_256":
        return hashlib.blake2b(digest_size=32)
    return hashlib.new(name, usedforsecurity=False)


def _link(artifact: Artifact, rows: list[PyindexFile]) -> None:
    for row in sorted(rows, key=lambda row: row.pk):
        ContentArtifact.objects.filter(
            content_id=row.pk, relative_path=row.filename, artifact=None
        ).update(artifact=artifact)
