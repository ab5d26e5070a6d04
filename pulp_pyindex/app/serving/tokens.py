"""Tokens as one content process knows them: no query for a request that shows one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from packaging.utils import canonicalize_name

from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.wanted.entries import Entries, read_entries

#: Seconds between two notes of a token's use.
_BETWEEN_NOTES = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that is not revoked, and whose owner is active. It never may more than he may."""

    pk: UUID
    sha256: str
    name: str
    scopes: frozenset[str]
    distributions: frozenset[UUID]
    #: Names and patterns; empty: every project.
    projects: tuple[str, ...]
    #: Seconds since the epoch.
    expires_at: float | None
    owner_pk: int
    owner: str

    def has_expired(self, now: float) -> bool:
        """Whether it is over at a time in seconds since the epoch."""
        return self.expires_at is not None and self.expires_at <= now

    def holds_project(self, project: str) -> bool:
        """Whether it is good for a project, however its name is written."""
        return not self.projects or _holds_project(self.projects, project)

    def holds_file(self, filename: str) -> bool:
        """Whether it is good for every project that a file of this name can belong to."""
        return not self.projects or _holds_file(self.projects, filename)


class Tokens:
    """All tokens, by the digests of their secrets."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Token] = {}
        self._noted: dict[UUID, float] = {}
        self._used: set[UUID] = set()

    def replace(self, tokens: Iterable[Token]) -> bool:
        """Take a new picture; whether it differs from the old one."""
        before, self._by_digest = self._by_digest, {token.sha256: token for token in tokens}
        return before != self._by_digest

    def add(self, token: Token) -> None:
        """Take in a token that is newer than the picture."""
        self._by_digest[token.sha256] = token

    def get(self, sha256: str) -> Token | None:
        """The token whose secret has this digest, expired or not."""
        return self._by_digest.get(sha256)

    def note_use(self, token: Token) -> None:
        """Remember that a token was used now; one use a minute is enough."""
        now = time.monotonic()
        if now - self._noted.get(token.pk, -_BETWEEN_NOTES) >= _BETWEEN_NOTES:
            self._noted[token.pk] = now
            self._used.add(token.pk)

    def take_used(self) -> list[UUID]:
        """The tokens whose use is to be written down; they are forgotten here."""
        used, self._used = self._used, set()
        return list(used)


@lru_cache(maxsize=4096)
def entries(projects: tuple[str, ...]) -> Entries:
    """Names and patterns, understood. Raises InvalidWanted."""
    return read_entries("projects", projects)


@lru_cache(maxsize=65_536)
def _holds_project(projects: tuple[str, ...], name: str) -> bool:
    try:
        return entries(projects).holds_project(normalize(name))
    except PyindexError:
        return False


@lru_cache(maxsize=65_536)
def _holds_file(projects: tuple[str, ...], filename: str) -> bool:
    wanted = entries(projects)
    owners = [name for name in _beginnings(filename) if _is_of(filename, name)]
    return bool(owners) and all(wanted.holds_project(normalize(name)) for name in owners)


def _beginnings(filename: str) -> list[str]:
    parts = filename.split("-")
    return ["-".join(parts[:count]) for count in range(1, len(parts))]


def _is_of(filename: str, project: str) -> bool:
    try:
        normalize(project)
        parse(filename, canonicalize_name(project))
    except PyindexError:
        return False
    return True
