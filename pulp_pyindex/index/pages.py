"""The values a simple index is made of: files, project pages, the list of projects.

Follows the simple repository API 1.4 (PEPs 503, 592, 629, 658, 691, 700, 714, 740, 792).
Values are normalised when they are made, so that equal pages are equal values.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from packaging.utils import NormalizedName

API_VERSION = "1.4"


class Status(enum.StrEnum):
    """Project status markers of PEP 792."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatus:
    """What an index says of a whole project; `active` without reason is the default."""

    status: Status = Status.ACTIVE
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file as a project page shows it.

    `url` is absolute when the page was read from an upstream and relative to the project page
    (`../../packages/…`) when the page is ours. `hashes` maps lower-case names to lower-case hex.
    """

    filename: str
    url: str
    hashes: Mapping[str, str]
    requires_python: str | None = None
    #: Bytes; None where the index does not say (HTML pages).
    size: int | None = None
    #: Aware, UTC, at most microseconds.
    upload_time: datetime | None = None
    #: None = not yanked; "" = yanked without a reason.
    yanked: str | None = None
    #: None = no `.metadata`; empty = there is one, its digest is not told; else name → hex.
    core_metadata: Mapping[str, str] | None = None
    #: Absolute URL of the PEP 740 provenance object; in our pages relative to the index root.
    provenance: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPage:
    """What an index says of one project. `files` are sorted by the maker (see `app.catalog`)."""

    name: NormalizedName
    files: tuple[File, ...]
    #: PEP 440 normalised where possible, no duplicates, covering every file.
    versions: tuple[str, ...] = ()
    status: ProjectStatus = field(default_factory=ProjectStatus)
    #: Upstream's serial where it tells one. Never part of what is rendered: see `rendering`.
    serial: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEntry:
    """One line of the list of projects."""

    name: NormalizedName
    serial: int | None = None
