"""Questions that others than installers have: answered in whichever process asks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from packaging.utils import NormalizedName

from pulp_pyindex.app.catalog.trial import Trial
from pulp_pyindex.app.serving import permissions, rows
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.files import Files
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.merged import Merging, Own, explain
from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.remote_files import RemoteFiles
from pulp_pyindex.app.serving.ruling import Ruling
from pulp_pyindex.app.serving.snapshot import Index, Snapshot
from pulp_pyindex.app.serving.through import Through
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.app.serving.trying import try_at_index
from pulp_pyindex.index.rules import Ruleset

_MEMORY = 16 * 1024 * 1024


class ViewRefused(Exception):
    """A protected index is behind the one that is asked about, and the user may not view it."""


def explanation(
    user: Any, distribution_pk: UUID, project: str, filename: str | None
) -> dict[str, Any]:
    """What the index of a distribution says of a normalised name, and why. Raises ViewRefused."""
    return async_to_sync(_explained)(user, distribution_pk, NormalizedName(project), filename)


def trial(
    user: Any,
    distribution_pk: UUID,
    ruleset: Ruleset,
    at: datetime,
    *,
    project: str,
    after: str,
    limit: int,
) -> Trial:
    """What a ruleset would do with what the index of a distribution is known to have.

    Raises SourceFailed where it cannot be told what that is, and ViewRefused.
    """
    tried = async_to_sync(_tried)
    return tried(user, distribution_pk, ruleset, at, project=project, after=after, limit=limit)


async def _explained(
    user: Any, distribution_pk: UUID, project: NormalizedName, filename: str | None
) -> dict[str, Any]:
    async with _asking(user, distribution_pk) as (index, merging, _):
        if index is None:
            # It has gone since the request was let in.
            return {"index": "", "project": project, "status": 404, "reason": "The index has gone."}
        return await explain(merging, index, project, filename)


async def _tried(
    user: Any,
    distribution_pk: UUID,
    ruleset: Ruleset,
    at: datetime,
    *,
    project: str,
    after: str,
    limit: int,
) -> Trial:
    async with _asking(user, distribution_pk) as (index, merging, ruling):
        if index is None:
            return Trial(at=at, projects_looked_at=0, next=None, results=())
        return await try_at_index(
            merging, ruling, index, ruleset, at, project=project, after=after, limit=limit
        )


@asynccontextmanager
async def _asking(
    user: Any, distribution_pk: UUID
) -> AsyncIterator[tuple[Index | None, Merging, Ruling]]:
    """The index of a distribution, None where it has gone, and what answers for it."""
    snapshot = Snapshot()
    snapshot.replace(await in_database(rows.distributions))
    index = snapshot.of(distribution_pk)
    if index is not None:
        await _let_in(user, index)
    memory: Memory[Any] = Memory(_MEMORY)
    flights = Flights()
    folder = Path(settings.WORKING_DIRECTORY) / "pyindex-downloads"
    # What is asked here is no client's doing, and nobody collects it.
    traffic = Traffic()
    remote = RemoteFiles(folder, traffic)
    files = Files(memory, flights, remote)
    merging = Merging(Own(memory, flights, files), memory, flights)
    through = Through(
        memory=memory, flights=flights, files=files, remote=remote, folder=folder, traffic=traffic
    )
    ruling = Ruling(Refusals(traffic))
    merging.remote, merging.judge = through, ruling
    async with through.running():
        yield index, merging, ruling


async def _let_in(user: Any, index: Index) -> None:
    """Raise ViewRefused where the user may view an index, and not a protected one behind it."""
    for door in index.doors:
        if door.distribution_pk == index.distribution_pk:
            continue
        if not await in_database(permissions.views, None, user, door.distribution_pk):
            raise ViewRefused(
                f"The index {index.base_path!r} shows what is in {door.base_path!r}, which is "
                "protected and which you may not view."
            )
