"""What a rule can ask of a file. Each condition answers yes, no, or None: the fact is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pulp_pyindex.index.pages import Status
from pulp_pyindex.index.rules.facts import FileFacts, ProjectFacts
from pulp_pyindex.index.wanted.entries import Entries, contains

Pattern = Callable[[str], bool]
Test = Callable[[FileFacts], bool | None]
#: The moment at which time alone changes a test's answer, before or after now; None: there is none.
Change = Callable[[FileFacts], datetime | None]


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition made ready for the files of one project at one moment."""

    test: Test
    change: Change | None = None
    #: Whether the test always knows.
    is_sure: bool = False


class Condition(Protocol):
    """One condition of a rule."""

    @property
    def asks_unknown(self) -> bool:
        """Whether a rule must say what becomes of files for which it cannot be told."""

    @property
    def is_quiet(self) -> bool:
        """Whether, unless a rule says something else, what is not known does not count."""

    @property
    def is_timed(self) -> bool:
        """Whether time alone can change its answer."""

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        """The condition as it is for a project now."""


@dataclass(frozen=True, slots=True)
class InProject:
    """Files of some projects, or of some releases of them."""

    entries: Entries
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def concerns(self, project: ProjectFacts) -> bool:
        """Whether any file of the project can be meant."""
        return self.entries.holds_project(project.name)

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        ranges = self.entries.ranges(project.name)
        if ranges is None:
            return NEVER
        if any(not len(one) for one in ranges):
            return ALWAYS
        exact = all(spec.operator == "===" for one in ranges for spec in one)
        known: dict[str, bool | None] = {}

        def test(file: FileFacts) -> bool | None:
            release = file.release
            if release not in known:
                is_in = contains(ranges, file.version, release)
                readable = file.version is not None or exact
                known[release] = is_in if is_in or readable else None
            return known[release]

        return Bound(test)


@dataclass(frozen=True, slots=True)
class OfPackagetype:
    """Files of some kinds."""

    kinds: frozenset[str]
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        kinds = self.kinds
        return Bound(
            lambda file: None if file.packagetype is None else file.packagetype in kinds,
        )


@dataclass(frozen=True, slots=True)
class TagsLike:
    """Wheels of which every tag is like one of the patterns; no other file."""

    #: `interpreter`, `abi` or `platform`.
    part: str
    patterns: tuple[Pattern, ...]
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        part, patterns = self.part, self.patterns
        known: dict[str, bool] = {}

        def is_like(text: str) -> bool:
            if text not in known:
                known[text] = any(pattern(text) for pattern in patterns)
            return known[text]

        def test(file: FileFacts) -> bool | None:
            tags = file.tags
            return all(is_like(getattr(tag, part)) for tag in tags) if tags else False

        return Bound(test, is_sure=True)


@dataclass(frozen=True, slots=True)
class Yanked:
    """Files that are yanked, or that are not."""

    wanted: bool
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        wanted = self.wanted
        return Bound(lambda file: file.yanked is wanted, is_sure=True)


@dataclass(frozen=True, slots=True)
class Prerelease:
    """Files of pre-releases and development releases, or of all others."""

    wanted: bool
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        wanted = self.wanted
        return Bound(
            lambda file: None if file.version is None else file.version.is_prerelease is wanted
        )


@dataclass(frozen=True, slots=True)
class LargerThan:
    """Files of more bytes than this."""

    limit: int
    asks_unknown = True
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        limit = self.limit
        return Bound(lambda file: None if file.size is None else file.size > limit)


@dataclass(frozen=True, slots=True)
class OfStatus:
    """Files of projects that have one of these statuses (PEP 792)."""

    statuses: frozenset[Status]
    asks_unknown = False
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        return ALWAYS if project.status.status in self.statuses else NEVER


@dataclass(frozen=True, slots=True)
class Not:
    """Files for which not all of some conditions hold."""

    conditions: tuple[Condition, ...]

    is_quiet = False

    @property
    def asks_unknown(self) -> bool:
        return any(condition.asks_unknown for condition in self.conditions)

    @property
    def is_timed(self) -> bool:
        return any(condition.is_timed for condition in self.conditions)

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        bound = [condition.bind(project, now) for condition in self.conditions]
        tests = [one.test for one in bound]
        changes = [one.change for one in bound if one.change is not None]

        def test(file: FileFacts) -> bool | None:
            verdict = all_of(tests, file)
            return None if verdict is None else not verdict

        def change(file: FileFacts) -> datetime | None:
            return next_of((one(file) for one in changes), now)

        return Bound(test, change if changes else None)


def all_of(tests: list[Test], file: FileFacts) -> bool | None:
    """Whether every test holds; None where that hangs on something that is not known."""
    verdict: bool | None = True
    for test in tests:
        found = test(file)
        if found is False:
            return False
        if found is None:
            verdict = None
    return verdict


def next_of(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first of some moments after now; where all are over, the last of them."""
    told = [moment for moment in moments if moment is not None]
    return min((moment for moment in told if moment > now), default=max(told, default=None))


#: Of conditions that hold for all files of the project, or for none.
ALWAYS = Bound(lambda file: True, is_sure=True)
NEVER = Bound(lambda file: False, is_sure=True)
