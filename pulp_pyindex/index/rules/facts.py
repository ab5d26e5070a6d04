"""What is known of the files of one project, for rules to decide by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from packaging.tags import Tag
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index import filenames
from pulp_pyindex.index.advisories import Severity
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an index knows of a file beside what its page says. None: it is not known."""

    #: When the file first came here; None: it has not come yet.
    first_seen: datetime | None = None
    #: As `metadata.CoreMetadata.fields`.
    metadata: Mapping[str, str | list[str]] | None = None
    #: Who published it, by its provenance, as `github:owner/repository`.
    publishers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An advisory that a release is affected by."""

    id: str
    aliases: tuple[str, ...] = ()
    severity: Severity = Severity.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file. None stands for what is not known."""

    filename: str
    #: PEP 440 normalised; verbatim where PEP 440 cannot read it.
    release: str
    version: Version | None = None
    packagetype: str | None = None
    #: Of a wheel.
    tags: frozenset[Tag] = frozenset()
    upload_time: datetime | None = None
    size: int | None = None
    yanked: bool = False
    has_provenance: bool = False
    known: Known = Known()
    #: None: no advisories are known here at all.
    advisories: tuple[Told, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """One project and all its files."""

    name: NormalizedName
    status: ProjectStatus = field(default_factory=ProjectStatus)
    files: tuple[FileFacts, ...] = ()


_NOTHING = Known()


def facts_of(
    page: ProjectPage,
    known: Mapping[str, Known] | None = None,
    advisories: Mapping[str, tuple[Told, ...]] | None = None,
) -> ProjectFacts:
    """The facts of a page's project.

    `known` is by file name, `advisories` by release: those not named there have none. Without
    `advisories` nothing is known of them.
    """
    found = known or {}
    return ProjectFacts(
        name=page.name,
        status=page.status,
        files=tuple(
            _file(page.name, file, found.get(file.filename, _NOTHING), advisories)
            for file in page.files
        ),
    )


def releases_of(page: ProjectPage) -> set[str]:
    """The releases of a page's files, as `FileFacts.release` has them."""
    return {_parsed(page.name, file.filename)[0] for file in page.files}


def _file(
    project: NormalizedName,
    file: File,
    known: Known,
    advisories: Mapping[str, tuple[Told, ...]] | None,
) -> FileFacts:
    release, packagetype, tags = _parsed(project, file.filename)
    return FileFacts(
        filename=file.filename,
        release=release,
        version=version_of(release),
        packagetype=packagetype,
        tags=tags,
        upload_time=file.upload_time,
        size=file.size,
        yanked=file.yanked is not None,
        has_provenance=file.provenance is not None,
        known=known,
        advisories=None if advisories is None else advisories.get(release, ()),
    )


def _parsed(project: NormalizedName, filename: str) -> tuple[str, str | None, frozenset[Tag]]:
    try:
        parsed = filenames.parse(filename, project)
    except InvalidFilename:
        # What the name should tell is not known then.
        return "", None, frozenset()
    return parsed.version, parsed.packagetype, parsed.tags


@lru_cache(maxsize=65_536)
def version_of(text: str) -> Version | None:
    """A release as PEP 440 understands it; None where it does not."""
    try:
        return Version(text)
    except InvalidVersion:
        return None
