"""Lists of projects and releases as users write them: `numpy`, `django>=4.2,<5`, `acme-*`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pulp_pyindex.index.errors import InvalidName, InvalidWanted
from pulp_pyindex.index.names import normalize

_ENTRY = re.compile(r"(?P<name>[A-Za-z0-9._*?-]+)\s*(?P<range>[(<>=!~].*)?\Z", re.DOTALL)
_GLOB = re.compile(r"[A-Za-z0-9*?](?:[A-Za-z0-9._*?-]*[A-Za-z0-9*?])?\Z")
_SEPARATORS = re.compile(r"[-_.]+")

#: Empty: every release.
Ranges = tuple[SpecifierSet, ...]


@dataclass(frozen=True, slots=True)
class Glob:
    """Projects whose normalised names look like `pattern`, and a range of their releases."""

    pattern: str
    matches: re.Pattern[str]
    range: SpecifierSet


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of entries. A release is in it if any entry matches."""

    #: By name, so that 50,000 of them cost what one does.
    exact: Mapping[NormalizedName, Ranges] = field(default_factory=dict)
    globs: tuple[Glob, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.exact or self.globs)

    def ranges(self, project: NormalizedName) -> Ranges | None:
        """The ranges of a project's releases that are in; None if the project is not in at all.

        An empty range holds every release.
        """
        found = self.exact.get(project, ())
        found += tuple(glob.range for glob in self.globs if glob.matches.match(project))
        return found or None

    def holds_project(self, project: NormalizedName) -> bool:
        """Whether any release of the project can be in."""
        return project in self.exact or any(glob.matches.match(project) for glob in self.globs)

    def holds_whole(self, project: NormalizedName) -> bool:
        """Whether every release of the project is in."""
        ranges = self.ranges(project)
        return ranges is not None and any(not len(range_) for range_ in ranges)


def read_entries(field: str, texts: Iterable[str]) -> Entries:
    """Read a list; raises InvalidWanted, which names `field`, for the first bad entry."""
    # By text: a line that is repeated counts once, or 50,000 of them would take minutes.
    exact: dict[NormalizedName, dict[str, SpecifierSet]] = {}
    globs: list[Glob] = []
    for position, text in enumerate(texts):
        name, range_ = _split(field, position, text)
        if "*" in name or "?" in name:
            globs.append(_glob(field, position, text, name, range_))
            continue
        try:
            project = normalize(name)
        except InvalidName as e:
            raise InvalidWanted(field, position, text, "the name is not valid (PEP 508)") from e
        exact.setdefault(project, {})[text] = range_
    found = {project: tuple(ranges.values()) for project, ranges in exact.items()}
    return Entries(found, tuple(globs))


def contains(ranges: Ranges, version: Version | None, text: str) -> bool:
    """Whether a release is in one of the ranges. `version` is None where PEP 440 cannot read it."""
    for range_ in ranges:
        if not len(range_):
            return True
        if version is not None:
            if range_.contains(version, prereleases=True):
                return True
        elif all(s.operator == "===" and s.version.lower() == text.lower() for s in range_):
            return True
    return False


_EVERYTHING = SpecifierSet()


def _split(field: str, position: int, text: str) -> tuple[str, SpecifierSet]:
    if not text.strip():
        raise InvalidWanted(field, position, text, "the entry is empty")
    match = _ENTRY.match(text.strip())
    if match is None:
        raise InvalidWanted(field, position, text, _why_not(text))
    if match["range"] is None:
        return match["name"], _EVERYTHING
    range_text = match["range"].strip()
    if range_text.startswith("(") and range_text.endswith(")"):
        range_text = range_text[1:-1]
    for sign, what in _FOREIGN.items():
        if sign in range_text:
            raise InvalidWanted(field, position, text, f"{what} cannot be part of what is wanted")
    try:
        range_ = SpecifierSet(range_text)
    except InvalidSpecifier as e:
        reason = f"{range_text!r} is not a range of versions (PEP 440)"
        raise InvalidWanted(field, position, text, reason) from e
    if not len(range_):
        raise InvalidWanted(field, position, text, "the range of versions is empty")
    return match["name"], range_


_FOREIGN = {";": "a marker", "@": "a URL", "[": "an extra"}


def _why_not(text: str) -> str:
    for sign, what in _FOREIGN.items():
        if sign in text:
            return f"{what} cannot be part of what is wanted"
    return "not a project name with or without a range of versions (PEP 508, PEP 440)"


def _glob(field: str, position: int, text: str, name: str, range_: SpecifierSet) -> Glob:
    if _GLOB.match(name) is None:
        raise InvalidWanted(field, position, text, "the pattern is not one of project names")
    pattern = re.sub(r"\*+", "*", _SEPARATORS.sub("-", name).lower())
    return Glob(pattern, re.compile(fnmatch.translate(pattern)), range_)
