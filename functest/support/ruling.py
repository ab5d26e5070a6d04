"""Rulesets, and a mirror of releases of several ages for them to decide on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .index import Index
from .pulp import Mirror, Pulp, Row, unique
from .upstream import Upstream
from .wheels import wheel

RULESETS = "pyindex/rulesets/"
QUARANTINES = "pyindex/quarantines/"
REFUSALS = "pyindex/refusals/"
OLD, NEW = "alpha-1.0-py3-none-any.whl", "alpha-2.0-py3-none-any.whl"
Rules = list[dict[str, Any]]


def cool_down(age: str = "7d", action: str = "hide", **more: Any) -> dict[str, Any]:
    """The rule that most begin with."""
    when = {"younger_than": age, "unknown": "hide"}
    return {"name": "cool-down", "when": when, "action": action, **more}


def ago(**duration: float) -> str:
    """A moment as an upstream's page tells it."""
    moment = datetime.now(UTC) - timedelta(**duration)
    return moment.isoformat().replace("+00:00", "Z")


def make_ruleset(pulp: Pulp, *rules: dict[str, Any]) -> Row:
    """A ruleset of its own name."""
    return pulp.create(RULESETS, name=unique("rules"), rules=list(rules))


def shows(*names: str, project: str = "alpha") -> Callable[[Index], bool]:
    """Whether a project's page shows these files and no other."""
    return lambda index: set(index.files(project)) == set(names)


def url_of(mirror: Mirror, filename: str) -> str:
    """Where a file is that its page shows."""
    return str(mirror.index.files(filename.partition("-")[0])[filename]["url"])


def mirror_aged(pulp: Pulp, upstream: Upstream) -> Mirror:
    """A mirror of `alpha` 1.0, a year old, and 2.0, an hour old, and of `beta` 1.0."""
    upstream.catalogue.add(wheel("alpha", "1.0"), upload_time=ago(days=365))
    upstream.catalogue.add(wheel("alpha", "2.0"), upload_time=ago(hours=1))
    upstream.catalogue.add(wheel("beta", "1.0"), upload_time=ago(days=365))
    return pulp.mirror(upstream.url)
