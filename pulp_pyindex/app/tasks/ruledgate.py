"""The gate `ruleset`: nothing comes that the repository's ruleset denies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.db import connection
from packaging.utils import NormalizedName

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog.facts import AskedFacts, find_facts, find_ruleset
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks.findings import Situation, find
from pulp_pyindex.index.gates import Finding, Ruled
from pulp_pyindex.index.pages import ProjectPage
from pulp_pyindex.index.rules import Action, Ruleset, decide, facts_of

#: Projects whose pages are looked up together.
_BATCH = 200


@find.register
def _(gate: Ruled, situation: Situation) -> Iterator[Finding]:
    repository = PyindexRepository.objects.get(pk=situation.repository)
    if repository.ruleset_id is None:
        yield Finding(rule=gate.rule, reason="the repository has no ruleset")
        return
    _, ruleset = find_ruleset(repository.ruleset_id)
    coming = {name: files for name, files in _coming().items() if gate.concerns(name)}
    source = RepositoryVersion.objects.get(pk=situation.source)
    names = sorted(coming)
    for start in range(0, len(names), _BATCH):
        stretch = names[start : start + _BATCH]
        for page in catalog.project_pages(source, stretch):
            yield from _denied(ruleset, situation, page, coming[page.name])


def _denied(
    ruleset: Ruleset, situation: Situation, page: ProjectPage, coming: set[str]
) -> Iterator[Finding]:
    """What is denied of the files of a page that come."""
    asked = AskedFacts(
        domain_pk=situation.domain,
        project=page.name,
        version_pks=frozenset([situation.source]),
        files=tuple((file.filename, file.hashes["sha256"]) for file in page.files),
        needs=ruleset.needs,
    )
    found = find_facts(asked)
    facts = facts_of(page, found.known, found.advisories(page))
    verdicts = decide(ruleset, facts, situation.now).files
    for file in facts.files:
        against = verdicts[file.filename].against
        if file.filename in coming and against is not None and against.action is Action.DENY:
            yield Finding(
                rule=Ruled.rule,
                project=page.name,
                release=file.release,
                filename=file.filename,
                reason=against.text,
            )


def _coming() -> dict[NormalizedName, set[str]]:
    """The files that come, by project."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.project, f.filename FROM pyindex_coming
            JOIN pyindex_pyindexfile f ON f.content_ptr_id = pyindex_coming.content_id
            ORDER BY f.project
            """
        )
        rows = cursor.fetchall()
    return {
        NormalizedName(project): {filename for _, filename in files}
        for project, files in groupby(rows, key=lambda row: row[0])
    }
