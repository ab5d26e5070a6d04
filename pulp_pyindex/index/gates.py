"""Gates: what a repository demands of anything that is promoted into it, as its owner writes it.

[{"rule": "minimal_age", "age": "7d"},
 {"rule": "vulnerabilities", "severity": "high", "except": ["acme-*"]}]
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from packaging.utils import NormalizedName

from pulp_pyindex.index.advisories import Severity, read_severity
from pulp_pyindex.index.errors import InvalidGate, InvalidLicence, InvalidWanted
from pulp_pyindex.index.licenses import Allowed, read_allowed
from pulp_pyindex.index.requirements import Environment, InvalidEnvironment, read_environments
from pulp_pyindex.index.wanted.entries import Entries, read_entries

_AGE = re.compile(r"(?P<count>\d{1,5})(?P<unit>[mhdw])\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOST_GATES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    #: Projects that the gate is not about.
    exempt: Entries = field(default_factory=Entries)

    def concerns(self, project: NormalizedName) -> bool:
        """Whether the gate is about a project."""
        return not (self.exempt and self.exempt.holds_project(project))


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimalAge(_Gate):
    """Files were uploaded, to the index that first had them, at least so long ago."""

    rule = "minimal_age"
    age: timedelta
    #: As it was written.
    text: str
    unknown_passes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsProvenance(_Gate):
    """Files have provenance, by one of these publishers; by any where none is named."""

    rule = "provenance"
    publishers: tuple[Mapping[str, str], ...] = ()

    def trusts(self, publisher: Mapping[str, Any]) -> bool:
        """Whether a publisher, as provenance names it, is one of those."""
        return not self.publishers or any(
            all(
                isinstance(value := publisher.get(key), str) and fnmatch.fnmatchcase(value, pattern)
                for key, pattern in one.items()
            )
            for one in self.publishers
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensed(_Gate):
    """All licences that bind are on the list."""

    rule = "licenses"
    allowed: Allowed
    unknown_passes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYanked(_Gate):
    """No file is yanked."""

    rule = "no_yanked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotVulnerable(_Gate):
    """No advisory of this severity, or a higher one, is about a release."""

    rule = "vulnerabilities"
    severity: Severity
    #: Whether an advisory passes of which nobody tells how severe it is.
    unknown_passes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenciesHere(_Gate):
    """What each wheel of the new version requires is in that version."""

    rule = "dependencies"
    environments: tuple[Environment, ...]
    unknown_passes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled(_Gate):
    """The repository's own ruleset denies no file."""

    rule = "ruleset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(_Gate):
    """Somebody who has this role on the repository approved of the source version."""

    rule = "approval"
    role: str


