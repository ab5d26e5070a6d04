"""The digest over what a source told of a file: part of the identity of `PyindexFile`.

Every way in (sync, upload, copy from elsewhere) takes it from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime


def facts_digest(
    *,
    project: str,
    version: str,
    packagetype: str,
    hashes: Mapping[str, str],
    requires_python: str | None = None,
    size: int | None = None,
    upload_time: datetime | None = None,
    metadata_sha256: str | None = None,
) -> str:
    """sha256 hex over the facts as the source told them, before anything was learnt.

    `hashes` are those beside sha256, which has its own column.
    """
    moment = upload_time.astimezone(UTC).isoformat() if upload_time is not None else None
    facts = [
        project,
        version,
        packagetype,
        sorted(hashes.items()),
        requires_python,
        size,
        moment,
        metadata_sha256,
    ]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()
