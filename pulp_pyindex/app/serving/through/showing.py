"""An upstream's page as ours: what is wanted of it, under our addresses."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from pulp_pyindex.app.catalog import CachedPage, LearntFile, version_order
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.serving.through.connections import Link
from pulp_pyindex.index.choosing import choose
from pulp_pyindex.index.filenames import ParsedFilename
from pulp_pyindex.index.names import NormalizedName
from pulp_pyindex.index.pages import File, ProjectPage, Status
from pulp_pyindex.index.paths import file_link, provenance_link

Learnt = Mapping[tuple[str, str], LearntFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What is behind a file of our page: the upstream's file."""

    file: File
    parsed: ParsedFilename
    #: None: neither told nor learnt.
    sha256: str | None
    #: Its digest in the file's address, or what stands for it where the page tells none: an
    #: address never changes, so that lock files stay good.
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page as we show it, and what is behind its files, by file name."""

    page: ProjectPage
    behind: Mapping[str, Behind]
    key: Hashable
    #: Seconds since the epoch: from then on more may be known of its files.
    until: float = math.inf
    #: Bytes it takes in memory, roughly.
    size: int = field(default=0, compare=False)


def has_gaps(page: ProjectPage) -> bool:
    """Whether a page leaves out what could be learnt of its files."""
    return any(
        file.size is None or (file.core_metadata is None and file.filename.endswith(".whl"))
        for file in page.files
    )


def show(cached: CachedPage, link: Link, learnt: Learnt, until: float = math.inf) -> Shown:
    """The page as the remote's filters leave it. `cached` is one that upstream has."""
    page = cached.page
    assert page is not None
    behind: dict[str, Behind] = {}
    shown: list[File] = []
    if page.status.status is not Status.QUARANTINED:
        for one in _wanted(page, cached, link):
            behind[one.file.filename] = one
            shown.append(_ours(one, link.remote, learnt))
        shown.sort(
            key=lambda file: (version_order(behind[file.filename].parsed.version), file.filename)
        )
    told = {name: _told(fact) for name, fact in learnt.items() if name[0] in behind}
    return Shown(
        page=ProjectPage(
            name=page.name,
            files=tuple(shown),
            versions=tuple(dict.fromkeys(behind[file.filename].parsed.version for file in shown)),
            status=page.status,
            serial=page.serial,
        ),
        behind=behind,
        until=until,
        key=(
            "remote",
            link.remote.pk,
            link.stamp,
            page.name,
            cached.sha256,
            _digest([sorted(cached.digests.items()), sorted(told.items())]),
        ),
        size=1024 + 1500 * len(shown),
    )


def _wanted(page: ProjectPage, cached: CachedPage, link: Link) -> list[Behind]:
    # Of a file that is never here as a whole no digest is learnt.
    files = [file for file in page.files if link.keeps or _sha256(file, cached) is not None]
    return [
        Behind(
            file=one.file,
            parsed=one.parsed,
            sha256=_sha256(one.file, cached),
            address=one.file.hashes.get("sha256") or stand_in(one.file.url),
        )
        for one in choose(link.wanted, page.name, files).kept
    ]


def _sha256(file: File, cached: CachedPage) -> str | None:
    return file.hashes.get("sha256") or cached.digests.get(file.url)


def _ours(one: Behind, remote: PyindexRemote, learnt: Learnt) -> File:
    file = one.file
    name = file.filename
    fact = learnt.get((name, one.sha256)) if one.sha256 is not None else None
    hashes = file.hashes
    if one.sha256 is not None and "sha256" not in hashes:
        hashes = {**hashes, "sha256": one.sha256}
    attested = file.provenance is not None and remote.provenance
    changes: dict[str, object] = {
        "url": file_link(one.address, name),
        "hashes": hashes,
        "provenance": provenance_link(NormalizedName(one.parsed.project), one.parsed.version, name)
        if attested
        else None,
    }
    if fact is not None:
        changes["size"] = file.size if file.size is not None else fact.size
        changes["requires_python"] = file.requires_python or fact.requires_python
        if not file.core_metadata and fact.metadata_sha256 is not None:
            changes["core_metadata"] = {"sha256": fact.metadata_sha256}
    return replace(file, **changes)  # type: ignore[arg-type]  # each is of its field's type


def stand_in(url: str) -> str:
    """What stands for the digest of a file whose page tells none."""
    return hashlib.sha256(url.encode()).hexdigest()


def _told(fact: LearntFile) -> tuple[object, ...]:
    return fact.size or 0, fact.requires_python or "", fact.metadata_sha256 or ""


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
