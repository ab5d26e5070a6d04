"""One entry of an OSV database, as far as it is about Python projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from packaging.version import Version

from pulp_pyindex.index.errors import InvalidAdvisory, InvalidName
from pulp_pyindex.index.names import NormalizedName, normalize

from .ranges import Range, UnreadableRange, fixed_after, readable, shortest, spans
from .severity import Severity, highest_score, read_severity, severity_of

#: The ecosystem whose names are projects of a Python index.
ECOSYSTEM = "PyPI"
#: Ids of entries that tell of malware, not of a mistake.
MALWARE = "MAL-"


class _Package(msgspec.Struct):
    ecosystem: str = ""
    name: str = ""


class _Range(msgspec.Struct):
    type: str
    events: list[dict[str, str]]


class _Severity(msgspec.Struct):
    score: str = ""


class _Affected(msgspec.Struct):
    package: _Package | None = None
    ranges: list[_Range] | None = None
    versions: list[str] | None = None
    severity: list[_Severity] | None = None
    ecosystem_specific: Any = None
    database_specific: Any = None


class _Reference(msgspec.Struct):
    url: str = ""
    type: str = ""


class _Entry(msgspec.Struct):
    id: str
    modified: datetime
    published: datetime | None = None
    withdrawn: datetime | None = None
    aliases: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    severity: list[_Severity] | None = None
    affected: list[_Affected] | None = None
    references: list[_Reference] | None = None
    database_specific: Any = None


_decoder = msgspec.json.Decoder(_Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Which releases of one project an advisory is about."""

    project: NormalizedName
    ranges: Range = ()
    #: Without trailing zeros (`1` is `1.0`); verbatim where PEP 440 cannot read it. Those that are
    #: in a range are left out.
    versions: frozenset[str] = frozenset()

    def holds(self, release: str) -> bool:
        """Whether a release is affected; a local build (`1.0+cpu`) is what it was built of."""
        version = readable(release)
        if self.versions and self._lists(release, version):
            return True
        if version is None:
            return any(span.is_everything for span in self.ranges)
        return any(span.holds(version) for span in self.ranges)

    def _lists(self, release: str, version: Version | None) -> bool:
        names = {shortest(release)}
        if version is not None and version.local is not None:
            names.add(shortest(version.public))
        return not names.isdisjoint(self.versions)

    def fixed_in(self, release: str) -> str | None:
        """The nearest later release that is not affected; None where none is told."""
        return fixed_after(self.ranges, release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One known vulnerability, or one project that is malware."""

    id: str
    #: Names of the same thing in other databases.
    aliases: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    #: Where people read more of it; empty where no address is told.
    url: str = ""
    severity: Severity = Severity.UNKNOWN
    #: The highest CVSS base score; None where there is no vector.
    score: float | None = None
    published: datetime | None = None
    modified: datetime
    #: Since when it does not hold any more; None while it holds.
    withdrawn: datetime | None = None
    affected: tuple[Affected, ...] = ()
    #: Ranges that PEP 440 cannot read, hence that match nothing.
    unreadable: int = 0


def read_advisory(document: bytes, name: str) -> Advisory | None:
    """The advisory in an OSV document; None where it is about no Python project.

    Raises InvalidAdvisory, which names the document by `name`, for what is no OSV entry.
    """
    try:
        entry = _decoder.decode(document)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise InvalidAdvisory(name, f"not an OSV entry: {error}") from error
    if not entry.id or len(entry.id) > 200:
        raise InvalidAdvisory(name, "not an OSV entry: its id is empty or too long")
    moments = (entry.modified, entry.published, entry.withdrawn)
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise InvalidAdvisory(name, "not an OSV entry: a time without its zone")
    ours = [one for one in entry.affected or () if one.package and _is_python(one.package)]
    if not ours:
        return None
    affected, unreadable = _affected(ours, name)
    severity, score = _severity(entry, ours)
    return Advisory(
        id=_text(entry.id),
        aliases=tuple(_text(one) for one in entry.aliases or ()),
        summary=_text(entry.summary or ""),
        details=_text(entry.details or ""),
        url=_url(entry),
        severity=severity,
        score=score,
        published=entry.published,
        modified=entry.modified,
        withdrawn=entry.withdrawn,
        affected=affected,
        unreadable=unreadable,
    )


def _is_python(package: _Package) -> bool:
    # An ecosystem may carry a suffix, `Debian:12`; of PyPI none is known.
    return package.ecosystem.partition(":")[0] == ECOSYSTEM


def _affected(told: list[_Affected], name: str) -> tuple[tuple[Affected, ...], int]:
    """By project: one entry may speak of a project several times."""
    ranges: dict[NormalizedName, list[Any]] = {}
    versions: dict[NormalizedName, set[str]] = {}
    unreadable = 0
    for one in told:
        assert one.package is not None
        try:
            project = normalize(one.package.name)
        except InvalidName as error:
            raise InvalidAdvisory(name, str(error)) from error
        listed = versions.setdefault(project, set())
        for text in one.versions or ():
            listed.add(_text(shortest(text)))
        found = ranges.setdefault(project, [])
        for range_ in one.ranges or ():
            # Commits of a repository tell nothing of releases.
            if range_.type == "GIT":
                continue
            try:
                found.extend(spans(range_.events))
            except UnreadableRange:
                unreadable += 1
    made = []
    for project, found in ranges.items():
        by_range = Affected(project=project, ranges=tuple(dict.fromkeys(found)))
        rest = frozenset(text for text in versions[project] if not by_range.holds(text))
        made.append(Affected(project=project, ranges=by_range.ranges, versions=rest))
    return tuple(sorted(made, key=lambda one: one.project)), unreadable


def _severity(entry: _Entry, ours: list[_Affected]) -> tuple[Severity, float | None]:
    vectors = [one.score for one in entry.severity or ()]
    vectors += [one.score for affected in ours for one in affected.severity or ()]
    score = highest_score(vectors)
    if entry.id.startswith(MALWARE):
        return Severity.CRITICAL, score
    if score is not None:
        return severity_of(score), score
    places = [entry.database_specific]
    for one in ours:
        places += [one.database_specific, one.ecosystem_specific]
    words = [place.get("severity") for place in places if isinstance(place, Mapping)]
    found = [read_severity(word) for word in words if isinstance(word, str)]
    return max((one for one in found if one is not None), default=Severity.UNKNOWN), None


def _url(entry: _Entry) -> str:
    references = [one for one in entry.references or () if one.url]
    first = next((one for one in references if one.type == "ADVISORY"), None)
    chosen = first or next(iter(references), None)
    if chosen is None or not chosen.url.startswith(("https://", "http://")):
        return ""
    return _text(chosen.url)


def _text(text: str) -> str:
    # PostgreSQL keeps no NUL in a text, and no half of a surrogate pair.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
