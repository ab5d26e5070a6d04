"""What rows know of files that no page tells."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from packaging.utils import NormalizedName

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.util import get_domain_pk

from pulp_pyindex.app.catalog.facts import AskedFacts, find_facts, find_ruleset
from pulp_pyindex.app.models import (
    PyindexAdvisory,
    PyindexAdvisorySource,
    PyindexAffected,
    PyindexFile,
    PyindexProvenance,
    PyindexRepository,
    PyindexRuleset,
)
from pulp_pyindex.app.models.facts import facts_digest
from pulp_pyindex.index.pages import File, ProjectPage
from pulp_pyindex.index.rules import Needs
from pulp_pyindex.index.rules.deciding import decide
from pulp_pyindex.index.rules.facts import ProjectFacts

pytestmark = pytest.mark.django_db

FOO = NormalizedName("foo")
NAME, SHA256 = "foo-1.0.tar.gz", "0" * 64
DOCUMENT = {
    "version": 1,
    "attestation_bundles": [
        {"publisher": {"kind": "GitHub", "repository": "acme/foo"}, "attestations": []},
        {"publisher": {"kind": "Google", "email": "ci@acme.example"}, "attestations": []},
    ],
}


def made_file(**told: Any) -> PyindexFile:
    facts: dict[str, Any] = {
        "project": "foo",
        "version": "1.0",
        "packagetype": "sdist",
        "hashes": {},
        "size": told.pop("size", None),
    }
    file: PyindexFile = PyindexFile.objects.create(
        filename=NAME, sha256=SHA256, facts_sha256=facts_digest(**facts), **facts, **told
    )
    return file


def asked(*versions: RepositoryVersion, **needs: bool) -> AskedFacts:
    return AskedFacts(
        domain_pk=get_domain_pk(),
        project=FOO,
        version_pks=frozenset(version.pk for version in versions),
        files=((NAME, SHA256), ("foo-2.0.tar.gz", "1" * 64)),
        needs=Needs(**needs),
    )


def test_a_file_is_first_seen_when_its_first_row_was_made() -> None:
    """Whatever other rows of the same bytes came later; what never came is not known."""
    first = made_file()
    made_file(size=5, core_metadata={"license": "MIT", "description": "long", "name": "foo"})
    early = now() - timedelta(days=9)
    type(first).objects.filter(pk=first.pk).update(pulp_created=early)
    found = find_facts(asked(first_seen=True, metadata=True))
    assert found.known[NAME].first_seen == early
    assert found.known[NAME].metadata == {"license": "MIT"}
    assert found.known["foo-2.0.tar.gz"].first_seen is None
    assert found.may_be_learnt


def test_publishers_are_those_of_provenance_the_version_holds() -> None:
    """Provenance that lies elsewhere says nothing here."""
    file = made_file()
    provenance = PyindexProvenance.objects.create(
        project="foo",
        version="1.0",
        filename=NAME,
        file_sha256=SHA256,
        sha256="2" * 64,
        document=json.dumps(DOCUMENT),
    )
    repository = PyindexRepository.objects.create(name="repository", autopublish=False)
    with repository.new_version() as without:
        without.add_content(PyindexFile.objects.filter(pk=file.pk))
    with repository.new_version() as version:
        version.add_content(PyindexProvenance.objects.filter(pk=provenance.pk))
    assert find_facts(asked(without, publishers=True)).known[NAME].publishers is None
    found = find_facts(asked(without, version, publishers=True))
    assert found.known[NAME].publishers == ("github:acme/foo", "google:ci@acme.example")


def test_no_database_of_advisories_is_not_an_empty_one() -> None:
    """Withdrawn advisories do not count."""
    page = ProjectPage(name=FOO, files=(File(filename=NAME, url="", hashes={}),))
    assert find_facts(asked(advisories=True)).advisories(page) is None
    source = PyindexAdvisorySource.objects.create(name="osv", loaded_at=now())
    assert find_facts(asked(advisories=True)).advisories(page) == {"1.0": ()}
    for identifier, withdrawn in (("MAL-1", None), ("MAL-2", now() - timedelta(days=1))):
        advisory = PyindexAdvisory.objects.create(
            source=source, identifier=identifier, modified=now(), withdrawn=withdrawn
        )
        PyindexAffected.objects.create(advisory=advisory, project="foo", versions=["1"])
    found = find_facts(asked(advisories=True)).advisories(page)
    assert found is not None
    assert [one.id for one in found["1.0"]] == ["MAL-1"]


def test_a_ruleset_that_somebody_broke_in_the_database_denies() -> None:
    """As does one that is gone."""
    ruleset = PyindexRuleset.objects.create(name="default", rules=[])
    digest, read = find_ruleset(ruleset.pk)
    assert (digest, read.broken) == (ruleset.sha256, None)
    PyindexRuleset.objects.filter(pk=ruleset.pk).update(rules={"rules": "none"})
    assert find_ruleset(ruleset.pk)[1].broken
    ruleset.delete()
    gone = find_ruleset(ruleset.pk)[1]
    assert gone.broken
    assert decide(gone, ProjectFacts(name=FOO), now()).files == {}
