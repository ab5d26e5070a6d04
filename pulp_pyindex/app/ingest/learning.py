"""What the bytes of a file tell that its source had not: size and metadata.

What was told is never overwritten. What pages tell is noted with its moment: those made before lack
it, and the next sync publishes them anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.utils.timezone import now

from pulpcore.plugin.models import Artifact, ContentArtifact

from pulp_pyindex.app.models import PyindexFile
from pulp_pyindex.index.errors import InvalidMetadata
from pulp_pyindex.index.metadata import CoreMetadata, parse, sdist_metadata, wheel_metadata
from pulp_pyindex.index.paths import METADATA_SUFFIX

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The metadata inside a file."""

    #: METADATA, byte for byte; None for what is no wheel, as `.metadata` is offered for wheels.
    raw: bytes | None
    #: None where the metadata is there but cannot be read.
    fields: CoreMetadata | None

    def store(self, keep: Callable[[str], Artifact]) -> Artifact:
        """Write `raw` to a file and let `keep` take it."""
        with NamedTemporaryFile(dir=settings.WORKING_DIRECTORY, delete=False) as file:
            file.write(self.raw or b"")
        return keep(file.name)


def read(path: str, rows: list[PyindexFile]) -> Learnt | None:
    """The metadata of the file at `path`; None where it has none or all rows know it.

    The bytes are the promised ones: whatever is wrong with them, they are served as they are.
    """
    asking = next((row for row in rows if row.core_metadata is None), None)
    if asking is None:
        return None
    filename = asking.filename
    is_wheel = asking.packagetype == "bdist_wheel"
    if not is_wheel and asking.packagetype != "sdist":
        return None
    try:
        with Path(path).open("rb") as file:
            raw = (wheel_metadata if is_wheel else sdist_metadata)(file, filename)
    except InvalidMetadata as error:
        _logger.warning("No metadata learnt: %s", error)
        return None
    try:
        fields = parse(raw, filename)
    except InvalidMetadata as error:
        _logger.warning("No metadata learnt: %s", error)
        fields = None
    return Learnt(raw=raw if is_wheel else None, fields=fields)


#: What pages tell of a file: those made before it was learnt are made anew.
_ON_PAGES = frozenset({"size", "metadata_sha256", "requires_python"})


def learn(
    rows: list[PyindexFile], size: int, metadata: Learnt | None, beside: Artifact | None
) -> None:
    """Fill in what the sources of the rows had not told; `beside` is the stored METADATA.

    `learned_at` is set where a page could now tell more.
    """
    for row in sorted(rows, key=lambda row: row.pk):
        news: dict[str, Any] = {}
        fields = metadata.fields if metadata is not None else None
        if row.size is None:
            news["size"] = size
        if fields is not None and row.core_metadata is None:
            news["core_metadata"] = fields.fields
            # An index that tells no size tells nothing but names: a Requires-Python that is
            # missing there does not mean that there is none.
            if row.size is None and row.requires_python is None and fields.requires_python:
                news["requires_python"] = fields.requires_python
        if beside is not None and _offers(row, beside):
            if row.metadata_sha256 != beside.sha256:
                news["metadata_sha256"] = beside.sha256
            ContentArtifact.objects.get_or_create(
                content_id=row.pk,
                relative_path=row.filename + METADATA_SUFFIX,
                defaults={"artifact": beside},
            )
        if news:
            if _ON_PAGES & news.keys():
                news["learned_at"] = now()
            PyindexFile.objects.filter(pk=row.pk).update(**news)


def _offers(row: PyindexFile, beside: Artifact) -> bool:
    if row.metadata_sha256 in (None, "", beside.sha256):
        return True
    _logger.warning("%s: its METADATA is not the one its index promised", row.filename)
    return False
