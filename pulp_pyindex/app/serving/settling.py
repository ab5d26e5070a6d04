"""Waiting for the commit task to take uploads in, or to refuse them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django_guid import get_guid, set_guid
from django_guid.utils import generate_guid

from pulpcore.plugin.constants import TASK_FINAL_STATES
from pulpcore.plugin.models import Task
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.util import get_prn, set_domain

from pulp_pyindex.app.models import PyindexRepository, PyindexUpload
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.tasks.commit import commit_uploads

#: Seconds after which waiting uploads are looked at without being told of.
_GLANCE = 0.25
_COMMIT = f"{commit_uploads.__module__}.{commit_uploads.__name__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an upload."""

    is_in: bool
    #: Why it was refused; empty otherwise.
    reason: str


def ensure_commit(repository: PyindexRepository) -> None:
    """Start a commit task for the repository unless one waits or runs.

    The domain must be the repository's. A task that is just about to end may miss an upload: who
    waits calls this again and again.
    """
    if get_guid() is None:
        # pulpcore's middleware does this for requests that pass it; a task must have one.
        set_guid(generate_guid())
    unfinished = Task.objects.filter(
        name=_COMMIT, reserved_resources_record__contains=[get_prn(repository)]
    ).exclude(state__in=TASK_FINAL_STATES)
    if not unfinished.exists():
        dispatch(
            commit_uploads,
            exclusive_resources=[repository],
            kwargs={"repository_pk": str(repository.pk)},
        )


def _ensure_commits(repository_pks: Collection[UUID]) -> None:
    repositories = PyindexRepository.objects.select_related("pulp_domain")
    for repository in repositories.filter(pk__in=repository_pks):
        set_domain(repository.pulp_domain)
        ensure_commit(repository)


class Settling:
    """The uploads of this process that wait, looked at together."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self._waiting: dict[UUID, tuple[UUID, asyncio.Future[Settled]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, upload_pk: UUID, repository_pk: UUID, timeout: float) -> Settled:
        """What became of an upload; raises TimeoutError where nothing did in that many seconds."""
        future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
        self._waiting[upload_pk] = repository_pk, future
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(future, timeout)
        finally:
            del self._waiting[upload_pk]

    async def _look(self) -> None:
        ensured = time.monotonic()
        while self._waiting:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), _GLANCE)
            self.told.clear()
            # While the database is away nothing is settled: the uploads go on waiting.
            with contextlib.suppress(DatabaseGone):
                await self._settle()
                if time.monotonic() - ensured >= _GLANCE:
                    ensured = time.monotonic()
                    await self._ensure_commits()

    async def _settle(self) -> None:
        for pk, settled in (await in_database(_settled, list(self._waiting))).items():
            _, future = self._waiting.get(pk, (None, None))
            if future is not None and not future.done():
                future.set_result(settled)

    async def _ensure_commits(self) -> None:
        left = {repository for repository, future in self._waiting.values() if not future.done()}
        if left:
            await in_database(_ensure_commits, left)


def _settled(pks: list[UUID]) -> dict[UUID, Settled]:
    rows: Any = (
        PyindexUpload.objects.filter(pk__in=pks)
        .exclude(state=PyindexUpload.State.PENDING)
        .values_list("pk", "state", "reason")
    )
    return {
        pk: Settled(is_in=state == PyindexUpload.State.COMMITTED, reason=reason)
        for pk, state, reason in rows
    }
