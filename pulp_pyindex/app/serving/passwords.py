"""Passwords: checked once, remembered for a minute, and never on the event loop."""

from __future__ import annotations

import hmac
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.contrib.auth import authenticate

from pulp_pyindex.app.serving import holders
from pulp_pyindex.app.serving.database import in_database, in_threads
from pulp_pyindex.app.serving.memory import Flights

#: Seconds a right password is not hashed again, and a wrong one.
_RIGHT_FOR = 60.0
_WRONG_FOR = 1.0
#: Passwords in memory. More are forgotten all at once.
_MOST = 10_000
#: Hashing takes a processor for half a second: so many at once, and so many in all.
_AT_ONCE = 2
_MOST_WAITING = 32

_THREADS = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="pyindex-password")


class TooManyPasswords(Exception):
    """More passwords wait to be checked than there is time for."""

    def __str__(self) -> str:
        return "Too many passwords wait to be checked. Try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUser:
    """A user whose password was right."""

    pk: int
    username: str
    #: The hash it was checked against: with another one it is not right any more.
    hashed: str


@dataclass(frozen=True, slots=True)
class _Known:
    user: KnownUser | None
    until: float


class Passwords:
    """The passwords one process has checked lately.

    They are kept as digests under a key that dies with the process.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, _Known] = {}
        self._flights = Flights()
        self._waiting = 0
        #: How many were hashed, ever.
        self.hashed = 0

    async def check(self, username: str, password: str) -> KnownUser | None:
        """The user, or None where name or password are wrong.

        Raises TooManyPasswords, DatabaseGone.
        """
        key = self._digest(username, password)
        known = self._known.get(key)
        if known is not None and known.until > time.monotonic():
            return known.user
        return await self._flights.share(key, lambda: self._hash(key, username, password))

    async def forget_changed(self) -> bool:
        """Forget the passwords of users that have another one now, or are not active or gone.

        Whether there was one. Raises DatabaseGone.
        """
        pks = {known.user.pk for known in self._known.values() if known.user is not None}
        if not pks:
            return False
        current = await in_database(holders.passwords, pks)
        now, before = time.monotonic(), len(self._known)
        for key, known in list(self._known.items()):
            if known.until <= now or not _holds(known.user, current, pks):
                self._known.pop(key, None)
        return len(self._known) < before

    async def _hash(self, key: bytes, username: str, password: str) -> KnownUser | None:
        if self._waiting >= _MOST_WAITING:
            raise TooManyPasswords
        self._waiting += 1
        try:
            user = await in_threads(_THREADS, _authenticated, username, password)
        finally:
            self._waiting -= 1
        self.hashed += 1
        if len(self._known) >= _MOST:
            self._known.clear()
        lasting = _RIGHT_FOR if user is not None else _WRONG_FOR
        self._known[key] = _Known(user, time.monotonic() + lasting)
        return user

    def _digest(self, username: str, password: str) -> bytes:
        # A NUL separates: it is in no user name that a database can hold.
        return hmac.digest(self._key, f"{username}\0{password}".encode(), "sha256")


def _holds(user: KnownUser | None, current: dict[int, str], asked: set[int]) -> bool:
    if user is None or user.pk not in asked:
        return True
    return current.get(user.pk) == user.hashed


def _authenticated(username: str, password: str) -> KnownUser | None:
    if "\0" in username or "\0" in password:
        return None
    user = authenticate(request=None, username=username, password=password)
    if user is None or not user.is_active:
        return None
    return KnownUser(pk=user.pk, username=user.get_username(), hashed=user.password)
