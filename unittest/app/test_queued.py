"""Files whose tasks wait in a row for one repository."""

import pytest
from django.core.files.base import ContentFile

from pulpcore.plugin.models import PulpTemporaryFile, Task
from pulpcore.plugin.util import get_prn

from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks import queued

pytestmark = pytest.mark.django_db

TAKE = "tasks.take"


@pytest.fixture
def repository() -> PyindexRepository:
    made: PyindexRepository = PyindexRepository.objects.create(name="repository", autopublish=False)
    return made


def send(repository: PyindexRepository, filename: str, **told: object) -> Task:
    """A task that waits for the repository, with a file that was sent."""
    kept = PulpTemporaryFile.objects.create(file=ContentFile(b"x" * 10, name=filename))
    source = {"temporary": str(kept.pk)}
    return wait(repository, TAKE, {"filename": filename, "source": source, **told})


def wait(repository: PyindexRepository, name: str, kwargs: dict[str, object]) -> Task:
    task: Task = Task.objects.create(
        name=name,
        state="waiting",
        logging_cid="x",
        reserved_resources_record=[get_prn(repository)],
        enc_kwargs=kwargs,
    )
    return task


def names(repository: PyindexRepository) -> list[str]:
    return [sent.filename for sent in queued.next_sent(repository, TAKE)]


def test_files_are_told_up_to_the_first_task_of_another_kind(
    repository: PyindexRepository,
) -> None:
    """What comes behind it must not come before it; who sent them is told with them."""
    send(repository, "a.whl", user_pk=7, client="pip", attestations="[]")
    send(repository, "b.whl")
    wait(repository, "tasks.edit", {})
    send(repository, "c.whl")
    first, second = queued.next_sent(repository, TAKE)
    assert (first.filename, first.brought.user_pk, first.brought.client) == ("a.whl", 7, "pip")
    assert (first.attestations, second.filename, second.attestations) == ("[]", "b.whl", None)


def test_other_repositories_and_tasks_that_ended_have_no_part(
    repository: PyindexRepository,
) -> None:
    other = PyindexRepository.objects.create(name="other", autopublish=False)
    send(other, "other.whl")
    ended = send(repository, "ended.whl")
    Task.objects.filter(pk=ended.pk).update(state="completed")
    send(repository, "a.whl")
    assert names(repository) == ["a.whl"]


def test_a_row_ends_where_a_name_comes_again_or_a_file_is_to_be_fetched(
    repository: PyindexRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or where it is too much for one version."""
    send(repository, "a.whl")
    send(repository, "b.whl")
    with monkeypatch.context() as patch:
        patch.setattr(queued, "_MOST_BYTES", 19)
        assert names(repository) == ["a.whl"]
    again = send(repository, "a.whl")
    assert names(repository) == ["a.whl", "b.whl"]
    again.delete()
    wait(repository, TAKE, {"filename": "c.whl", "source": {"url": "http://index.example/c.whl"}})
    send(repository, "d.whl")
    assert names(repository) == ["a.whl", "b.whl"]


def test_who_announced_more_is_waited_for(
    repository: PyindexRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the last has come, or somebody else wants the repository, or nothing comes."""
    looks: list[float] = []

    def glance(seconds: float) -> None:
        looks.append(seconds)
        send(repository, f"{len(looks)}.whl", more_follow=len(looks) < 3)

    with monkeypatch.context() as patch:
        patch.setattr("pulp_pyindex.app.tasks.queued.time.sleep", glance)
        queued.wait_for_last(repository, TAKE)
        assert names(repository) == ["1.whl", "2.whl", "3.whl"]
        wait(repository, "tasks.edit", {})
        send(repository, "4.whl", more_follow=True)
        queued.wait_for_last(repository, TAKE)
        assert len(looks) == 3
    Task.objects.all().delete()
    monkeypatch.setattr(queued, "LINGER", 0)
    queued.wait_for_last(repository, TAKE)
