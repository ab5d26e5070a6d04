"""The METADATA of a file that is not here yet, fetched by itself."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from pulpcore.plugin.models import Artifact, ContentArtifact, Domain

from pulp_pyindex.app.exceptions import FileMismatch
from pulp_pyindex.app.models import PyindexFile
from pulp_pyindex.index.paths import METADATA_SUFFIX

from .storing import digests_of, stored_artifact


def store_metadata(path: str, *, file_sha256: str, sha256: str, domain: Domain) -> Artifact:
    """Store the METADATA at `path` beside every unit of the file that promises just this.

    Raises FileMismatch, and then stores nothing. `path` is gone afterwards.
    """
    try:
        digests, size = digests_of(path, {})
        found = digests["sha256"]
        if found != sha256:
            raise FileMismatch(f"METADATA of {file_sha256}", "its sha256", sha256, found)
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
    finally:
        Path(path).unlink(missing_ok=True)
    return artifact
