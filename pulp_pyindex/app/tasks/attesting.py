"""Provenance of files, fetched from an upstream where it is not known yet."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pulp_pyindex.app.exceptions import UpstreamError, UpstreamFaulty
from pulp_pyindex.app.upstream import ACCEPT_PROVENANCE, Upstream
from pulp_pyindex.index import provenance
from pulp_pyindex.index.choosing import Kept
from pulp_pyindex.index.errors import InvalidProvenance

_AT_ONCE = 100

#: (filename, sha256 of the file) → unit.
Known = Mapping[tuple[str, str], UUID]


@dataclass(slots=True)
class Attested:
    """What is to be had of the provenance of some files."""

    #: (file, sha256 of the document, document)
    documents: list[tuple[Kept, str, str]] = field(default_factory=list)
    #: Units that are known from before.
    reused: list[UUID] = field(default_factory=list)
    #: (filename, reason)
    failed: list[tuple[str, str]] = field(default_factory=list)
    #: Of the failed ones, those for which the upstream may have an answer later.
    postponed: list[str] = field(default_factory=list)


async def attest(
    upstream: Upstream, kept: Sequence[Kept], sha256: Mapping[str, str], known: Known
) -> Attested:
    """The provenance that pages offer of files; faults are part of the answer.

    `sha256` is by filename; files without are left out.
    """
    found = Attested()
    unknown = []
    for one in offered(kept, sha256):
        unit = known.get((one.file.filename, sha256[one.file.filename]))
        if unit is None:
            unknown.append(one)
        else:
            found.reused.append(unit)
    await in_turns(unknown, lambda one: _fetch(upstream, one, found))
    return found


def offered(kept: Sequence[Kept], sha256: Mapping[str, str]) -> list[Kept]:
    """The files whose pages offer provenance."""
    return [one for one in kept if one.file.provenance is not None and one.file.filename in sha256]


async def in_turns(
    items: Sequence[Kept], work: Callable[[Kept], Coroutine[Any, Any, None]]
) -> None:
    """`work` done with each, some at once."""
    for start in range(0, len(items), _AT_ONCE):
        await asyncio.gather(*(work(item) for item in items[start : start + _AT_ONCE]))


async def _fetch(upstream: Upstream, one: Kept, found: Attested) -> None:
    url, filename = one.file.provenance, one.file.filename
    assert url is not None
    try:
        answer = await upstream.page(url, accept=ACCEPT_PROVENANCE, max_bytes=provenance.MAX_SIZE)
        document = provenance.check(answer.body, filename)
    except (UpstreamError, InvalidProvenance) as error:
        found.failed.append((filename, str(error)))
        if isinstance(error, UpstreamFaulty):
            found.postponed.append(filename)
    else:
        found.documents.append((one, hashlib.sha256(answer.body).hexdigest(), document))
