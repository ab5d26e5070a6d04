"""Conditions on what is told of a file elsewhere: advisories, provenance, core metadata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pulp_pyindex.index.advisories import Severity
from pulp_pyindex.index.licenses import Allowed, Licence, licence_of
from pulp_pyindex.index.licenses.terms import One, evaluate
from pulp_pyindex.index.rules.conditions import Bound, Pattern
from pulp_pyindex.index.rules.facts import FileFacts, ProjectFacts, Told


@dataclass(frozen=True, slots=True)
class Affected:
    """Files of releases that an advisory is about: one of these names, and this bad at least."""

    names: tuple[Pattern, ...]
    least: Severity
    asks_unknown = False
    is_quiet = True
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        known: dict[tuple[Told, ...], bool | None] = {}

        def test(file: FileFacts) -> bool | None:
            told = file.advisories
            if not told:
                return None if told is None else False
            if told not in known:
                verdicts = {self._verdict(one) for one in told}
                known[told] = True if True in verdicts else (None if None in verdicts else False)
            return known[told]

        return Bound(test)

    def matching(self, file: FileFacts) -> Iterator[str]:
        """The ids of the advisories that make it hold."""
        for one in file.advisories or ():
            if self._verdict(one) is not False:
                yield one.id

    def _verdict(self, told: Told) -> bool | None:
        names = (told.id, *told.aliases)
        if self.names and not any(pattern(name) for pattern in self.names for name in names):
            return False
        if self.least is Severity.UNKNOWN or any(name.startswith("MAL-") for name in names):
            return True
        if told.severity is Severity.UNKNOWN:
            return None
        return told.severity >= self.least


@dataclass(frozen=True, slots=True)
class NoProvenance:
    """Files without provenance; with `dropped` only where an earlier release had one."""

    dropped: bool
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        if not self.dropped:
            return Bound(lambda file: not file.has_provenance)
        attested = [file for file in project.files if file.has_provenance]
        versions = [file.version for file in attested if file.version is not None]
        first = min(versions, default=None)
        is_unsure = len(versions) < len(attested)

        def test(file: FileFacts) -> bool | None:
            if file.has_provenance or not attested:
                return False
            if file.version is None or (first is None and is_unsure):
                return None
            return first is not None and first < file.version

        return Bound(test)


@dataclass(frozen=True, slots=True)
class NotPublishedBy:
    """Files whose provenance names none of these publishers, and files without provenance."""

    publishers: tuple[Pattern, ...]
    asks_unknown = True
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        patterns = self.publishers

        def test(file: FileFacts) -> bool | None:
            if not file.has_provenance:
                return True
            names = file.known.publishers
            if names is None:
                return None
            return not any(pattern(name) for pattern in patterns for name in names)

        return Bound(test)


@dataclass(frozen=True, slots=True)
class Licensed:
    """Files to which one of the licences applies, whatever alternative (`OR`) is chosen."""

    licenses: Allowed
    asks_unknown = True
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        licenses = self.licenses

        def is_other(one: One) -> bool:
            return not licenses.allows(Licence(terms=one))

        def test(file: FileFacts) -> bool | None:
            terms = licence_of(file.known.metadata).terms
            return None if terms is None else not evaluate(terms, is_other)

        return Bound(test)


@dataclass(frozen=True, slots=True)
class LicensedOtherwise:
    """Files that cannot be had under some licences alone."""

    licenses: Allowed
    asks_unknown = True
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        licenses = self.licenses

        def test(file: FileFacts) -> bool | None:
            allows = licenses.allows(licence_of(file.known.metadata))
            return None if allows is None else not allows

        return Bound(test)


@dataclass(frozen=True, slots=True)
class Classified:
    """Files that have a classifier like one of the patterns."""

    patterns: tuple[Pattern, ...]
    asks_unknown = True
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        patterns = self.patterns

        def test(file: FileFacts) -> bool | None:
            metadata = file.known.metadata
            if metadata is None:
                return None
            told = metadata.get("classifier") or ()
            names = (told,) if isinstance(told, str) else told
            return any(pattern(name) for name in names for pattern in patterns)

        return Bound(test)
