"""Many rows of a new version, inserted by two sessions."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from django.db import ProgrammingError

from pulpcore.plugin.models import RepositoryContent, RepositoryVersion

from pulp_pyindex.app.ingest.judging import Ruling, judge
from pulp_pyindex.app.models import PyindexFile, PyindexRepository, PyindexVersion
from pulp_pyindex.app.models.facts import facts_digest
from pulp_pyindex.app.tasks import memberships, versions


@pytest.fixture
def repository(own_database: str) -> PyindexRepository:
    made: PyindexRepository = PyindexRepository.objects.create(name="repository", autopublish=False)
    return made


@pytest.fixture
def files(repository: PyindexRepository, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Keys of units of which two are many already."""
    monkeypatch.setattr(versions, "MANY", 1)
    return [_file(f"alpha-1.0-{number}.tar.gz") for number in range(9)]


def _file(filename: str) -> UUID:
    file: PyindexFile = PyindexFile.objects.create(
        project="alpha",
        version="1.0",
        filename=filename,
        sha256="0" * 64,
        packagetype="sdist",
        hashes={},
        facts_sha256=facts_digest(project="alpha", version="1.0", packagetype="sdist", hashes={}),
    )
    key: UUID = file.pk
    return key


def _change(
    repository: PyindexRepository, coming: Sequence[UUID], going: Sequence[UUID] = ()
) -> RepositoryVersion:
    with versions.change(repository) as change:
        for table, keys in (("pyindex_coming", coming), ("pyindex_going", going)):
            change.cursor.execute(f"INSERT INTO {table} SELECT unnest(%s::uuid[])", [list(keys)])
        change.settle()
        version = change.commit(info={"source": "test"})
    assert version is not None
    return version


def _rows(repository: PyindexRepository) -> list[UUID]:
    there = RepositoryContent.objects.filter(repository=repository, version_removed=None)
    return list(there.values_list("content_id", flat=True))


def test_two_sessions_make_one_version(repository: PyindexRepository, files: list[UUID]) -> None:
    """It is as of few rows, also where some go and others stay."""
    first = _change(repository, files[:5])
    assert sorted(first.content_ids) == sorted(_rows(repository)) == sorted(files[:5])
    second = _change(repository, files[3:], files[:2])
    assert second.complete
    assert sorted(second.content_ids) == sorted(_rows(repository)) == sorted(files[2:])
    assert [second.added_count(), second.removed_count(), second.count()] == [4, 2, 7]


def test_nothing_stays_where_one_of_them_fails(
    repository: PyindexRepository, files: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is anything in the way of the next version."""
    with monkeypatch.context() as patch:
        patch.setattr(memberships, "_COMING", "no_such_table WHERE content_id >= %(middle)s")
        with pytest.raises(ProgrammingError):
            _change(repository, files)
    assert repository.versions.count() == 1
    assert _rows(repository) == []
    version = _change(repository, files)
    assert version.number == 1
    assert sorted(version.content_ids) == sorted(_rows(repository)) == sorted(files)


def _ruling(repository: PyindexRepository, number: int) -> Ruling:
    """What is said to the upload of a file that `_file` made."""
    return judge(
        repository,
        project="alpha",
        release="1.0",
        filename=f"alpha-1.0-{number}.tar.gz",
        sha256="0" * 64,
        packagetype="bdist_wheel",
    )


def test_what_a_killed_task_left_is_nobodys(
    repository: PyindexRepository, files: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploads are judged by the version before, until the next change lets it go."""
    _change(repository, files[:2])
    with monkeypatch.context() as patch:
        # As where the worker is gone: nobody takes anything back.
        patch.setattr(PyindexVersion, "delete", lambda version: None)
        patch.setattr(PyindexVersion, "__exit__", _killed)
        with pytest.raises(KeyboardInterrupt):
            _change(repository, files[2:], files[:1])
    assert sorted(_rows(repository)) == sorted(files[1:])
    assert [_ruling(repository, number) for number in (0, 1, 2)] == [
        Ruling.KNOWN,
        Ruling.KNOWN,
        Ruling.ADD,
    ]
    versions.drop_incomplete(repository)
    assert sorted(_rows(repository)) == sorted(files[:2])


def _killed(*args: object) -> None:
    raise KeyboardInterrupt
