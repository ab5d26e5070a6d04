"""A file that a client brought: checked whole, then stored and put up for the next version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from pulpcore.plugin.models import ContentArtifact

from pulp_pyindex.app.models import PyindexFile, PyindexRepository, PyindexUpload
from pulp_pyindex.app.models.facts import facts_digest
from pulp_pyindex.app.models.notices import UPLOADED, notify
from pulp_pyindex.index.archives import check_sdist, check_wheel
from pulp_pyindex.index.attestations import verify
from pulp_pyindex.index.filenames import ParsedFilename
from pulp_pyindex.index.metadata import CoreMetadata
from pulp_pyindex.index.uploads import (
    UploadForm,
    check_digests,
    check_filename,
    check_metadata,
)

from .judging import Ruling, judge
from .storing import store


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
    """An arrived file that is what its client says, and fit for the repository."""

    arrived: Arrived
    parsed: ParsedFilename
    metadata: CoreMetadata
    #: PEP 740 provenance object (JSON text) made of the attestations; empty without any.
    provenance: str
    ruling: Ruling


def check(repository: PyindexRepository, arrived: Arrived, trust_root: bytes | None) -> Checked:
    """Check an arrived file against its form, itself, and the repository's latest version.

    Raises a PyindexError of the index room that says what is wrong.
    """
    form = arrived.form
    parsed = check_filename(form, allow_legacy_names=repository.allow_legacy_filenames)
    check_digests(form, arrived.digests)
    sha256 = arrived.digests["sha256"]
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
            form.attestations, filename=parsed.filename, sha256=sha256, trust_root=trust_root
        )
        provenance = json.dumps(document, separators=(",", ":"))
    return Checked(
        arrived=arrived, parsed=parsed, metadata=metadata, provenance=provenance, ruling=ruling
    )


def take_in(repository: PyindexRepository, checked: Checked, brought: Brought) -> PyindexUpload:
    """Store a checked file and put it up for the repository's next version.

    The domain must be the repository's. The file at `arrived.path` is gone afterwards.
    """
    arrived, form = checked.arrived, checked.arrived.form
    sha256 = arrived.digests["sha256"]
    with transaction.atomic():
        file = _unit(repository, checked)
        ContentArtifact.objects.get_or_create(content=file, relative_path=file.filename)
        store(
            arrived.path,
            sha256=sha256,
            size=arrived.size,
            domain=repository.pulp_domain,
            filename=file.filename,
            digests=arrived.digests,
        )
        upload = PyindexUpload.objects.create(
            repository=repository,
            file=file,
            project=form.project,
            release=form.version,
            filename=file.filename,
            sha256=sha256,
            size=arrived.size,
            provenance=checked.provenance,
            user_id=brought.user_pk,
            token_name=brought.token_name,
            client=brought.client[:500],
            address=brought.address,
        )
        notify(UPLOADED)
    return upload


def _unit(repository: PyindexRepository, checked: Checked) -> PyindexFile:
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
    return PyindexFile.objects.create(
        filename=checked.parsed.filename,
        sha256=arrived.digests["sha256"],
        facts_sha256=facts_digest(**told),
        _pulp_domain=repository.pulp_domain,
        **told,
    )
