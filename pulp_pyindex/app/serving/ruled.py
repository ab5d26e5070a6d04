"""By which rules an index is served: its ruleset and its quarantine, as last read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from packaging.version import Version

from pulp_pyindex.index.rules.facts import version_of
from pulp_pyindex.index.uniting import spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A project in quarantine, or a release or a file of it."""

    project: str
    #: Empty: every release.
    release: str
    #: Empty: every file.
    filename: str
    reason: str
    since: datetime

    def holds(self, release: str, filename: str) -> bool:
        """Whether a file of the project is meant."""
        if self.filename:
            return spelling(self.filename) == spelling(filename)
        return not self.release or _order(self.release) == _order(release)

    @property
    def is_whole(self) -> bool:
        """Whether every file of the project is."""
        return not self.release and not self.filename


@dataclass(frozen=True, slots=True)
class Quarantine:
    """All that is in quarantine at one index."""

    held: tuple[Held, ...] = ()
    _by_project: dict[str, tuple[Held, ...]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, held: Iterable[Held]) -> Quarantine:
        """A quarantine, sorted by project."""
        rows = tuple(sorted(held, key=lambda one: (one.project, one.release, one.filename)))
        by_project: dict[str, tuple[Held, ...]] = {}
        for one in rows:
            by_project[one.project] = (*by_project.get(one.project, ()), one)
        return cls(rows, by_project)

    def of_project(self, project: str) -> tuple[Held, ...]:
        """What of a project is meant."""
        return self._by_project.get(project, ())

    def __hash__(self) -> int:
        return hash(self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A ruleset as it is now."""

    pk: UUID
    #: Over its rules.
    sha256: str
    #: When it, or who names it, was last changed.
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What stands between an index and its readers. False: nothing does."""

    #: Of the index: for everything it has.
    own: Named | None = None
    #: Of its remote: for what comes from there.
    remote: Named | None = None
    #: Over the databases of advisories that the domain has.
    advisories: str = ""
    quarantine: Quarantine = Quarantine()

    def __bool__(self) -> bool:
        return self.own is not None or self.remote is not None or bool(self.quarantine.held)

    @property
    def since(self) -> datetime | None:
        """When any of the rulesets was last changed."""
        return max((one.since for one in (self.own, self.remote) if one), default=None)


def _order(release: str) -> Version | str:
    """What equal releases have in common, however they are written."""
    return version_of(release) or release


#: Of an index that gives out all it has.
NO_RULES = Rules()

_RULESETS = """
    SELECT own.distribution_ptr_id, false, ruleset.pulp_id, ruleset.sha256,
           greatest(ruleset.pulp_last_updated, d.pulp_last_updated)
    FROM pyindex_pyindexdistribution own
    JOIN core_distribution d ON d.pulp_id = own.distribution_ptr_id
    JOIN pyindex_pyindexruleset ruleset ON ruleset.pulp_id = own.ruleset_id
    UNION ALL
    SELECT d.pulp_id, true, ruleset.pulp_id, ruleset.sha256,
           greatest(ruleset.pulp_last_updated, d.pulp_last_updated, master.pulp_last_updated)
    FROM core_distribution d
    JOIN core_remote master ON master.pulp_id = d.remote_id
    JOIN pyindex_pyindexremote remote ON remote.remote_ptr_id = d.remote_id
    JOIN pyindex_pyindexruleset ruleset ON ruleset.pulp_id = remote.ruleset_id
    WHERE d.pulp_type = 'pyindex.pyindex'
"""
_ADVISORIES = """
    SELECT pulp_domain_id, string_agg(sha256, ',' ORDER BY pulp_id)
    FROM pyindex_pyindexadvisorysource GROUP BY 1
"""
_HELD = """
    SELECT distribution_id, pulp_domain_id, project, release, filename, reason, pulp_created
    FROM pyindex_pyindexquarantine
"""


class RulesOf:
    """The rules of all indexes, read once for all of them."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_RULESETS)
            self._rulesets = {
                (distribution, is_remote): Named(pk=pk, sha256=sha256, since=since)
                for distribution, is_remote, pk, sha256, since in cursor.fetchall()
            }
            self._advisories: dict[UUID, str] = {}
            if self._rulesets:
                cursor.execute(_ADVISORIES)
                self._advisories = dict(cursor.fetchall())
            cursor.execute(_HELD)
            self._held: dict[UUID, list[Held]] = {}
            for distribution, domain, *row in cursor.fetchall():
                self._held.setdefault(distribution or domain, []).append(_held(row))

    def index(self, distribution_pk: UUID, domain_pk: UUID) -> Rules:
        """The rules of one index."""
        own = self._rulesets.get((distribution_pk, False))
        remote = self._rulesets.get((distribution_pk, True))
        held = [*self._held.get(domain_pk, ()), *self._held.get(distribution_pk, ())]
        if own is None and remote is None and not held:
            return NO_RULES
        return Rules(
            own=own,
            remote=remote,
            advisories=self._advisories.get(domain_pk, "") if own or remote else "",
            quarantine=Quarantine.of(held),
        )


def _held(row: list[Any]) -> Held:
    project, release, filename, reason, since = row
    return Held(project=project, release=release, filename=filename, reason=reason, since=since)
