"""Who sends a request: a token, a user with a password, or who pulpcore says it is."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web
from rest_framework.authentication import BasicAuthentication
from rest_framework.settings import api_settings

from pulp_pyindex.app.serving import holders
from pulp_pyindex.app.serving.authorization import (
    SentPassword,
    SentToken,
    read_authorization,
)
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.passes import Passes
from pulp_pyindex.app.serving.passwords import Passwords
from pulp_pyindex.app.serving.tokens import Token, Tokens

#: Seconds an unknown secret is not looked for again.
_UNKNOWN_FOR = 1.0
_MOST_UNKNOWN = 10_000


class WrongCredentials(Exception):
    """Credentials that are those of nobody. Says why, to the client; never what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a request comes from."""

    #: None for whom the database has no row: workload identities.
    user_pk: int | None
    username: str
    #: What the user is represented by, if by a token.
    token: Token | None = None
    #: Set only where pulpcore's middlewares found out who it is.
    principal: Any = field(default=None, compare=False, repr=False)


class Credentials:
    """The credentials that one content process knows."""

    def __init__(self) -> None:
        self.tokens = Tokens()
        self.passwords = Passwords()
        self.passes = Passes()
        self._unknown: dict[str, float] = {}
        self._looking = asyncio.Semaphore(2)

    def are_ours(self, request: web.BaseRequest) -> bool:
        """Whether `identify` can tell ahead of pulpcore's middlewares who sends a request.

        Where not, the request must have passed them: it carries nothing, or something for one of
        Pulp's other ways to authenticate.
        """
        sent = read_authorization(request.headers.get("Authorization"))
        return sent is not None and (isinstance(sent, SentToken) or _takes_passwords())

    async def identify(self, request: web.BaseRequest) -> Identity | None:
        """Who sends a request; None: nobody who says who he is.

        Raises WrongCredentials, TooManyPasswords, DatabaseGone.
        """
        header = request.headers.get("Authorization")
        match read_authorization(header):
            case SentToken(secret):
                return await self._by_token(secret)
            case SentPassword(username, password) if _takes_passwords():
                return await self._by_password(username, password)
        user = request.get("user")
        if user is not None and user.is_authenticated:
            return Identity(user_pk=user.pk, username=str(user), principal=user)
        if header is not None:
            raise WrongCredentials("These credentials are not known here.")
        return None

    async def refresh(self) -> None:
        """Learn what has changed: tokens, passwords; write down the uses of tokens.

        Raises DatabaseGone.
        """
        has_changed = self.tokens.replace(await in_database(holders.tokens))
        if await self.passwords.forget_changed() or has_changed:
            self.passes.clear()
        used = self.tokens.take_used()
        if used:
            await in_database(holders.write_used, used)

    async def _by_token(self, secret: str) -> Identity:
        sha256 = hashlib.sha256(secret.encode()).hexdigest()
        token = self.tokens.get(sha256) or await self._newer(sha256)
        if token is None:
            raise WrongCredentials("The token is not known here: it was revoked, or never was.")
        if token.has_expired(time.time()):
            raise WrongCredentials(f"The token {token.name!r} has expired.")
        self.tokens.note_use(token)
        return Identity(user_pk=token.owner_pk, username=token.owner, token=token)

    async def _newer(self, sha256: str) -> Token | None:
        """A token made so lately that no notice of it has come yet."""
        if self._unknown.get(sha256, 0.0) > time.monotonic():
            return None
        async with self._looking:
            token = await in_database(holders.token, sha256)
        if token is None:
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[sha256] = time.monotonic() + _UNKNOWN_FOR
        else:
            self.tokens.add(token)
        return token

    async def _by_password(self, username: str, password: str) -> Identity:
        user = await self.passwords.check(username, password)
        if user is None:
            raise WrongCredentials("The user name or the password is wrong.")
        return Identity(user_pk=user.pk, username=user.username)


@cache
def _takes_passwords() -> bool:
    """Whether this Pulp lets users in by password at all."""
    return any(
        issubclass(each, BasicAuthentication)
        for each in api_settings.DEFAULT_AUTHENTICATION_CLASSES
    )
