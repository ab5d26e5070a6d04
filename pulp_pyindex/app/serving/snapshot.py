"""Which index is where: all distributions as one immutable picture in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pulp_pyindex.app.serving.linking import linked
from pulp_pyindex.app.serving.ruled import NO_RULES, Rules
from pulp_pyindex.index.merging import Routing

#: Of an index without rules of its own.
NO_ROUTING = Routing()


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
    #: Whether this is an index as it was: its remote is not asked, what was kept of it stands in.
    past: bool = False
    #: Whether this is the past of an index with bases, without theirs.
    without_bases: bool = False
    #: Whether this is a part of the past that nothing can change any more.
    settled: bool = False
    #: The distributions behind it, the nearest first.
    base_pks: tuple[UUID, ...] = ()
    #: The same as indexes, with theirs in them; `linking` fills them in.
    bases: tuple[Index, ...] = ()
    #: Why it cannot be served although it has bases; empty: it can.
    broken: str = ""
    #: Which names go which ways.
    routing: Routing = NO_ROUTING
    #: Whether indexes above it may show it to whom they let in.
    lends: bool = False
    #: A newer version than the one served, which nothing is published of and nothing will be
    #: unasked: names in it are owned already.
    unpublished_pk: UUID | None = None
    #: Whether names that the repository had once stay its own.
    reserves_names: bool = False
    #: What of it is not shown, or not given out.
    rules: Rules = NO_RULES

    @property
    def doors(self) -> tuple[Index, ...]:
        """The protected indexes, this one or behind it, that a reader must be let in by."""
        own = () if self.guard_pk is None and not self.require_token else (self,)
        if not self.bases:
            return own
        # Who lends gives away what is his own, not what others behind him keep.
        behind = (
            door for base in self.bases for door in base.doors if door is not base or not base.lends
        )
        return tuple({door.distribution_pk: door for door in (*own, *behind)}.values())

    @property
    def is_open(self) -> bool:
        """Whether everyone may read it."""
        return not self.doors

    @property
    def asks_who(self) -> bool:
        """Whether nobody can read it without saying who he is."""
        return any(door.require_token or door.guards_users for door in self.doors)

    @property
    def asks_only_who(self) -> bool:
        """Whether who may read it depends on nothing but who asks."""
        return all(door.guard_pk is None or door.guards_users for door in self.doors)

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
        known = {index.distribution_pk: index for index in before.values()}
        now = {index.where: index for index in linked(indexes, known)}
        self._indexes = now
        self._depth = max((path.count("/") + 1 for _, path in now), default=0)
        self.loaded.set()
        return [old for where, old in before.items() if now.get(where) is not old]

    def is_current(self, index: Index) -> bool:
        """Whether this very object is still what its path stands for."""
        return self._indexes.get(index.where) is index

    def of(self, distribution_pk: UUID) -> Index | None:
        """The index of a distribution."""
        found = (one for one in self._indexes.values() if one.distribution_pk == distribution_pk)
        return next(found, None)

    def find(self, domain: str, segments: Sequence[str]) -> tuple[Index, Sequence[str]] | None:
        """The index whose base path begins `segments`, and the segments after it.

        Pulp sees to it that no base path lies below another.
        """
        for depth in range(1, min(self._depth, len(segments)) + 1):
            index = self._indexes.get((domain, "/".join(segments[:depth])))
            if index is not None:
                return index, segments[depth:]
        return None
