"""Rules where files come in: what a remote's ruleset takes, and what a repository's does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog.facts import AskedFacts, FoundFacts, find_facts, find_ruleset
from pulp_pyindex.app.ingest import Brought, Checked, Ruling
from pulp_pyindex.app.models import PyindexRemote, PyindexRepository
from pulp_pyindex.app.tasks.refusals import Refused, count, write_refusals
from pulp_pyindex.index.errors import DeniedByRule
from pulp_pyindex.index.pages import File, ProjectPage
from pulp_pyindex.index.provenance import publishers
from pulp_pyindex.index.rules import Action, Decision, Known, Ruleset, decide, facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Denials:
    """The files of a page that are not taken, and why."""

    texts: dict[str, str]
    #: Whether the answer may be another one although the page stays the same.
    is_passing: bool = False


class RemoteRules:
    """A remote's ruleset, for the pages of its upstream."""

    def __init__(self, ruleset: Ruleset, domain_pk: UUID, digest: str) -> None:
        self._ruleset = ruleset
        self._domain_pk = domain_pk
        #: Over all that is not on a page and decides: rules, and advisories if they are asked for.
        self.digest = digest

    @classmethod
    def of(cls, remote: PyindexRemote) -> RemoteRules | None:
        """The rules of a remote; None: it takes all that is wanted."""
        if remote.ruleset_id is None:
            return None
        sha256, ruleset = find_ruleset(remote.ruleset_id)
        known = _advisories(remote.pulp_domain_id) if ruleset.needs.advisories else ""
        return cls(ruleset, remote.pulp_domain_id, f"{sha256} {known}")

    @property
    def asks_database(self) -> bool:
        """Whether pages alone do not tell enough."""
        return self._ruleset.needs.any

    def denials(self, page: ProjectPage) -> Denials:
        """What of a page is denied now."""
        asked = AskedFacts(
            domain_pk=self._domain_pk,
            project=page.name,
            version_pks=frozenset(),
            files=tuple((file.filename, file.hashes.get("sha256", "")) for file in page.files),
            needs=self._ruleset.needs,
        )
        found = find_facts(asked) if self.asks_database else FoundFacts()
        facts = facts_of(page, found.known, found.advisories(page))
        verdicts = decide(self._ruleset, facts, datetime.now(UTC))
        return Denials(
            texts={
                name: verdict.against.text
                for name, verdict in verdicts.files.items()
                if verdict.against is not None and verdict.against.action is Action.DENY
            },
            is_passing=verdicts.valid_until is not None,
        )


def check_rules(
    repository: PyindexRepository,
    checked: Checked,
    brought: Brought,
    *,
    distribution_pk: UUID | None = None,
    base_path: str = "",
) -> None:
    """Raise DeniedByRule, and write that down, where the repository's ruleset denies an upload."""
    found = _denial(repository, checked)
    if found is None:
        return
    ruleset, against = found
    refused = Refused(
        domain_pk=repository.pulp_domain_id,
        distribution_pk=distribution_pk,
        base_path=base_path,
        project=checked.parsed.project,
        release=checked.parsed.version,
        filename=checked.parsed.filename,
        action="upload",
        ruleset=ruleset,
        rule=against.rule,
        text=against.text,
        client=brought.client,
        address=brought.address,
        at=datetime.now(UTC),
    )
    counts: dict[Any, Any] = {}
    count(counts, refused)
    write_refusals([refused], counts)
    raise DeniedByRule(checked.parsed.filename, against.rule, against.text)


def is_denied(repository: PyindexRepository, checked: Checked) -> bool:
    """Whether the repository's ruleset denies an upload; nothing is written down."""
    return _denial(repository, checked) is not None


def _denial(repository: PyindexRepository, checked: Checked) -> tuple[str, Decision] | None:
    """The name of the ruleset that denies an upload, and its decision."""
    if repository.ruleset_id is None or checked.ruling is Ruling.KNOWN:
        return None
    _, ruleset = find_ruleset(repository.ruleset_id)
    against = _against(repository, ruleset, checked)
    return None if against is None else (ruleset.name, against)


def _against(repository: PyindexRepository, ruleset: Ruleset, checked: Checked) -> Decision | None:
    """What denies the upload: it is judged as a file of the project's page."""
    parsed, sha256 = checked.parsed, checked.arrived.digests["sha256"]
    latest = repository.latest_version()
    before = None if latest is None else catalog.project_page(latest, parsed.project)
    page = before or ProjectPage(name=parsed.project, files=())
    mine = File(
        filename=parsed.filename,
        url="",
        hashes={"sha256": sha256},
        size=checked.arrived.size,
        upload_time=datetime.now(UTC),
        provenance="here" if checked.provenance else None,
    )
    others = tuple(file for file in page.files if file.filename != parsed.filename)
    page = replace(page, files=(*others, mine))
    found = find_facts(
        AskedFacts(
            domain_pk=repository.pulp_domain_id,
            project=parsed.project,
            version_pks=frozenset(() if latest is None else (latest.pk,)),
            files=tuple((file.filename, file.hashes["sha256"]) for file in page.files),
            needs=ruleset.needs,
        )
    )
    before_seen = found.known.get(parsed.filename, Known()).first_seen
    known = {
        **found.known,
        parsed.filename: Known(
            first_seen=before_seen,
            metadata=checked.metadata.fields,
            publishers=publishers(checked.provenance) if checked.provenance else None,
        ),
    }
    facts = facts_of(page, known, found.advisories(page))
    against = decide(ruleset, facts, datetime.now(UTC)).files[parsed.filename].against
    return against if against is not None and against.action is Action.DENY else None


def _advisories(domain_pk: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(string_agg(sha256, ',' ORDER BY pulp_id), '')
            FROM pyindex_pyindexadvisorysource WHERE pulp_domain_id = %s
            """,
            [domain_pk],
        )
        return str(cursor.fetchone()[0])
