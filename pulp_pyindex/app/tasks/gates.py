"""The gates of a promotion: whether what a task lets come may come, who approved, who overrode.

A repository without gates costs nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.util import get_current_authenticated_user

from pulp_pyindex.app.exceptions import GatesClosed
from pulp_pyindex.app.models import PyindexPromotion, PyindexRepository
from pulp_pyindex.app.tasks import ruledgate  # noqa: F401 - it has a gate of its own
from pulp_pyindex.app.tasks.findings import Situation, find
from pulp_pyindex.app.tasks.versions import Change
from pulp_pyindex.index.errors import InvalidGate
from pulp_pyindex.index.gates import Finding, Gate, read_gates

#: Findings that a task's result lists, that its error lists, and that a record keeps.
LISTED = 10_000
TOLD = 25
KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Rules that are not to count, and why."""

    rules: Sequence[str] = ()
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What the gates say to a promotion."""

    override: Override
    #: Findings by rule, in full, and the first of them.
    counts: Counter[str] = field(default_factory=Counter)
    listed: list[Finding] = field(default_factory=list)

    @property
    def overridden(self) -> list[str]:
        """The rules that found something and do not count."""
        return [rule for rule in self.counts if rule in self.override.rules]

    @property
    def closed(self) -> list[str]:
        """The rules that found something and count."""
        return [rule for rule in self.counts if rule not in self.override.rules]

    def note(self, finding: Finding) -> None:
        """Count a finding."""
        self.counts[finding.rule] += 1
        if len(self.listed) < LISTED:
            self.listed.append(finding)

    def check(self, repository: PyindexRepository) -> None:
        """Raise GatesClosed where any rule that counts found something."""
        if self.closed:
            counting = [one for one in self.listed if one.rule in self.closed]
            total = sum(self.counts[rule] for rule in self.closed)
            raise GatesClosed(repository.name, total, [str(one) for one in counting[:TOLD]])

    def result(self) -> dict[str, Any]:
        """As a task's result has it."""
        return {
            "open": not self.closed,
            "total": self.counts.total(),
            "by_rule": dict(self.counts),
            "overridden": self.overridden,
            "findings": [asdict(one) for one in self.listed],
        }


def judge(
    change: Change, repository: PyindexRepository, source: RepositoryVersion, override: Override
) -> Verdict:
    """What the repository's gates say to a settled change.

    Going back to an own version passes, so does what changes nothing.
    """
    verdict = Verdict(override=override)
    if not repository.gates or source.repository_id == repository.pk or not _changes(change):
        return verdict
    situation = Situation(
        repository=repository.pk,
        domain=repository.pulp_domain_id,
        source=source.pk,
        now=timezone.now(),
    )
    for gate in _gates(repository):
        for finding in find(gate, situation):
            verdict.note(finding)
    return verdict


def _gates(repository: PyindexRepository) -> tuple[Gate, ...]:
    try:
        return read_gates(repository.gates)
    except InvalidGate as error:
        # They were good when they were set; a gate that is not understood any more stays closed.
        raise GatesClosed(repository.name, 1, [str(error)]) from error


def _changes(change: Change) -> bool:
    change.cursor.execute(
        "SELECT EXISTS (SELECT FROM pyindex_coming) OR EXISTS (SELECT FROM pyindex_going)"
    )
    return bool(change.cursor.fetchone()[0])


def record(
    version: RepositoryVersion,
    source: RepositoryVersion,
    verdict: Verdict,
    *,
    holds_source: bool,
    mode: str,
    projects: Sequence[str],
    releases: Sequence[dict[str, str]],
    note: str,
) -> PyindexPromotion:
    """Keep what was promoted, by whom, and which gates were overridden."""
    user = get_current_authenticated_user()
    return PyindexPromotion.objects.create(
        repository_id=version.repository_id,
        number=version.number,
        source_version=source,
        source_repository=source.repository.name,
        source_number=source.number,
        holds_source=holds_source,
        mode=mode,
        projects=list(projects),
        releases=list(releases),
        note=note,
        overridden=verdict.overridden,
        override_reason=verdict.override.reason if verdict.overridden else "",
        findings=[asdict(one) for one in verdict.listed if one.rule in verdict.overridden][:KEPT],
        user=user,
        user_name="" if user is None else user.get_username(),
    )
