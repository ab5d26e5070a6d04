"""Files that were sent by REST to one repository, and whose tasks wait for it in a row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from django.db.models import QuerySet

from pulpcore.plugin.constants import TASK_FINAL_STATES, TASK_STATES
from pulpcore.plugin.models import PulpTemporaryFile, Task
from pulpcore.plugin.util import get_prn

from pulp_pyindex.app.ingest import Brought
from pulp_pyindex.app.models import PyindexRepository

#: Seconds after which a file that was announced is not waited for any longer.
LINGER = 5.0

#: Seconds between two looks at what has come.
_GLANCE = 0.1

#: Files that one version takes in at most, and bytes: each is checked once more by its own task.
_MOST_FILES = 100
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that lies in Pulp's storage for a task that has not begun."""

    filename: str
    temporary_pk: str
    attestations: str | None
    brought: Brought


def next_sent(repository: PyindexRepository, task_name: str) -> Iterator[Sent]:
    """What the next tasks of that name would take in, up to the first task of another kind.

    The task that holds the repository asks. What is to be fetched or is large is left out, and
    nothing behind it is told: each name comes once, in the order in which it was sent.
    """
    seen: set[str] = set()
    size = 0
    for task in _row(repository, task_name)[0]:
        told = {"attestations": None, "user_pk": None, "client": "", **task.enc_kwargs}
        kept = _kept(told["source"].get("temporary"))
        if kept is None or told["filename"] in seen:
            return
        size += kept.file.size
        if size > _MOST_BYTES:
            return
        seen.add(told["filename"])
        yield Sent(
            filename=told["filename"],
            temporary_pk=str(kept.pk),
            attestations=told["attestations"],
            brought=Brought(user_pk=told["user_pk"], client=told["client"]),
        )


def wait_for_last(repository: PyindexRepository, task_name: str) -> None:
    """Wait for files that were announced: until one comes that announces none, or none comes.

    Nobody else is kept waiting for that, neither for the repository nor for a worker.
    """
    come, since = 0, time.monotonic()
    while time.monotonic() - since < LINGER:
        row, is_all = _row(repository, task_name)
        if len(row) > come:
            come, since = len(row), time.monotonic()
            if come >= _MOST_FILES or not row[-1].enc_kwargs.get("more_follow"):
                return
        if not is_all or is_in_the_way():
            return
        time.sleep(_GLANCE)


def _row(repository: PyindexRepository, task_name: str) -> tuple[list[Task], bool]:
    """The next tasks of that name, and whether no task of another kind wants the repository."""
    waiting = list(waiting_for(repository).order_by("pulp_created")[:_MOST_FILES])
    row = list(
        takewhile(
            lambda task: task.name == task_name and task.state == TASK_STATES.WAITING, waiting
        )
    )
    return row, len(row) == len(waiting)


def waiting_for(repository: PyindexRepository) -> QuerySet[Task]:
    """Other tasks that want the repository."""
    prn = get_prn(repository)
    wanting = Task.objects.filter(reserved_resources_record__overlap=[prn, f"shared:{prn}"])
    return wanting.exclude(state__in=TASK_FINAL_STATES).exclude(pk=Task.current_id())


def is_in_the_way() -> bool:
    """Whether a task that could run has no worker: it would have this one."""
    return Task.objects.filter(state=TASK_STATES.WAITING, unblocked_at__isnull=False).exists()


def _kept(pk: str | None) -> PulpTemporaryFile | None:
    return None if pk is None else PulpTemporaryFile.objects.filter(pk=pk).first()
