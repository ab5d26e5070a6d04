"""New repository versions made of tables."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from pulpcore.plugin.models import RepositoryContent, RepositoryVersion

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexFile, PyindexRepository, PyindexYank
from pulp_pyindex.app.models.facts import facts_digest
from pulp_pyindex.app.models.keys import new_keys
from pulp_pyindex.app.tasks import versions

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository() -> PyindexRepository:
    made: PyindexRepository = PyindexRepository.objects.create(name="repository", autopublish=False)
    return made


def made_file(filename: str, **facts: Any) -> PyindexFile:
    told: dict[str, Any] = {
        "project": "alpha",
        "version": "1.0",
        "packagetype": "sdist",
        "hashes": {},
        **facts,
    }
    file: PyindexFile = PyindexFile.objects.create(
        filename=filename, sha256="0" * 64, facts_sha256=facts_digest(**told), **told
    )
    return file


def made_yank(filename: str, reason: str = "") -> PyindexYank:
    yank: PyindexYank = PyindexYank.objects.create(
        project="alpha", version="1.0", filename=filename, reason=reason
    )
    return yank


def change(
    repository: PyindexRepository,
    coming: Sequence[Any] = (),
    going: Sequence[Any] = (),
    like: RepositoryVersion | None = None,
) -> tuple[versions.Counts, RepositoryVersion | None]:
    with versions.change(repository) as one:
        for table, units in (("pyindex_coming", coming), ("pyindex_going", going)):
            for unit in units:
                one.cursor.execute(f"INSERT INTO {table} VALUES (%s)", [unit.pk])
        one.settle()
        counts = one.count()
        return counts, one.commit(info={"source": "test"}, like=like)


def held(version: RepositoryVersion | None) -> set[UUID]:
    assert version is not None
    listed = set(RepositoryVersion.objects.get(pk=version.pk).content_ids)
    assert listed == set(
        RepositoryContent.objects.filter(
            repository=version.repository, version_removed=None
        ).values_list("content_id", flat=True)
    )
    return listed


def test_what_comes_makes_a_complete_version(repository: PyindexRepository) -> None:
    """With its counts and where it is from."""
    one, two = made_file("alpha-1.0.tar.gz"), made_file("alpha-1.0.zip")
    counts, version = change(repository, [one, two, made_yank(one.filename)])
    assert version is not None
    assert version.complete
    assert version.number == 1
    assert version.info == {"source": "test", "user": None}
    assert len(held(version)) == 3
    assert (counts.files_added, counts.files_removed, counts.files_present) == (2, 0, 0)
    assert version.count("pyindex.file") == 2
    assert version.added_count("pyindex.yank") == 1
    repository.refresh_from_db()
    assert repository.next_version == 2


def test_no_change_makes_no_version(repository: PyindexRepository) -> None:
    """What comes and is there already is no change, nor what goes and is not there."""
    one = made_file("alpha-1.0.tar.gz")
    change(repository, [one])
    _, version = change(repository, [one], [made_file("alpha-1.0.zip")])
    assert version is None
    assert repository.versions.count() == 2


def test_what_comes_replaces_its_namesake(repository: PyindexRepository) -> None:
    """One file and one yank per filename."""
    old = made_file("alpha-1.0.tar.gz")
    old_yank = made_yank(old.filename, "old")
    change(repository, [old, old_yank])
    new = made_file("alpha-1.0.tar.gz", requires_python=">=3")
    new_yank = made_yank(old.filename, "new")
    counts, version = change(repository, [new, new_yank])
    assert held(version) == {new.pk, new_yank.pk}
    assert (counts.files_added, counts.files_removed, counts.files_lost) == (1, 1, 0)


def test_what_goes_is_lost(repository: PyindexRepository) -> None:
    """It stays in the version before."""
    one, two = made_file("alpha-1.0.tar.gz"), made_file("alpha-1.0.zip")
    _, first = change(repository, [one, two])
    counts, second = change(repository, [], [one])
    assert held(second) == {two.pk}
    assert first is not None
    assert set(first.content.values_list("pk", flat=True)) == {one.pk, two.pk}
    assert (counts.files_removed, counts.files_lost, counts.files_present) == (1, 1, 2)


def test_another_repository_is_left_alone(repository: PyindexRepository) -> None:
    """Shared content is replaced where it was asked for only."""
    other = PyindexRepository.objects.create(name="other", autopublish=False)
    old = made_file("alpha-1.0.tar.gz")
    change(repository, [old])
    _, theirs = change(other, [old])
    change(repository, [made_file("alpha-1.0.tar.gz", size=3)])
    assert held(theirs) == {old.pk}


def test_a_version_left_incomplete_is_replaced(repository: PyindexRepository) -> None:
    """A task that was killed leaves nothing that lasts."""
    left = RepositoryVersion(repository=repository, number=1)
    left.save()
    one = made_file("alpha-1.0.tar.gz")
    RepositoryContent.objects.create(repository=repository, content=one, version_added=left)
    two = made_file("alpha-1.0.zip")
    _, version = change(repository, [one, two])
    assert version is not None
    assert version.number == 1
    assert held(version) == {one.pk, two.pk}
    assert version.added_count("pyindex.file") == 2


def test_the_tables_are_empty_for_the_next(repository: PyindexRepository) -> None:
    """Changes of one task do not run into each other."""
    change(repository, [made_file("alpha-1.0.tar.gz")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pyindex_coming")
        assert cursor.fetchone()[0] == 0


def test_a_version_is_like_another(repository: PyindexRepository) -> None:
    """Then it lists what it holds in the same order."""
    other = PyindexRepository.objects.create(name="other", autopublish=False)
    files = [made_file(f"alpha-1.0-{number}.tar.gz") for number in range(20)]
    change(other, files[10:])
    _, theirs = change(other, files[:10])
    change(repository, files[5:9])
    _, ours = change(repository, files[:5] + files[9:], like=theirs)
    assert theirs is not None
    assert ours is not None
    assert held(ours) == {file.pk for file in files}
    assert ours.content_ids == theirs.content_ids
    assert catalog.differing_projects(theirs, ours) == []


def test_keys_follow_the_order_of_their_rows() -> None:
    """None is made twice, also not by two statements."""
    with connection.cursor() as cursor:
        made: list[UUID] = []
        for _ in range(2):
            cursor.execute(
                f"SELECT {new_keys('name')} FROM generate_series(1, 300) name ORDER BY name"
            )
            made += [row[0] for row in cursor.fetchall()]
    assert made == sorted(set(made))
    assert {key.version for key in made} == {7}
