"""The METADATA of a file that is not here yet, fetched by itself."""

from __future__ import annotations

import logging
from pathlib import Path

from django.db import transaction

from pulpcore.plugin.models import Artifact, ContentArtifact, Domain

from pulp_pyindex.app.exceptions import FileMismatch
from pulp_pyindex.app.models import PyindexFile
from pulp_pyindex.index.errors import InvalidMetadata
from pulp_pyindex.index.metadata import parse
from pulp_pyindex.index.paths import METADATA_SUFFIX

from .storing import digests_of, stored_artifact

_logger = logging.getLogger(__name__)


def store_metadata(path: str, *, file_sha256: str, sha256: str, domain: Domain) -> Artifact:
    """Store the METADATA at `path` beside every unit of the file that promises just this.

    The units take over what it says, for documents and queries. Raises FileMismatch, and then
    stores nothing. `path` is gone afterwards.
    """
    try:
        digests, size = digests_of(path, {})
        found = digests["sha256"]
        if found != sha256:
            raise FileMismatch(f"METADATA of {file_sha256}", "its sha256", sha256, found)
        raw = Path(path).read_bytes()
        rows = PyindexFile.objects.filter(
            sha256=file_sha256, metadata_sha256=sha256, _pulp_domain=domain
        ).order_by("pk")
        with transaction.atomic():
            artifact = stored_artifact(path, digests, size, domain)
            for row in rows:
                ContentArtifact.objects.get_or_create(
                    content_id=row.pk,
                    relative_path=row.filename + METADATA_SUFFIX,
                    defaults={"artifact": artifact},
                )
            _learn([row for row in rows if row.core_metadata is None and row.size is not None], raw)
    finally:
        Path(path).unlink(missing_ok=True)
    return artifact


def _learn(rows: list[PyindexFile], raw: bytes) -> None:
    # A row without a size learns all at once from the file, as its page does. Pages of the others
    # tell nothing of this: they need not be made anew, so `learned_at` stays.
    if not rows:
        return
    try:
        fields = parse(raw, rows[0].filename).fields
    except InvalidMetadata as error:
        _logger.warning("No metadata learnt: %s", error)
        return
    PyindexFile.objects.filter(pk__in=[row.pk for row in rows]).update(core_metadata=fields)