Gate = (
    MinimalAge
    | NeedsProvenance
    | Licensed
    | NotYanked
    | NotVulnerable
    | DependenciesHere
    | Ruled
    | Approved
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One file that a gate does not let in, and why. Without a file it is about all of them."""

    rule: str
    reason: str
    project: str = ""
    release: str = ""
    filename: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.rule, self.filename, self.reason) if part)


def read_gates(value: object) -> tuple[Gate, ...]:
    """Read a list of gates; raises InvalidGate, which names the position, for the first bad one."""
    if not isinstance(value, list):
        raise InvalidGate(0, "gates are a list of objects")
    if len(value) > _MOST_GATES:
        raise InvalidGate(_MOST_GATES, f"there are more than {_MOST_GATES} gates")
    return tuple(_gate(_Told(position, one)) for position, one in enumerate(value))


class _Told:
    """The fields of one gate; every one has to be asked for."""

    def __init__(self, position: int, told: object) -> None:
        self._position = position
        if not isinstance(told, dict) or not all(isinstance(key, str) for key in told):
            raise self.wrong("a gate is an object with a `rule`")
        self._told = dict(told)

    def wrong(self, reason: str) -> InvalidGate:
        return InvalidGate(self._position, reason)

    def text(self, name: str) -> str:
        found = self._told.pop(name, None)
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(f"`{name}` must be a text")
        return found.strip()

    def texts(self, name: str, default: list[str] | None = None) -> list[str]:
        found = self._told.pop(name, default)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(f"`{name}` must be a list of texts")
        if not found and default is None:
            raise self.wrong(f"`{name}` must not be empty")
        return found

    def objects(self, name: str) -> list[dict[str, str]]:
        found = self._told.pop(name, [])
        for one in found if isinstance(found, list) else [None]:
            if not isinstance(one, dict) or not one:
                raise self.wrong(f"`{name}` must be a list of objects")
            if not all(isinstance(part, str) for pair in one.items() for part in pair):
                raise self.wrong(f"`{name}` must be a list of objects whose values are texts")
        return list(found)

    def unknown_passes(self) -> bool:
        found = self._told.pop("unknown", "deny")
        if found not in ("deny", "allow"):
            raise self.wrong("`unknown` must be deny or allow")
        return bool(found == "allow")

    def exempt(self) -> Entries:
        try:
            return read_entries("except", self.texts("except", []))
        except InvalidWanted as error:
            raise self.wrong(str(error)) from error

    def finish(self) -> None:
        for name in self._told:
            raise self.wrong(f"`{name}` is no field of this rule")


def _gate(told: _Told) -> Gate:
    rule = told.text("rule")
    reader = _READERS.get(rule)
    if reader is None:
        raise told.wrong(f"{rule!r} is not one of the rules {', '.join(_READERS)}")
    gate = reader(told)
    told.finish()
    return gate


def _age(told: _Told) -> Gate:
    text = told.text("age")
    match = _AGE.match(text)
    if match is None:
        raise told.wrong("`age` must be like 12h, 7d or 2w")
    age = timedelta(**{_UNITS[match["unit"]]: int(match["count"])})
    unknown = told.unknown_passes()
    return MinimalAge(age=age, text=text, unknown_passes=unknown, exempt=told.exempt())


def _provenance(told: _Told) -> Gate:
    return NeedsProvenance(publishers=tuple(told.objects("publishers")), exempt=told.exempt())


def _licenses(told: _Told) -> Gate:
    try:
        allowed = read_allowed(told.texts("allow"))
    except InvalidLicence as error:
        raise told.wrong(f"allow{error}") from error
    return Licensed(allowed=allowed, unknown_passes=told.unknown_passes(), exempt=told.exempt())


def _vulnerabilities(told: _Told) -> Gate:
    word = told.text("severity")
    severity = read_severity(word)
    if severity is None or severity is Severity.UNKNOWN:
        raise told.wrong(f"`severity` must be low, medium, high or critical, not {word!r}")
    unknown = told.unknown_passes()
    return NotVulnerable(severity=severity, unknown_passes=unknown, exempt=told.exempt())


def _dependencies(told: _Told) -> Gate:
    pythons = told.texts("pythons")
    platforms = told.texts("platforms", ["linux_x86_64"]) or ["linux_x86_64"]
    try:
        environments = tuple(read_environments(pythons, platforms))
    except InvalidEnvironment as error:
        raise told.wrong(str(error)) from error
    unknown = told.unknown_passes()
    return DependenciesHere(environments=environments, unknown_passes=unknown, exempt=told.exempt())


_READERS: dict[str, Callable[[_Told], Gate]] = {
    "minimal_age": _age,
    "provenance": _provenance,
    "licenses": _licenses,
    "no_yanked": lambda told: NotYanked(exempt=told.exempt()),
    "vulnerabilities": _vulnerabilities,
    "dependencies": _dependencies,
    "ruleset": lambda told: Ruled(exempt=told.exempt()),
    "approval": lambda told: Approved(role=told.text("role")),
}

#: The names of all rules.
RULES = tuple(_READERS)
