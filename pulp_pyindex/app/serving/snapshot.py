"""Which index is where: all distributions as one immutable picture in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One distribution and what it serves now."""

    distribution_pk: UUID
    domain_pk: UUID
    domain: str
    base_path: str
    #: The content guard that every request must pass.
    guard_pk: UUID | None
    #: None: pages are made on request.
    publication_pk: UUID | None
    #: None: nothing is published yet.
    version_pk: UUID | None
    #: False: the index moves on with its repository.
    pinned: bool
    #: Whether the guard's answer depends on who asks and on nothing else of the request.
    guards_users: bool = False
    #: Whether reading takes a token, or a user who may view the distribution.
    require_token: bool = False
    #: What the index follows; None: it is pinned.
    repository_pk: UUID | None = None
    #: The upstream that is passed through; None: there is none.
    remote_pk: UUID | None = None
    #: When the remote was last changed: with another moment it has other settings.
    remote_stamp: datetime | None = None
    #: Whether the remote is not to be asked for anything.
    offline: bool = False
    #: Whether older versions are served below it.
    serves_history: bool = False
    #: Whether it shows Pulp's checkpoints: publications made to be kept.
    shows_checkpoints: bool = False
    #: Whether this is a part of the past that nothing can change any more.
    settled: bool = False

    @property
    def is_open(self) -> bool:
        """Whether everyone may read it."""
        return self.guard_pk is None and not self.require_token

    @property
    def asks_who(self) -> bool:
        """Whether nobody can read it without saying who he is."""
        return self.require_token or self.guards_users

    @property
    def asks_only_who(self) -> bool:
        """Whether who may read it depends on nothing but who asks."""
        return self.guard_pk is None or self.guards_users

    @property
    def where(self) -> tuple[str, str]:
        return self.domain, self.base_path

    @property
    def pages_key(self) -> UUID | None:
        """Equal keys mean equal pages."""
        return self.publication_pk or self.version_pk


class Snapshot:
    """The indexes as last read from the database.

    An index whose row has not changed stays the same object.
    """

    def __init__(self) -> None:
        self.loaded = asyncio.Event()
        self._indexes: dict[tuple[str, str], Index] = {}
        self._depth = 0

    def __len__(self) -> int:
        return len(self._indexes)

    def replace(self, indexes: Iterable[Index]) -> list[Index]:
        """Take a new picture; the indexes that are no longer what they were come back."""
        before = self._indexes
        now = {}
        for index in indexes:
            old = before.get(index.where)
            now[index.where] = old if old == index and old is not None else index
        self._indexes = now
        self._depth = max((path.count("/") + 1 for _, path in now), default=0)
        self.loaded.set()
        return [old for where, old in before.items() if now.get(where) is not old]

    def is_current(self, index: Index) -> bool:
        """Whether this very object is still what its path stands for."""
        return self._indexes.get(index.where) is index

    def find(self, domain: str, segments: Sequence[str]) -> tuple[Index, Sequence[str]] | None:
        """The index whose base path begins `segments`, and the segments after it.

        Pulp sees to it that no base path lies below another.
        """
        for depth in range(1, min(self._depth, len(segments)) + 1):
            index = self._indexes.get((domain, "/".join(segments[:depth])))
            if index is not None:
                return index, segments[depth:]
        return None
