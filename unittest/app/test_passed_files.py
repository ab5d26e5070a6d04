"""Files that passed through an index, taken into the repository that keeps them."""

import hashlib
import time
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import CachedPage, owned
from pulp_pyindex.app.models import (
    PyindexCachedFile,
    PyindexDistribution,
    PyindexFile,
    PyindexRemote,
    PyindexRepository,
    PyindexYank,
)
from pulp_pyindex.app.serving.through.recording import write_page
from pulp_pyindex.app.tasks import versions
from pulp_pyindex.app.tasks.rows import file_row
from pulp_pyindex.app.tasks.take_in import take_in_passed
from pulp_pyindex.app.tasks.writing import FILES, Batch, Writer
from pulp_pyindex.index.choosing import Kept
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.pages import File, ProjectPage

ALPHA = NormalizedName("alpha")
# Nobody listens there.
URL = "http://127.0.0.1:9/simple/"

ONE = File(
    filename="alpha-1.0.tar.gz",
    url="http://127.0.0.1:9/files/alpha-1.0.tar.gz",
    hashes={"sha256": "1" * 64},
)
TWO = replace(ONE, filename="alpha-2.0.tar.gz", hashes={"sha256": "2" * 64})


@pytest.fixture
def repository(db: None) -> PyindexRepository:
    made: PyindexRepository = PyindexRepository.objects.create(name="kept", autopublish=False)
    return made


@pytest.fixture
def distribution(repository: PyindexRepository) -> PyindexDistribution:
    remote = PyindexRemote.objects.create(
        name="remote", url=URL, policy="on_demand", max_retries=0, provenance=True
    )
    made: PyindexDistribution = PyindexDistribution.objects.create(
        name="cache", base_path="cache", remote=remote, repository=repository
    )
    return made


def say(distribution: PyindexDistribution, *files: File, news: Any = None, **page: Any) -> None:
    """Let the page be this one; `news` as for `write_page`."""
    told = ProjectPage(name=ALPHA, files=files, **page)
    body = catalog.encode_page(told)
    write_page(
        distribution.remote_id,
        CachedPage(
            project=ALPHA,
            url=URL,
            page=told,
            fetched_at=time.time(),
            fresh_until=time.time(),
            sha256=hashlib.sha256(body).hexdigest(),
        ),
        body,
        news,
    )


def let_pass(distribution: PyindexDistribution, file: File) -> PyindexCachedFile:
    remote = PyindexRemote.objects.get(pk=distribution.remote_id)
    batch = Batch()
    kept = Kept(file=file, parsed=parse(file.filename, ALPHA))
    batch.add(FILES, file_row(ALPHA, kept, file.hashes["sha256"]))
    Writer(remote.pulp_domain_id, remote).write(batch)
    row: PyindexCachedFile = PyindexCachedFile.objects.create(
        distribution=distribution,
        file=unit_of(file),
        size=5,
        used_at="2026-01-01T00:00:00Z",
        is_pending=True,
    )
    return row


def unit_of(file: File) -> PyindexFile:
    unit: PyindexFile = PyindexFile.objects.get(
        filename=file.filename,
        sha256=file.hashes["sha256"],
        requires_python=file.requires_python,
    )
    return unit


def take_in(repository: PyindexRepository) -> dict[str, Any]:
    return take_in_passed(str(repository.pk))


def held(repository: PyindexRepository) -> set[str]:
    """Files and the reasons of yanks."""
    content = repository.latest_version().content
    files = PyindexFile.objects.filter(pk__in=content).values_list("filename", "requires_python")
    yanks = PyindexYank.objects.filter(pk__in=content).values_list("reason", flat=True)
    return {f"{name} {needs}" if needs else name for name, needs in files} | set(yanks)


