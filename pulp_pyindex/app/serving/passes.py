"""Passes: who has just been let into an index need not be asked again, for less than a second."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from pulp_pyindex.app.serving.moments import below
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.tokens import Token

#: Seconds between two looks at what somebody may: a right that was taken away is gone within one.
_BETWEEN_LOOKS = 0.9
_MOST = 20_000

#: Paths below an index that say nothing of any project but its name.
_LISTS: tuple[tuple[str, ...], ...] = ((), ("",), ("simple",), ("simple", ""))


def next_look() -> float:
    """When all that is remembered of rights ends, by the monotonic clock.

    It ends at one moment for decisions and for the passes that follow from them, so that none of
    them lasts longer by way of another.
    """
    return (math.floor(time.monotonic() / _BETWEEN_LOOKS) + 1) * _BETWEEN_LOOKS


@dataclass(frozen=True, slots=True)
class _Pass:
    index: Index
    #: Set where it depends on the project.
    token: Token | None
    until: float


class Passes:
    """Passes by what was sent as credentials, which is kept as a digest only."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._passes: dict[tuple[bytes, int], _Pass] = {}

    def give(self, authorization: str, index: Index, token: Token | None, until: float) -> None:
        """Let the sender of a header in till `until`."""
        if token is not None and token.has_expired(time.time() + _BETWEEN_LOOKS):
            return
        if len(self._passes) >= _MOST:
            self._passes.clear()
        bound = token if token is not None and token.projects else None
        self._passes[self._digest(authorization), id(index)] = _Pass(index, bound, until)

    def holds(self, authorization: str, index: Index, path: Sequence[str]) -> bool:
        """Whether the sender of a header may read a path below an index."""
        found = self._passes.get((self._digest(authorization), id(index)))
        return (
            found is not None
            and found.until > time.monotonic()
            and found.index is index
            and (found.token is None or is_within(found.token, path))
        )

    def clear(self) -> None:
        """Ask everyone again."""
        self._passes.clear()

    def _digest(self, authorization: str) -> bytes:
        sent = authorization.encode("utf-8", "surrogateescape")
        return hashlib.blake2b(sent, key=self._key, digest_size=16).digest()


def is_within(token: Token, path: Sequence[str]) -> bool:
    """Whether a token may read a path below an index, by the projects it is good for."""
    path = below(path)
    if not token.projects or tuple(path) in _LISTS:
        return True
    match path:
        case ["simple" | "pypi" | "integrity" | "+explain", name, *_]:
            return token.holds_project(name)
        case ["rss", "project", name, *_]:
            return token.holds_project(name)
        case ["packages", _, _, _, filename]:
            return token.holds_file(filename.removesuffix(".metadata"))
    return False
