"""Rulesets as users write them. Whatever is not understood is refused, with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulp_pyindex.index.errors import InvalidRuleset, InvalidWanted
from pulp_pyindex.index.rules.conditions import Condition, Not
from pulp_pyindex.index.rules.keys import CONDITIONS, NEEDS
from pulp_pyindex.index.rules.ruleset import Action, Exemption, Needs, Rule, Ruleset
from pulp_pyindex.index.rules.texts import PLACEHOLDERS, unknown_placeholder
from pulp_pyindex.index.rules.values import read_moment
from pulp_pyindex.index.wanted.entries import Entries, read_entries

MOST_RULES = 500
MOST_EXEMPTIONS = 1000
_LONGEST = {"name": 200, "text": 2000, "why": 2000, "who": 200}
_RULE_KEYS = frozenset({"name", "when", "action", "text", "except"})
_EXEMPTION_KEYS = frozenset({"project", "version", "why", "who", "until"})
#: What `unknown` may be beside the name of an action.
_MATCH, _IGNORE = "match", "ignore"
_UNKNOWNS = (_MATCH, _IGNORE, Action.HIDE.value, Action.DENY.value, Action.REPORT.value)


def read_ruleset(name: str, rules: object) -> Ruleset:
    """Understand a list of rules; raises InvalidRuleset for the first that cannot be."""
    if not isinstance(rules, list):
        raise InvalidRuleset("rules", rules, "not a list of rules")
    if len(rules) > MOST_RULES:
        raise InvalidRuleset("rules", len(rules), f"more than {MOST_RULES} rules")
    read: list[Rule] = []
    needs: set[str] = set()
    for number, given in enumerate(rules):
        rule, asked = _Reader(number, given).rule()
        if any(rule.name == other.name for other in read):
            raise InvalidRuleset(f"rules[{number}], name", rule.name, "another rule has this name")
        read.append(rule)
        needs |= asked
    return Ruleset(name=name, rules=tuple(read), needs=Needs(**dict.fromkeys(needs, True)))


def read_stored_ruleset(name: str, rules: object) -> Ruleset:
    """Understand rules that were accepted once; if they cannot be, everything is denied."""
    try:
        return read_ruleset(name, rules)
    except InvalidRuleset as error:
        return Ruleset(name=name, rules=(), broken=str(error))


class _Reader:
    """Reads one rule."""

    def __init__(self, number: int, given: object) -> None:
        self._place = f"rules[{number}]"
        self._given = self._mapping("", given)
        name = self._text("name", self._given, required=True)
        self._place = f"rules[{number}] {name!r}"
        self._name = name
        self._needs: set[str] = set()

    def rule(self) -> tuple[Rule, set[str]]:
        given = self._given
        self._only("", given, _RULE_KEYS)
        action = self._action(given.get("action"))
        text = self._text("text", given)
        unknown_place = unknown_placeholder(text)
        if unknown_place is not None:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise self._wrong("text", f"{{{unknown_place}}}", f"not one of {known}")
        if "when" not in given:
            raise self._wrong("when", None, 'missing; {"project": "*"} means every file')
        when = dict(self._mapping("when", given["when"]))
        is_said = "unknown" in when
        unknown = self._unknown(when.pop("unknown", None), action) if is_said else None
        conditions = self._conditions("when", when)
        if not is_said and any(condition.asks_unknown for condition in conditions):
            raise self._wrong(
                "when.unknown",
                None,
                "missing: say what becomes of files for which these conditions cannot be told "
                f"({', '.join(_UNKNOWNS)})",
            )
        rule = Rule(
            name=self._name,
            action=action,
            text=text,
            conditions=conditions,
            unknown=unknown,
            is_unknown_said=is_said,
            exemptions=self._exemptions(given.get("except", [])),
        )
        return rule, self._needs

    def _action(self, given: object) -> Action:
        try:
            return Action(str(given))
        except ValueError:
            names = ", ".join(action.value for action in Action)
            raise self._wrong("action", given, f"not one of {names}") from None

    def _unknown(self, given: object, action: Action) -> Action | None:
        if given not in _UNKNOWNS:
            raise self._wrong("when.unknown", given, f"not one of {', '.join(_UNKNOWNS)}")
        if given == _MATCH:
            return action
        return None if given == _IGNORE else Action(str(given))

    def _conditions(self, key: str, when: Mapping[str, Any]) -> tuple[Condition, ...]:
        if not when:
            raise self._wrong(key, dict(when), 'no condition; {"project": "*"} means every file')
        left = dict(when)
        found: list[Condition] = []
        if "not" in left and key == "when":
            inner = self._mapping("when.not", left.pop("not"))
            found.append(Not(self._conditions("when.not", inner)))
        for kinds, read in CONDITIONS.items():
            if not left.keys() & set(kinds):
                continue
            taken = {kind: left.pop(kind) for kind in kinds if kind in left}
            first = next(iter(taken))
            try:
                found.append(read(taken))
            except InvalidWanted as error:
                raise self._wrong(f"{key}.{first}", error.entry, error.reason) from error
            except ValueError as error:
                raise self._wrong(f"{key}.{first}", taken[first], str(error)) from error
            needed = NEEDS.get(type(found[-1]))
            if needed is not None:
                self._needs.add(needed)
        if left:
            names = ", ".join(sorted(kind for kinds in CONDITIONS for kind in kinds))
            raise self._wrong(
                f"{key}.{next(iter(left))}", next(iter(left.values())), f"not one of {names}"
            )
        return tuple(found)

    def _exemptions(self, given: object) -> tuple[Exemption, ...]:
        if not isinstance(given, list):
            raise self._wrong("except", given, "not a list of exemptions")
        if len(given) > MOST_EXEMPTIONS:
            raise self._wrong("except", len(given), f"more than {MOST_EXEMPTIONS} exemptions")
        return tuple(self._exemption(f"except[{at}]", one) for at, one in enumerate(given))

    def _exemption(self, key: str, given: object) -> Exemption:
        said = self._mapping(key, given)
        self._only(key, said, _EXEMPTION_KEYS)
        project = self._text("project", said, key, required=True)
        version = self._text("version", said, key)
        if version and version[0] not in "<>=!~":
            raise self._wrong(
                f"{key}.version", version, "not a range of versions such as '==2.6.1' or '>=2,<3'"
            )
        try:
            until = read_moment(said.get("until"))
        except ValueError as error:
            raise self._wrong(f"{key}.until", said.get("until"), str(error)) from error
        return Exemption(
            entries=self._entries(f"{key}.project", project, version),
            why=self._text("why", said, key, required=True),
            who=self._text("who", said, key, required=True),
            until=until,
        )

    def _entries(self, key: str, project: str, version: str) -> Entries:
        try:
            return read_entries("project", [f"{project}{version}"])
        except InvalidWanted as error:
            raise self._wrong(key, error.entry, error.reason) from error

    # Values -------------------------------------------------------------------------------------

    def _mapping(self, key: str, given: object) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            raise self._wrong(key, given, "not an object")
        return given

    def _only(self, key: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
        for name in given:
            if name not in known:
                place = f"{key}.{name}" if key else str(name)
                raise self._wrong(place, given[name], f"not one of {', '.join(sorted(known))}")

    def _text(
        self, name: str, given: Mapping[str, Any], key: str = "", *, required: bool = False
    ) -> str:
        place = f"{key}.{name}" if key else name
        value = given.get(name, "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise self._wrong(place, value, "a text is wanted here")
        if len(value) > _LONGEST.get(name, 500):
            raise self._wrong(place, value, f"longer than {_LONGEST.get(name, 500)} characters")
        if not value.isprintable() and not (name in ("text", "why") and _is_text(value)):
            raise self._wrong(place, value, "it holds unprintable signs")
        return value.strip()

    def _wrong(self, key: str, entry: object, reason: str) -> InvalidRuleset:
        place = f"{self._place}, {key}" if key else self._place
        return InvalidRuleset(place, entry, reason)


def _is_text(value: str) -> bool:
    return all(sign.isprintable() or sign in "\n\t" for sign in value)