def test_files_come_with_what_is_said_of_them(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """Of what a page does not list nothing is said: it has passed all the same."""
    say(distribution, replace(ONE, yanked="broken"))
    let_pass(distribution, ONE)
    let_pass(distribution, TWO)
    result = take_in(repository)
    assert result["taken"] == 2
    assert result["versions"] == [1]
    assert held(repository) == {ONE.filename, TWO.filename, "broken"}
    assert not PyindexCachedFile.objects.filter(is_pending=True).exists()


def test_news_of_files_that_are_held_are_followed(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """Facts that changed make another unit, which passed as well; its bytes count once."""
    say(distribution, ONE, TWO)
    let_pass(distribution, ONE)
    let_pass(distribution, TWO)
    take_in(repository)
    changed = replace(ONE, requires_python=">=3")
    say(distribution, changed, replace(TWO, yanked="broken"), news={ONE.filename, TWO.filename})
    assert take_in(repository)["followed"] == 2
    assert held(repository) == {f"{ONE.filename} >=3", TWO.filename, "broken"}
    version = repository.latest_version()
    assert owned.own_filenames(version, "alpha") == frozenset()
    sizes = PyindexCachedFile.objects.filter(file__filename=ONE.filename).order_by("pk")
    assert [row.size for row in sizes] == [5, 0]
    say(distribution, ONE, TWO, news={ONE.filename, TWO.filename})
    take_in(repository)
    assert held(repository) == {ONE.filename, TWO.filename}


def test_the_same_again_makes_no_version(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """Nor does a page without news, or one that no longer lists what is held."""
    say(distribution, replace(ONE, yanked="broken"))
    let_pass(distribution, ONE)
    take_in(repository)
    say(distribution, replace(ONE, yanked="broken"))
    assert take_in(repository)["followed"] == 1
    say(distribution, ONE, news=frozenset())
    assert take_in(repository)["followed"] == 0
    say(distribution, TWO)
    assert take_in(repository)["followed"] == 1
    assert repository.versions.count() == 2
    assert held(repository) == {ONE.filename, "broken"}


def test_what_is_said_of_other_bytes_is_not_followed(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """They come when they have passed."""
    say(distribution, ONE)
    let_pass(distribution, ONE)
    take_in(repository)
    other = replace(ONE, hashes={"sha256": "3" * 64}, yanked="other")
    say(distribution, other)
    take_in(repository)
    assert held(repository) == {ONE.filename}
    let_pass(distribution, other)
    take_in(repository)
    assert held(repository) == {ONE.filename, "other"}
    held_files = PyindexFile.objects.filter(pk__in=repository.latest_version().content)
    assert [file.sha256 for file in held_files] == ["3" * 64]


def test_what_was_taken_away_stays_away(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """News of it do not bring it back, also where they came a moment before."""
    say(distribution, ONE, TWO)
    let_pass(distribution, ONE)
    let_pass(distribution, TWO)
    take_in(repository)
    say(distribution, ONE, replace(TWO, yanked="broken"))
    with versions.change(repository) as change:
        change.cursor.execute("INSERT INTO pyindex_going VALUES (%s)", [unit_of(ONE).pk])
        change.settle()
        change.commit(info={})
    take_in(repository)
    assert held(repository) == {TWO.filename, "broken"}
    say(distribution, replace(ONE, yanked="gone"), replace(TWO, yanked="broken"))
    assert take_in(repository)["followed"] == 1
    assert held(repository) == {TWO.filename, "broken"}


def test_provenance_that_cannot_be_had_now_is_asked_for_again(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """The file comes without; it waits, as does its other unit where its facts have changed."""
    attested = replace(ONE, provenance="http://127.0.0.1:9/integrity/alpha/1.0/provenance")
    say(distribution, attested)
    row = let_pass(distribution, ONE)
    result = take_in(repository)
    assert result["failed_provenance_count"] == 1
    assert "no connection" in result["failed_provenance"][0]["reason"]
    assert held(repository) == {ONE.filename}
    row.refresh_from_db()
    assert row.is_pending
    say(distribution, replace(attested, requires_python=">=3"))
    take_in(repository)
    waiting = PyindexCachedFile.objects.get(is_pending=True)
    assert waiting.file.requires_python == ">=3"
    say(distribution, replace(ONE, requires_python=">=3"), news=frozenset())
    take_in(repository)
    assert not PyindexCachedFile.objects.filter(is_pending=True).exists()


def test_a_remote_that_cannot_be_used_any_more_keeps_no_file_away(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """Its provenance is missing, and the reason is told."""
    say(distribution, replace(ONE, provenance="http://127.0.0.1:9/integrity"))
    let_pass(distribution, ONE)
    PyindexRemote.objects.filter(pk=distribution.remote_id).update(ca_cert="none")
    result = take_in(repository)
    assert result["failed_provenance"][0]["reason"].startswith("the remote 'remote': ")
    assert held(repository) == {ONE.filename}
    assert not PyindexCachedFile.objects.filter(is_pending=True).exists()


def test_a_page_that_changes_meanwhile_is_heard_again(
    repository: PyindexRepository,
    distribution: PyindexDistribution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was written down after the task had read the page is not lost."""
    say(distribution, ONE)
    row = let_pass(distribution, ONE)
    settle = versions.Change.settle

    def meanwhile(change: versions.Change, **options: Any) -> None:
        say(distribution, replace(ONE, yanked="broken"), news={ONE.filename})
        settle(change, **options)

    with monkeypatch.context() as patch:
        patch.setattr(versions.Change, "settle", meanwhile)
        take_in(repository)
    row.refresh_from_db()
    assert row.is_pending
    take_in(repository)
    assert held(repository) == {ONE.filename, "broken"}


def test_a_name_is_taken_from_one_upstream_only(
    repository: PyindexRepository, distribution: PyindexDistribution
) -> None:
    """Where two indexes keep what passes in one repository."""
    other = PyindexDistribution.objects.create(
        name="other",
        base_path="other",
        repository=repository,
        remote=PyindexRemote.objects.create(name="2", url=URL, policy="on_demand"),
    )
    changed = replace(ONE, requires_python=">=3")
    say(distribution, ONE)
    say(other, changed)
    let_pass(distribution, ONE)
    let_pass(other, changed)
    assert take_in(repository)["versions"] == [1]
    assert held(repository) == {f"{ONE.filename} >=3"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pyindex_pyindexcachedfile WHERE is_pending")
        assert cursor.fetchone() == (0,)
