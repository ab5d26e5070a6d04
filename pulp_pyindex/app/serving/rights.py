"""What whoever sends a request may do: read an index, upload to it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from aiohttp import web

from pulp_pyindex.app.serving import answers, guards, permissions
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.credentials import Identity
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.memory import Flights
from pulp_pyindex.app.serving.passes import is_within, next_look
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.tokens import Token

CHALLENGE = 'Basic realm="Pulp", charset="UTF-8"'

_MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not, for the one who asked."""

    status: int
    message: str
    #: For `WWW-Authenticate`; empty where other credentials would not help.
    challenge: str = ""

    def ready(self) -> Ready:
        """The refusal as an answer to an installer."""
        headers = {"WWW-Authenticate": self.challenge} if self.challenge else {}
        return answers.text(self.status, self.message, **headers)


def unauthenticated(message: str) -> Refusal:
    """401: with other credentials it might be possible."""
    return Refusal(status=401, message=message, challenge=CHALLENGE)


def forbidden(message: str) -> Refusal:
    """403: it is known who asks, and that he may not."""
    return Refusal(status=403, message=message)


class Rights:
    """What the database grants to whom; each decision is remembered for a second at most."""

    def __init__(self) -> None:
        self._decided: dict[Hashable, tuple[Any, float]] = {}
        self._flights = Flights()

    async def may_read(
        self, request: web.Request, identity: Identity | None, index: Index, path: Sequence[str]
    ) -> Refusal | None:
        """Why what is at `path` below the index may not be read; None: it may.

        Without an identity pulpcore's middlewares must have seen the request: guards rely on what
        they leave there. Raises DatabaseGone.
        """
        for door in index.doors:
            refusal = await self._passes(request, identity, door, path)
            if refusal is not None and door is not index:
                behind = f"The index {index.base_path!r} shows what is in {door.base_path!r}."
                return replace(refusal, message=f"{behind} {refusal.message}")
            if refusal is not None:
                return refusal
        return None

    async def _passes(
        self, request: web.Request, identity: Identity | None, door: Index, path: Sequence[str]
    ) -> Refusal | None:
        """Why somebody is not let in by one protected index; what is behind it does not matter."""
        if identity is None and (door.require_token or door.guards_users):
            return unauthenticated("This index wants a token, or a user name and a password.")
        if identity is not None:
            refusal = await self._reads(identity, door, path)
            if refusal is not None:
                return refusal
        if door.guard_pk is None:
            return None
        if identity is not None and door.guards_users:
            reason = await self._guard_says(identity, door.guard_pk, door.domain_pk)
        else:
            reason = await guards.refusal(request, identity, door.guard_pk, door.domain_pk)
        return _by_guard(reason, identity)

    async def may_upload(
        self, identity: Identity | None, index: Index, project: str | None
    ) -> Refusal | None:
        """Why a file of `project` (None: of any) may not be uploaded; None: it may.

        Raises DatabaseGone.
        """
        if identity is None:
            return unauthenticated(
                "An upload needs a token with the scope 'upload', or a user name and a password."
            )
        token = identity.token
        if token is not None:
            reason = _outside(token, "upload", index)
            if reason is None and project is not None and not token.holds_project(project):
                reason = f"is not good for the project {project!r}"
            if reason is not None:
                return forbidden(f"The token {token.name!r} {reason}.")
        repository = index.repository_pk
        if repository is not None and not await self._holds(
            identity,
            ("upload", repository),
            lambda: in_database(
                permissions.uploads, identity.user_pk, identity.principal, repository
            ),
        ):
            where = f"to project {project!r}" if project is not None else "to this index"
            return forbidden(f"The user {identity.username!r} isn't allowed to upload {where}.")
        return None

    async def _reads(self, identity: Identity, index: Index, path: Sequence[str]) -> Refusal | None:
        token = identity.token
        if token is not None:
            reason = _outside(token, "read", index)
            if reason is None and not is_within(token, path):
                reason = "is not good for this project"
            if reason is not None:
                return forbidden(f"The token {token.name!r} {reason}.")
        if index.require_token and not await self._holds(
            identity,
            ("view", index.distribution_pk),
            lambda: in_database(
                permissions.views, identity.user_pk, identity.principal, index.distribution_pk
            ),
        ):
            return forbidden(f"The user {identity.username!r} isn't allowed to read this index.")
        return None

    async def _guard_says(
        self, identity: Identity, guard_pk: UUID, domain_pk: UUID
    ) -> guards.Reason | None:
        return await self._remembered(
            identity,
            ("guard", guard_pk),
            lambda: guards.refusal(None, identity, guard_pk, domain_pk),
        )

    async def _holds(
        self, identity: Identity, what: Hashable, ask: Callable[[], Awaitable[bool]]
    ) -> bool:
        return bool(await self._remembered(identity, what, ask))

    async def _remembered(
        self, identity: Identity, what: Hashable, ask: Callable[[], Awaitable[Any]]
    ) -> Any:
        if identity.user_pk is None:
            return await ask()
        key = (what, identity.user_pk)
        known = self._decided.get(key)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        return await self._flights.share(key, lambda: self._decide(key, ask))

    async def _decide(self, key: Hashable, ask: Callable[[], Awaitable[Any]]) -> Any:
        # Counted from before the question: what changes while it is asked must not last longer.
        until = next_look()
        decision = await ask()
        if len(self._decided) >= _MOST:
            self._decided.clear()
        self._decided[key] = (decision, until)
        return decision


def _outside(token: Token, scope: str, index: Index) -> str | None:
    if scope not in token.scopes:
        return f"has no scope {scope!r}"
    if index.distribution_pk not in token.distributions:
        return "is not good for this index"
    return None


def _by_guard(reason: guards.Reason | None, identity: Identity | None) -> Refusal | None:
    if reason is None:
        return None
    if identity is None and reason.asks_who:
        return unauthenticated("This index wants a user name and a password (or token).")
    return forbidden(f"You may not read this index: {reason.text}")
