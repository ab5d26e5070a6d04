"""A file that a client brought: checked whole, then stored and put up for the next version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from pulpcore.plugin.models import Artifact, ContentArtifact, Domain

from pulp_pyindex.app.models import PyindexFile, PyindexRepository, PyindexUpload
from pulp_pyindex.app.models.facts import facts_digest
from pulp_pyindex.app.models.notices import UPLOADED, notify
from pulp_pyindex.index.archives import check_sdist, check_wheel
from pulp_pyindex.index.attestations import verify
from pulp_pyindex.index.errors import InvalidProvenance
from pulp_pyindex.index.filenames import ParsedFilename
from pulp_pyindex.index.metadata import CoreMetadata
from pulp_pyindex.index.paths import METADATA_SUFFIX
from pulp_pyindex.index.uploads import (
    UploadForm,
    check_digests,
    check_filename,
    check_metadata,
)

from .judging import Ruling, judge
from .storing import store, store_metadata, stored_artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A file that lies on this machine's disk, and what its client says of it."""

    path: str
    size: int
    #: By algorithm: sha256 and what else Pulp keeps, and those the form may name.
    digests: Mapping[str, str]
    form: UploadForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """By whom and how an upload came."""

    user_pk: int | None = None
    token_name: str = ""
    client: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An arrived file that is what its client says, and fit for where it is to go."""

    arrived: Arrived
    parsed: ParsedFilename
    metadata: CoreMetadata
    #: The file's METADATA or PKG-INFO, byte for byte.
    raw_metadata: bytes
    #: PEP 740 provenance object (JSON text) made of the attestations; empty without any.
    provenance: str
    ruling: Ruling


def check(arrived: Arrived, repository: PyindexRepository | None) -> Checked:
    """Check an arrived file against its form, itself, and the repository's latest version.

    Without a repository the last is left out. Raises a PyindexError of the index room that says
    what is wrong.
    """
    form = arrived.form
    legacy = repository is not None and repository.allow_legacy_filenames
    parsed = check_filename(form, allow_legacy_names=legacy)
    check_digests(form, arrived.digests)
    sha256 = arrived.digests["sha256"]
    ruling = Ruling.ADD
    if repository is not None:
        ruling = judge(
            repository,
            project=form.project,
            release=form.version,
            filename=parsed.filename,
            sha256=sha256,
            packagetype=form.packagetype,
        )
    with Path(arrived.path).open("rb") as file:
        check_archive = check_wheel if form.packagetype == "bdist_wheel" else check_sdist
        raw = check_archive(file, parsed.filename)
    metadata = check_metadata(raw, form)
    provenance = ""
    if form.attestations is not None:
        document = verify(
            form.attestations,
            filename=parsed.filename,
            sha256=sha256,
            trust_root=_trust_root(parsed.filename),
        )
        provenance = json.dumps(document, separators=(",", ":"))
    return Checked(
        arrived=arrived,
        parsed=parsed,
        metadata=metadata,
        raw_metadata=raw,
        provenance=provenance,
        ruling=ruling,
    )


def take_in(repository: PyindexRepository, checked: Checked, brought: Brought) -> PyindexUpload:
    """Store a checked file and put it up for the repository's next version.

    The domain must be the repository's. The file at `arrived.path` is gone afterwards.
    """
    arrived, form = checked.arrived, checked.arrived.form
    with transaction.atomic():
        file = keep(checked, repository.pulp_domain)
        upload = PyindexUpload.objects.create(
            repository=repository,
            file=file,
            project=form.project,
            release=form.version,
            filename=file.filename,
            sha256=file.sha256,
            size=arrived.size,
            provenance=checked.provenance,
            user_id=brought.user_pk,
            token_name=brought.token_name,
            client=brought.client[:500],
            address=brought.address,
        )
        notify(UPLOADED)
    return upload


def keep(checked: Checked, domain: Domain) -> PyindexFile:
    """Store a checked file as content of the domain, which must be the current one.

    The file at `arrived.path` is gone afterwards.
    """
    arrived = checked.arrived
    try:
        with transaction.atomic():
            known = PyindexFile.objects.filter(
                sha256=arrived.digests["sha256"], _pulp_domain=domain
            ).exists()
            if known:
                # There is more to do than to store it: units that lack their file get it.
                return _keep_beside_others(checked, domain)
            artifact = stored_artifact(arrived.path, arrived.digests, arrived.size, domain)
            return _unit(checked, domain, artifact)
    finally:
        Path(arrived.path).unlink(missing_ok=True)


def _keep_beside_others(checked: Checked, domain: Domain) -> PyindexFile:
    arrived = checked.arrived
    artifact = store(
        arrived.path,
        sha256=arrived.digests["sha256"],
        size=arrived.size,
        domain=domain,
        filename=checked.parsed.filename,
        digests=arrived.digests,
    )
    return _unit(checked, domain, artifact)


def _unit(checked: Checked, domain: Domain, artifact: Artifact) -> PyindexFile:
    """A unit of a stored file, with all that its metadata tells."""
    form, arrived = checked.arrived.form, checked.arrived
    told: dict[str, Any] = {
        "project": str(form.project),
        "version": form.version,
        "packagetype": form.packagetype,
        "hashes": {},
        "requires_python": checked.metadata.requires_python,
        "size": arrived.size,
        "upload_time": now(),
    }
    beside = None
    if form.packagetype == "bdist_wheel":
        beside = store_metadata(checked.raw_metadata, domain)
    file: PyindexFile = PyindexFile.objects.create(
        filename=checked.parsed.filename,
        sha256=arrived.digests["sha256"],
        facts_sha256=facts_digest(**told),
        core_metadata=checked.metadata.fields,
        metadata_sha256=beside.sha256 if beside is not None else None,
        _pulp_domain=domain,
        **told,
    )
    stored = {file.filename: artifact}
    if beside is not None:
        stored[file.filename + METADATA_SUFFIX] = beside
    ContentArtifact.objects.bulk_create(
        ContentArtifact(content=file, relative_path=path, artifact=one)
        for path, one in stored.items()
    )
    return file


@cache
def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _trust_root(filename: str) -> bytes | None:
    """The trust root that the setting names; InvalidProvenance where it cannot be read."""
    path = settings.PYINDEX_ATTESTATION_TRUST_ROOT
    try:
        return _read(path) if path else None
    except OSError as error:
        reason = (
            "attestations cannot be verified here: the file that PYINDEX_ATTESTATION_TRUST_ROOT "
            f"names cannot be read ({error.strerror}); tell the administrator"
        )
        raise InvalidProvenance(filename, reason) from error
