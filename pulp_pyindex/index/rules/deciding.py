"""The one decision: what a ruleset does with each file of a project at a moment.

Rules are read in their order. `allow` ends the reading for a file; `deny` too, as nothing is
stricter; `hide` stands, unless a later rule denies; `report` is noted and the reading goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pulp_pyindex.index.rules.conditions import ALWAYS, NEVER, Change, Test, all_of
from pulp_pyindex.index.rules.facts import FileFacts, ProjectFacts
from pulp_pyindex.index.rules.ruleset import Action, Exemption, Rule, Ruleset
from pulp_pyindex.index.rules.texts import told
from pulp_pyindex.index.wanted.entries import Ranges, contains

#: The name of what decides where a stored ruleset cannot be read.
BROKEN = "unreadable ruleset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one rule does with one file."""

    action: Action
    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of one file."""

    #: HIDE or DENY, and by which rule; None: it is given out.
    against: Decision | None = None
    #: Rules that want it written down when it is given out.
    reports: tuple[Decision, ...] = ()
    #: The rule that ended the reading in the file's favour.
    allowed_by: str | None = None
    #: The moment at which the answer may change by time alone.
    valid_until: datetime | None = None
    #: The last moment at which it may have changed so.
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What becomes of the files of a project, by file name."""

    files: Mapping[str, Verdict] = field(default_factory=dict)
    #: Until when all of it holds; None: as long as no fact and no rule changes.
    valid_until: datetime | None = None
    #: Since when it does; None: ever since the facts and the rules are what they are.
    since: datetime | None = None


_FREE = Verdict()


def decide(ruleset: Ruleset, project: ProjectFacts, now: datetime) -> Verdicts:
    """The verdict on each file of `project` at `now`, which is aware."""
    if ruleset.broken is not None:
        against = Decision(
            action=Action.DENY,
            rule=BROKEN,
            text=f"The ruleset {ruleset.name!r} cannot be read, so it denies everything: "
            f"{ruleset.broken}",
        )
        denied = Verdict(against=against)
        return Verdicts(files={file.filename: denied for file in project.files})
    # Rule by rule first: most rules are about none of the files, and that is quickly seen.
    speaking: dict[str, list[_Speaking]] = {}
    for rule in ruleset.rules:
        if rule.projects is None or rule.projects.concerns(project):
            bound = _Bound(ruleset, rule, project, now)
            for file, steady in bound.candidates(project.files):
                speaking.setdefault(file.filename, []).append((bound, steady))
    verdicts = {
        file.filename: _verdict(rules, file, now)
        if (rules := speaking.get(file.filename)) is not None
        else _FREE
        for file in project.files
    }
    ends = [one.valid_until for one in verdicts.values() if one.valid_until is not None]
    begins = [one.since for one in verdicts.values() if one.since is not None]
    return Verdicts(
        files=verdicts,
        valid_until=min(ends, default=None),
        since=max(begins, default=None),
    )


class _Bound:
    """A rule made ready for the files of one project."""

    __slots__ = (
        "_changes",
        "_exempt",
        "_is_idle",
        "_now",
        "_project",
        "_ruleset",
        "_steady",
        "_timed",
        "rule",
    )

    def __init__(self, ruleset: Ruleset, rule: Rule, project: ProjectFacts, now: datetime) -> None:
        self.rule = rule
        self._ruleset = ruleset
        self._project = project
        self._now = now
        #: Tests that time does not change come first: they are cheap, and most end here.
        self._steady: list[Test] = []
        #: Whether it is about no file of the project.
        self._is_idle = False
        self._timed: list[Test] = []
        self._changes: list[Change] = []
        for condition in rule.conditions:
            bound = condition.bind(project, now)
            if bound is ALWAYS:
                continue
            test = bound.test
            self._is_idle |= bound is NEVER
            if not rule.is_unknown_said and not bound.is_sure:
                test = _told(test, is_met=not condition.is_quiet and rule.action.is_strict)
            if bound.change is None:
                self._steady.append(test)
            else:
                self._timed.append(test)
                self._changes.append(bound.change)
        self._exempt = [
            (one, ranges)
            for one in rule.exemptions
            if (ranges := one.entries.ranges(project.name)) is not None
        ]

    def candidates(self, files: Sequence[FileFacts]) -> list[tuple[FileFacts, bool | None]]:
        """The files that the rule can be about, and whether all that time does not change holds."""
        if self._is_idle:
            return []
        if not self._steady:
            return [(file, True) for file in files]
        first, *others = self._steady
        found: list[tuple[FileFacts, bool | None]] = [
            (file, verdict) for file in files if (verdict := first(file)) is not False
        ]
        for test in others:
            found = [
                (file, verdict and held)
                for file, held in found
                if (verdict := test(file)) is not False
            ]
        return found

    def action(
        self, file: FileFacts, steady: bool | None, moments: list[datetime]
    ) -> Action | None:
        """What the rule does with a candidate; to `moments` is added when time changes that."""
        verdict: bool | None = steady
        if self._timed:
            for change in self._changes:
                moment = change(file)
                if moment is not None:
                    moments.append(moment)
            timed = all_of(self._timed, file)
            verdict = False if timed is False else (None if timed is None else steady)
        if verdict is False:
            return None
        if self._exempt:
            exempt = self._exemption(file)
            if exempt is not None:
                moments.append(exempt.until)
                if self._now < exempt.until:
                    return None
        return self.rule.action if verdict else self.rule.unknown

    def _exemption(self, file: FileFacts) -> Exemption | None:
        """The exemption that holds longest, of those that are or were."""
        held = [one for one, ranges in self._exempt if _is_in(ranges, file)]
        return max(held, key=lambda one: one.until, default=None)

    def decision(self, action: Action, file: FileFacts) -> Decision:
        text = told(self._ruleset, self.rule, action, self._project, file)
        return Decision(action=action, rule=self.rule.name, text=text)


#: A rule that may be about a file, and what its steady conditions say.
_Speaking = tuple[_Bound, bool | None]


def _verdict(rules: list[_Speaking], file: FileFacts, now: datetime) -> Verdict:
    against: Decision | None = None
    reports: list[Decision] = []
    allowed_by: str | None = None
    moments: list[datetime] = []
    for bound, steady in rules:
        action = bound.action(file, steady, moments)
        if action is None:
            continue
        if action is Action.ALLOW:
            allowed_by = bound.rule.name
            break
        if action is Action.REPORT:
            reports.append(bound.decision(action, file))
        elif action is Action.DENY:
            against = bound.decision(action, file)
            break
        elif against is None:
            against = bound.decision(action, file)
    if against is None and not reports and allowed_by is None and not moments:
        return _FREE
    until = since = None
    for moment in moments:
        if moment > now:
            until = moment if until is None or moment < until else until
        elif since is None or moment > since:
            since = moment
    return Verdict(
        against=against,
        reports=tuple(reports),
        allowed_by=allowed_by,
        valid_until=until,
        since=since,
    )


def _told(test: Test, *, is_met: bool) -> Test:
    """The test with an answer for files of which the fact is not known."""

    def answered(file: FileFacts) -> bool | None:
        found = test(file)
        return is_met if found is None else found

    return answered


def _is_in(ranges: Ranges, file: FileFacts) -> bool:
    return contains(ranges, file.version, file.release)
