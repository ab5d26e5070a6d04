"""What rules ask the database for: the rules themselves, and facts that no page tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from packaging.utils import NormalizedName

from pulp_pyindex.app.models import PyindexRuleset
from pulp_pyindex.index.pages import ProjectPage
from pulp_pyindex.index.provenance import publishers
from pulp_pyindex.index.rules import Known, Needs, Ruleset, Told, read_stored_ruleset
from pulp_pyindex.index.rules.facts import releases_of

from .known import KnownAdvisory, known_advisories, known_files, provenance_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFacts:
    """Of which files what is to be known."""

    domain_pk: UUID
    project: NormalizedName
    #: Where provenance is looked for.
    version_pks: frozenset[UUID]
    #: Name and sha256.
    files: tuple[tuple[str, str], ...]
    needs: Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFacts:
    """What is known beside a page."""

    known: Mapping[str, Known] = field(default_factory=dict)
    #: None: the domain has no database of them, or none was asked for.
    found: Sequence[KnownAdvisory] | None = None
    #: Whether something is missing that may come without any new version.
    may_be_learnt: bool = False

    def advisories(self, page: ProjectPage) -> dict[str, tuple[Told, ...]] | None:
        """The advisories by the page's releases."""
        if self.found is None:
            return None
        return {
            release: tuple(
                Told(id=one.id, aliases=one.aliases, severity=one.severity)
                for one in self.found
                if one.affected.holds(release)
            )
            for release in releases_of(page)
        }


def find_ruleset(pk: UUID) -> tuple[str, Ruleset]:
    """A ruleset, understood, and its digest.

    One that is not there or cannot be read denies everything.
    """
    row = PyindexRuleset.objects.filter(pk=pk).first()
    if row is None:
        return "", Ruleset(name="", rules=(), broken="it is not there any more")
    return row.sha256, read_stored_ruleset(row.name, row.rules)


def find_facts(asked: AskedFacts) -> FoundFacts:
    """What rows know, by one statement a kind of fact."""
    needs = asked.needs
    rows = known_files(asked.domain_pk, asked.project) if needs.first_seen or needs.metadata else {}
    documents = provenance_documents(asked.version_pks, asked.project) if needs.publishers else {}
    known: dict[str, Known] = {}
    for file in asked.files:
        row, told = rows.get(file), documents.get(file)
        known[file[0]] = Known(
            first_seen=row.first_seen if row else None,
            metadata=row.metadata if row else None,
            publishers=None if told is None else _publishers(told),
        )
    return FoundFacts(
        known=known,
        found=known_advisories(asked.domain_pk, asked.project) if needs.advisories else None,
        may_be_learnt=(needs.metadata and any(one.metadata is None for one in known.values()))
        or (needs.first_seen and any(one.first_seen is None for one in known.values())),
    )


def _publishers(documents: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({name for document in documents for name in publishers(document)}))
