"""An ordered list of rules, understood."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from packaging.utils import NormalizedName

from pulp_pyindex.index.rules.conditions import Condition, InProject
from pulp_pyindex.index.wanted.entries import Entries


class Action(enum.StrEnum):
    """What a rule does with the files it is about, the mildest first."""

    #: Given out; what stands after the rule is not looked at.
    ALLOW = "allow"
    #: Given out, and written down when it happens.
    REPORT = "report"
    #: On no page; who knows the address gets it.
    HIDE = "hide"
    #: On no page, and 403 for who knows the address.
    DENY = "deny"

    @property
    def is_strict(self) -> bool:
        """Whether it takes something away."""
        return self in (Action.HIDE, Action.DENY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Files that a rule leaves alone, for a while."""

    entries: Entries
    why: str
    who: str
    #: The first moment at which it does not hold any more.
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: it is about the files for which all conditions hold."""

    name: str
    action: Action
    #: What a client is told; may hold placeholders.
    text: str
    conditions: tuple[Condition, ...]
    #: What is done with files for which it cannot be told whether it is about them; None: nothing.
    unknown: Action | None
    #: False: nothing was said of them. What is strict then holds for them, but for advisories.
    is_unknown_said: bool
    exemptions: tuple[Exemption, ...] = ()

    @property
    def is_timed(self) -> bool:
        """Whether time alone can change what it is about."""
        return bool(self.exemptions) or any(one.is_timed for one in self.conditions)

    @property
    def projects(self) -> InProject | None:
        """The condition that says which projects it is about at all."""
        return next((one for one in self.conditions if isinstance(one, InProject)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Facts beside those of a page that a ruleset asks for."""

    first_seen: bool = False
    metadata: bool = False
    publishers: bool = False
    advisories: bool = False

    @property
    def any(self) -> bool:
        """Whether it asks for any."""
        return self.first_seen or self.metadata or self.publishers or self.advisories


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Rules in their order. Make it with `reading.read_ruleset`."""

    name: str
    rules: tuple[Rule, ...]
    needs: Needs = Needs()
    #: Why its rules could not be understood: it denies everything then.
    broken: str | None = None

    @property
    def is_timed(self) -> bool:
        """Whether time alone can change what it decides."""
        return any(rule.is_timed for rule in self.rules)

    def may_concern(self, project: NormalizedName) -> bool:
        """Whether any rule can be about a file of the project."""
        if self.broken is not None:
            return True
        return any(
            rule.projects is None or rule.projects.entries.holds_project(project)
            for rule in self.rules
        )
