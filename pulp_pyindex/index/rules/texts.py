"""What clients are told by a rule."""

from __future__ import annotations

import re
from collections.abc import Callable

from pulp_pyindex.index.rules.evidence import Affected
from pulp_pyindex.index.rules.facts import FileFacts, ProjectFacts
from pulp_pyindex.index.rules.ruleset import Action, Rule, Ruleset

_PLACE = re.compile(r"\{([^{}]*)\}")
_DONE = {Action.HIDE: "hides", Action.DENY: "denies", Action.REPORT: "reports"}

_Value = Callable[[Rule, ProjectFacts, FileFacts], str]


def _advisories(rule: Rule, project: ProjectFacts, file: FileFacts) -> str:
    found = [
        name
        for condition in rule.conditions
        if isinstance(condition, Affected)
        for name in condition.matching(file)
    ]
    return ", ".join(dict.fromkeys(found)) or "an unknown advisory"


def _license(rule: Rule, project: ProjectFacts, file: FileFacts) -> str:
    metadata = file.known.metadata or {}
    return str(metadata.get("license_expression") or metadata.get("license") or "unknown")[:200]


def _upload_time(rule: Rule, project: ProjectFacts, file: FileFacts) -> str:
    moment = file.upload_time
    return "an unknown time" if moment is None else moment.isoformat(timespec="seconds")


_VALUES: dict[str, _Value] = {
    "advisory": _advisories,
    "filename": lambda rule, project, file: file.filename,
    "license": _license,
    "project": lambda rule, project, file: project.name,
    "release": lambda rule, project, file: file.release,
    "rule": lambda rule, project, file: rule.name,
    "status": lambda rule, project, file: project.status.status.value,
    "upload_time": _upload_time,
}

#: What may stand between braces in a rule's text.
PLACEHOLDERS = tuple(_VALUES)


def unknown_placeholder(text: str) -> str | None:
    """The first thing between braces that is no placeholder."""
    return next((found for found in _PLACE.findall(text) if found not in _VALUES), None)


def told(
    ruleset: Ruleset, rule: Rule, action: Action, project: ProjectFacts, file: FileFacts
) -> str:
    """What a client is told of what a rule does with a file: one line."""
    said = _PLACE.sub(lambda match: _VALUES[match[1]](rule, project, file), rule.text)
    head = f"The rule {rule.name!r} of ruleset {ruleset.name!r} {_DONE[action]} {file.filename}"
    return _line(f"{head}: {said}" if said else f"{head}.")


def _line(text: str) -> str:
    """One line that is fit for terminals and tables, whatever upstream says of itself."""
    line = " ".join(text.split())
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
