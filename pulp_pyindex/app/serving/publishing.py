"""Uploads at `<index>/legacy/`: who sends them, and what is said to whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web

from pulp_pyindex.app.serving import guards
from pulp_pyindex.app.serving.credentials import Credentials, Identity, WrongCredentials
from pulp_pyindex.app.serving.database import DatabaseGone
from pulp_pyindex.app.serving.passwords import TooManyPasswords
from pulp_pyindex.app.serving.receiving import sweep
from pulp_pyindex.app.serving.refusals import refused
from pulp_pyindex.app.serving.rights import CHALLENGE, Rights
from pulp_pyindex.app.serving.settling import Settling
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.uploading import Uploads


class Publishing:
    """The upload paths of all indexes of one content process."""

    def __init__(
        self,
        *,
        folder: Path,
        credentials: Credentials,
        rights: Rights,
        make_visible: Callable[[], Awaitable[None]],
    ) -> None:
        sweep(folder)
        self.settling = Settling()
        self._credentials = credentials
        self._uploads = Uploads(
            folder=folder,
            settling=self.settling,
            may_upload=rights.may_upload,
            make_visible=make_visible,
        )

    def is_upload(self, segments: Sequence[str]) -> bool:
        """Whether a path below an index is that of its upload API."""
        return len(segments) > 0 and segments[0] == "legacy"

    def is_ahead(self, request: web.Request, index: Index) -> bool:
        """Whether a request can be answered before pulpcore's middlewares have seen it."""
        return self._credentials.are_ours(request) and not _has_other_guard(index)

    async def refusal(self, request: web.Request, index: Index) -> web.StreamResponse | None:
        """What can be refused before the body is sent.

        Nothing of what only pulpcore's middlewares can tell, which have not seen the request.
        """
        if request.method != "POST" or not self.is_ahead(request, index):
            return None
        identity = await self._identity(request)
        if isinstance(identity, web.Response):
            return identity
        return await self._uploads.refusal(request, index, identity)

    async def answer(
        self, request: web.Request, index: Index, segments: Sequence[str]
    ) -> web.StreamResponse:
        """The answer to a request at the upload API."""
        match list(segments):
            case ["legacy"]:
                return web.Response(status=308, headers={"Location": "legacy/"})
            case ["legacy", ""]:
                pass
            case _:
                return refused(request, 404, "There is nothing at this path of the index.")
        if request.method != "POST":
            message = "Uploads are sent here by POST; the index to read is at ../simple/."
            return refused(request, 405, message, {"Allow": "POST"})
        identity = await self._identity(request)
        if isinstance(identity, web.Response):
            return identity
        if _has_other_guard(index) and index.guard_pk is not None:
            reason = await guards.refusal(request, identity, index.guard_pk, index.domain_pk)
            if reason is not None:
                return refused(request, 403, f"You may not use this index: {reason.text}")
        return await self._uploads.answer(request, index, identity)

    async def _identity(self, request: web.Request) -> Identity | web.Response | None:
        """Who sends a request, or the answer that says why that is not known."""
        try:
            return await self._credentials.identify(request)
        except WrongCredentials as wrong:
            return refused(request, 401, str(wrong), {"WWW-Authenticate": CHALLENGE})
        except TooManyPasswords as error:
            return refused(request, 503, str(error), {"Retry-After": "2"})
        except DatabaseGone as error:
            return refused(request, 503, f"Try again in a moment: {error}.", {"Retry-After": "2"})


def _has_other_guard(index: Index) -> bool:
    """Whether a guard looks at something else than the user: uploads must pass it as well."""
    return index.guard_pk is not None and not index.guards_users
