"""Rows in bulk."""

import hashlib
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from pulpcore.plugin.models import Content, ContentArtifact, RemoteArtifact
from pulpcore.plugin.util import get_domain

from pulp_pyindex.app import ingest
from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectState,
    PyindexRemote,
    PyindexYank,
)
from pulp_pyindex.app.tasks.units import FILES, YANKS
from pulp_pyindex.app.tasks.writing import Batch, Writer


@pytest.fixture
def remote(db: None) -> PyindexRemote:
    return made_remote()


def made_remote(name: str = "remote") -> PyindexRemote:
    remote: PyindexRemote = PyindexRemote.objects.create(
        name=name, url="http://index.example/simple/", policy="on_demand"
    )
    return remote


def file_row(filename: str = "alpha-1.0.tar.gz", **changes: Any) -> tuple[Any, ...]:
    told: dict[str, Any] = {
        "project": "alpha",
        "version": "1.0",
        "filename": filename,
        "sha256": "a" * 64,
        "packagetype": "sdist",
        "hashes": "{}",
        "requires_python": None,
        "size": 5,
        "upload_time": None,
        "metadata_sha256": None,
        "facts_sha256": "f" * 64,
        "url": f"http://files.example/{filename}",
        **changes,
    }
    return tuple(told[name] for name in FILES.columns)


def state_row(project: str = "alpha", **changes: Any) -> tuple[Any, ...]:
    told = {"serial": 1, "etag": None, "last_modified": None, "page": "p", "wanted": "w", **changes}
    return (project, *told.values())


def write(remote: PyindexRemote, *rows: tuple[Any, ...], **state: Any) -> PyindexProjectState:
    batch = Batch()
    for row in rows:
        batch.add(FILES, row)
    batch.states.append(state_row(**state))
    Writer(remote.pulp_domain_id, remote).write(batch)
    made: PyindexProjectState = PyindexProjectState.objects.get(remote=remote, project="alpha")
    return made


def test_a_file_costs_one_content_artifact_and_one_remote_artifact(remote: PyindexRemote) -> None:
    """And is remembered as what the project's page came to."""
    state = write(remote, file_row())
    file = PyindexFile.objects.get()
    assert state.unit_ids == [file.pk]
    assert file.pulp_type == "pyindex.file"
    own = ContentArtifact.objects.get(content=file)
    assert (own.relative_path, own.artifact) == ("alpha-1.0.tar.gz", None)
    told = RemoteArtifact.objects.get(content_artifact=own, remote=remote)
    assert (told.url, told.size, told.sha256) == (
        "http://files.example/alpha-1.0.tar.gz",
        5,
        "a" * 64,
    )


def test_the_same_file_is_one_unit_for_all_remotes(remote: PyindexRemote) -> None:
    """Each remote has its own address of it."""
    first = write(remote, file_row())
    other = made_remote("other")
    second = write(other, file_row(url="http://other.example/alpha-1.0.tar.gz"))
    assert first.unit_ids == second.unit_ids
    assert RemoteArtifact.objects.count() == 2


def test_a_new_address_replaces_the_old_and_forgets_its_failure(remote: PyindexRemote) -> None:
    """Without a second row."""
    write(remote, file_row())
    RemoteArtifact.objects.update(failed_at="2026-01-01T00:00:00Z")
    write(remote, file_row(url="http://files.example/moved"))
    told = RemoteArtifact.objects.get()
    assert (told.url, told.failed_at) == ("http://files.example/moved", None)


def test_other_facts_make_another_unit(remote: PyindexRemote) -> None:
    """The state speaks of the new one only."""
    first = write(remote, file_row())
    second = write(remote, file_row(facts_sha256="e" * 64))
    assert set(first.unit_ids).isdisjoint(second.unit_ids)


def test_an_artifact_that_is_here_is_linked(remote: PyindexRemote, tmp_path: Path) -> None:
    """And tells the size that the page did not."""
    path = tmp_path / "file"
    path.write_bytes(b"content")
    sha256 = hashlib.sha256(b"content").hexdigest()
    artifact = ingest.store(str(path), sha256=sha256, domain=get_domain())
    write(remote, file_row(size=None, sha256=artifact.sha256))
    assert ContentArtifact.objects.get().artifact_id == artifact.pk
    assert PyindexFile.objects.get().size == 7


def test_reused_units_are_kept_from_clean_up(remote: PyindexRemote) -> None:
    """A unit that lay idle for long is of interest again."""
    write(remote, file_row())
    Content.objects.update(timestamp_of_interest="2020-01-01T00:00:00Z")
    write(remote, file_row())
    assert Content.objects.get().timestamp_of_interest.year > 2020


def test_a_project_without_files_is_remembered(remote: PyindexRemote) -> None:
    """So that it is not read again."""
    assert write(remote, serial=9).unit_ids == []


def test_serials_are_refreshed_alone(remote: PyindexRemote) -> None:
    """What else is remembered stays."""
    before = write(remote, file_row())
    Writer(remote.pulp_domain_id, remote).refresh([("alpha", 12)])
    after = PyindexProjectState.objects.get()
    assert (after.serial, after.unit_ids) == (12, before.unit_ids)


def test_a_failing_batch_leaves_nothing(remote: PyindexRemote) -> None:
    """All of it or none of it."""
    batch = Batch()
    batch.add(FILES, file_row())
    batch.add(YANKS, ("alpha", "1.0", None, ""))
    with pytest.raises(Exception, match="filename"), transaction.atomic():
        Writer(remote.pulp_domain_id, remote).write(batch)
    assert not PyindexFile.objects.exists()
    assert not Content.objects.exists()


@pytest.mark.usefixtures("own_database")
def test_writers_of_the_same_units_do_not_hurt_each_other() -> None:
    """Both end with the same units, each of which exists once."""
    remotes = [made_remote(f"remote-{number}") for number in range(4)]
    names = [f"alpha-1.{number}.tar.gz" for number in range(50)]
    came_to: list[set[UUID]] = []
    barrier = threading.Barrier(len(remotes))

    def work(remote: PyindexRemote) -> None:
        batch = Batch()
        for name in names:
            batch.add(FILES, file_row(name))
            batch.add(YANKS, ("alpha", "1.0", name, "why"))
        batch.states.append(state_row())
        barrier.wait()
        Writer(remote.pulp_domain_id, remote).write(batch)
        came_to.append(set(PyindexProjectState.objects.get(remote=remote).unit_ids))
        connection.close()

    threads = [threading.Thread(target=work, args=[remote]) for remote in remotes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came_to) == 4
    assert all(units == came_to[0] for units in came_to)
    assert PyindexFile.objects.count() == PyindexYank.objects.count() == 50
    assert Content.objects.count() == 100
