"""A project, and what a ruleset decides of its files."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from packaging.utils import NormalizedName

from pulp_pyindex.index.pages import File, ProjectPage
from pulp_pyindex.index.rules import (
    Known,
    ProjectFacts,
    Verdicts,
    decide,
    facts_of,
    read_ruleset,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WHEEL = "foo-1.0-py3-none-any.whl"


def wheel(
    version: str = "1.0", tag: str = "py3-none-any", age: float | None = 100, **more: Any
) -> File:
    """A wheel of `foo`, `age` days old (None: not told)."""
    moment = None if age is None else NOW - age * DAY
    return File(
        filename=f"foo-{version}-{tag}.whl",
        url="",
        hashes={},
        upload_time=moment,
        **{"size": 1000, **more},
    )


def project(*files: File, known: Mapping[str, Known] | None = None, **more: Any) -> ProjectFacts:
    """The facts of `foo`; `advisories` and `status` as for `facts_of` and pages."""
    advisories = more.pop("advisories", None)
    page = ProjectPage(name=NormalizedName(more.pop("name", "foo")), files=files, **more)
    return facts_of(page, known, advisories)


def verdicts(rules: Any, facts: ProjectFacts, now: datetime = NOW) -> Verdicts:
    """What the rules, as users write them, decide at a moment."""
    return decide(read_ruleset("default", rules), facts, now)


def denied(when: dict[str, Any], facts: ProjectFacts, **more: Any) -> set[str]:
    """The files that a rule with these conditions is about."""
    rules = [{"name": "it", "when": when, "action": "deny", **more}]
    return {
        name
        for name, verdict in verdicts(rules, facts).files.items()
        if verdict.against is not None
    }
