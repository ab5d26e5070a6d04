"""What a page of a project shows that comes from several places: the union of their files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.pages import File, ProjectPage, Status

_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """The files of several places on one page."""

    page: ProjectPage
    #: Filename → position of the place it comes from.
    origins: Mapping[str, int]
    #: Files that gave way: position, file, position of the one that stays.
    dropped: tuple[tuple[int, File, int], ...]


def unite(
    pages: Mapping[int, ProjectPage], withheld: Mapping[int, Iterable[str]] | None = None
) -> Union:
    """One page of those of several places, by their positions; the order of the positions counts.

    Status and description are the nearest place's. There must be at least one page. `withheld`
    names files that a place has and does not show: they keep their names from those after it.
    """
    ordered = sorted(pages.items())
    nearest = ordered[0][1]
    files: dict[str, File] = {}
    origins: dict[str, int] = {}
    # By what the names come to: another spelling of the same name is no other file.
    taken: dict[str, int] = {}
    dropped: list[tuple[int, File, int]] = []
    for position, page in ordered:
        for filename in (withheld or {}).get(position, ()):
            taken.setdefault(spelling(filename), position)
        if page.status.status is Status.QUARANTINED:
            continue
        for file in page.files:
            name = spelling(file.filename)
            if taken.setdefault(name, position) != position:
                dropped.append((position, file, taken[name]))
                continue
            files[file.filename] = file
            origins[file.filename] = position
    if len(ordered) == 1:
        return Union(page=nearest, origins=origins, dropped=())
    serials = [page.serial for _, page in ordered if page.serial is not None]
    lost = {_version_of(nearest.name, file) for _, file, _ in dropped}
    lost -= {_version_of(nearest.name, file) for file in files.values()}
    versions = {version for _, page in ordered for version in page.versions} - lost
    page = ProjectPage(
        name=nearest.name,
        files=tuple(sorted(files.values(), key=lambda file: _file_order(nearest.name, file))),
        versions=tuple(sorted(versions, key=_version_order)),
        status=nearest.status,
        serial=max(serials, default=None),
    )
    return Union(page=page, origins=origins, dropped=tuple(dropped))


def spelling(filename: str) -> str:
    """What equal names of files come to, however they are written."""
    return _SEPARATORS.sub("-", filename).lower()


def _version_of(project: NormalizedName, file: File) -> str:
    try:
        return parse(file.filename, project).version
    except InvalidFilename:
        return ""


def _file_order(project: NormalizedName, file: File) -> tuple[tuple[int, Version, str], str]:
    return _version_order(_version_of(project, file)), file.filename


def _version_order(text: str) -> tuple[int, Version, str]:
    """Oldest first; what PEP 440 cannot read comes before everything, by its text."""
    try:
        return 1, Version(text), text
    except InvalidVersion:
        return 0, Version("0"), text
