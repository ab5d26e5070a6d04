"""Protected indexes: who asks is found out, and let in or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.credentials import Credentials, Identity, WrongCredentials
from pulp_pyindex.app.serving.database import DatabaseGone
from pulp_pyindex.app.serving.passes import next_look
from pulp_pyindex.app.serving.passwords import TooManyPasswords
from pulp_pyindex.app.serving.rights import Rights, unauthenticated
from pulp_pyindex.app.serving.snapshot import Index

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Answer = Callable[[web.Request, Index, Sequence[str]], Awaitable[web.StreamResponse]]


class Protection:
    """The door of every index that is not open; `answer` is what is behind it."""

    def __init__(self, credentials: Credentials, rights: Rights, answer: _Answer) -> None:
        self._credentials = credentials
        self._rights = rights
        self._answer = answer

    def lets_in(self, request: web.Request, index: Index, path: Sequence[str]) -> bool:
        """Whether who asks was let in a moment ago, and the same holds for this path."""
        authorization = request.headers.get("Authorization")
        if authorization is None:
            return False
        return self._credentials.passes.holds(authorization, index, path)

    async def ahead(
        self, request: web.Request, handler: _Handler, index: Index, path: Sequence[str]
    ) -> web.StreamResponse:
        """Answer ahead of pulpcore's middlewares where the credentials are ours to check."""
        if not self._credentials.are_ours(request):
            return await handler(request)
        try:
            identity = await self._credentials.identify(request)
        except WrongCredentials as wrong:
            if not index.asks_who:
                # Its guard may look at something else.
                return await handler(request)
            return unauthenticated(str(wrong)).ready().to(request)
        except TooManyPasswords as error:
            return answers.text(503, str(error), Retry_After="2").to(request)
        except DatabaseGone:
            return answers.unavailable().to(request)
        return await self._judge(request, identity, index, path)

    async def behind(
        self, request: web.Request, index: Index, path: Sequence[str]
    ) -> web.StreamResponse:
        """Answer to somebody whom pulpcore's middlewares know, or do not."""
        identity = None
        user = request.get("user")
        if user is not None and user.is_authenticated:
            identity = Identity(user_pk=user.pk, username=str(user), principal=user)
        elif index.asks_who and "Authorization" in request.headers:
            return unauthenticated("These credentials are not known here.").ready().to(request)
        return await self._judge(request, identity, index, path)

    async def _judge(
        self, request: web.Request, identity: Identity | None, index: Index, path: Sequence[str]
    ) -> web.StreamResponse:
        until = next_look()
        try:
            refusal = await self._rights.may_read(request, identity, index, path)
        except DatabaseGone:
            return answers.unavailable().to(request)
        if refusal is not None:
            return refusal.ready().to(request)
        authorization = request.headers.get("Authorization")
        # Whom pulpcore's middlewares know is known by more than this header.
        is_ours = identity is not None and identity.principal is None
        if identity is not None and is_ours and authorization and index.asks_only_who:
            self._credentials.passes.give(authorization, index, identity.token, until)
        return await self._answer(request, index, path)
