"""Which way an index is answered: a plain one as it is published, others by a verdict."""

from __future__ import annotations

import json
from typing import Any

from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.documents import Documents
from pulp_pyindex.app.serving.files import Files
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.merged import (
    MergedDocuments,
    MergedFiles,
    MergedPages,
    MergedProvenances,
    Merging,
    Own,
    explain,
)
from pulp_pyindex.app.serving.pages import Pages
from pulp_pyindex.app.serving.provenance import Provenances
from pulp_pyindex.app.serving.routes import Asked, Found, Routes
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.names import normalize


class Choosing:
    """The paths of all indexes. `merging` takes a remote source and a judge."""

    def __init__(self, memory: Memory[Any], flights: Flights, files: Files) -> None:
        self.merging = Merging(Own(memory, flights, files), memory, flights)
        self._plain = Routes(
            Pages(memory, flights), files, Provenances(), Documents(memory, flights)
        )
        self._merged = Routes(
            MergedPages(self.merging, memory),
            MergedFiles(self.merging, memory),
            MergedProvenances(self.merging),
            MergedDocuments(self.merging, memory),
        )

    async def find(self, asked: Asked) -> Found:
        """The answer to a request. Raises DatabaseGone, SourceFailed."""
        match list(asked.segments):
            case ["+explain", name] | ["+explain", name, ""]:
                return Found(answer=await self._explanation(asked.index, name, None))
            case ["+explain", name, filename]:
                return Found(answer=await self._explanation(asked.index, name, filename))
        routes = self._merged if self.merging.concerns(asked.index) else self._plain
        return await routes.find(asked)

    async def _explanation(self, index: Index, name: str, filename: str | None) -> Ready:
        try:
            project = normalize(name)
        except PyindexError as error:
            return _json(400, {"message": str(error)})
        return _json(200, await explain(self.merging, index, project, filename))


def _json(status: int, document: dict[str, Any]) -> Ready:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Ready(status, headers, json.dumps(document, indent=1).encode() + b"\n")
