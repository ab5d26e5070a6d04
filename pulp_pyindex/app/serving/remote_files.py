"""Files that are still at their upstream."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from pulp_pyindex.app.catalog import FoundFile
from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready


class RemoteFiles:
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def answer(
        self, request: web.Request, found: FoundFile, is_metadata: bool, guarded: bool
    ) -> Ready | web.StreamResponse:
        return answers.text(502, "soon")
