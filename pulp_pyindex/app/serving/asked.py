"""Questions that others than installers have: answered in whichever process asks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from packaging.utils import NormalizedName

from pulp_pyindex.app.serving import rows
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.files import Files
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.merged import Merging, Own, explain
from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.remote_files import RemoteFiles
from pulp_pyindex.app.serving.ruling import Ruling
from pulp_pyindex.app.serving.snapshot import Snapshot
from pulp_pyindex.app.serving.through import Through
from pulp_pyindex.app.serving.traffic import Traffic

_MEMORY = 16 * 1024 * 1024


def explanation(distribution_pk: UUID, project: str, filename: str | None) -> dict[str, Any]:
    """What the index of a distribution says of a normalised name, and why."""
    return async_to_sync(_explained)(distribution_pk, NormalizedName(project), filename)


async def _explained(
    distribution_pk: UUID, project: NormalizedName, filename: str | None
) -> dict[str, Any]:
    snapshot = Snapshot()
    snapshot.replace(await in_database(rows.distributions))
    index = snapshot.of(distribution_pk)
    if index is None:
        # It has gone since the request was let in.
        return {"index": "", "project": project, "status": 404, "reason": "The index has gone."}
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
    merging.remote, merging.judge = through, Ruling(Refusals(traffic))
    async with through.running():
        return await explain(merging, index, project, filename)
