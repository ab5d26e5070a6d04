"""Decides what an index says of a project: asks its members in order, as `index.merging` has it.

One verdict is behind the page, the files, their metadata, the JSON API, the feeds and the
explanation of a project. Verdicts are kept in memory as long as nothing behind the index changes,
and no longer than until one of their parts expires.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.merged.combining import combined
from pulp_pyindex.app.serving.merged.own import Own, is_there
from pulp_pyindex.app.serving.merged.verdicts import Heard, Passing, Reach, Seat, Verdict
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Judge, Member, Offer, Source, SourceFailed
from pulp_pyindex.index.merging import Kind, Place, Said, decide

_SIZE = 1500
_FILE_SIZE = 150


M = TypeVar("M", bound=Passing)


class Merging:
    """The verdicts of one process. `remote`, `kept`, `judge` are set by who has them."""

    def __init__(self, own: Own, memory: Memory[Any], flights: Flights) -> None:
        self.own = own
        self.remote: Source | None = None
        #: Stands in for the remotes of the past.
        self.kept: Source | None = None
        self.judge: Judge | None = None
        self._memory = memory
        self._flights = flights

    def concerns(self, index: Index) -> bool:
        """Whether more than one repository has a say in what an index shows."""
        return bool(
            index.base_pks
            or index.remote_pk is not None
            or index.broken
            or (self.judge is not None and self.judge.judges(index))
        )

    async def verdict(
        self, index: Index, project: NormalizedName, reach: Reach = Reach.UPSTREAM
    ) -> Verdict:
        """The verdict on a normalised name.

        Raises SourceFailed where somebody who may own the name cannot be asked, and DatabaseGone.
        """
        return await self.remembered(
            ("verdict", id(index), project, reach),
            index,
            lambda: self._judged(index, project, reach),
        )

    async def remembered(
        self, key: Hashable, index: Index, make: Callable[[], Awaitable[tuple[M, int]]]
    ) -> M:
        """What was made for this very index under a key, or is made now.

        `make` returns it and the bytes it takes. It is kept until it expires or the index changes.
        """
        kept: tuple[Index, M] | None = self._memory.get(key)
        if kept is not None and kept[0] is index and not _is_over(kept[1].expires):
            return kept[1]
        made, size = await self._flights.share(key, make)
        if not made.is_fleeting:
            self._memory.put(key, (index, made.settled()), size)
        return made

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        """Whether a verdict may now be another one by what other processes have learnt."""
        news = False
        for member in self.members(index):
            news |= await member.source.catch_up(member.index, project)
        if news:
            self._forget(index, project)
        return news

    def _forget(self, index: Index, project: NormalizedName) -> None:
        for reach in Reach:
            self._memory.forget(("verdict", id(index), project, reach))
        for base in index.bases:
            self._forget(base, project)

    def members(self, index: Index) -> list[Member]:
        """Every source of an index and of those behind it, the nearest first, each once."""
        return list(self._members(index))

    def _members(self, index: Index) -> Iterable[Member]:
        found: dict[tuple[Any, str], Member] = {}
        if is_there(index):
            found[index.distribution_pk, self.own.kind] = Member(index=index, source=self.own)
        for base in index.bases:
            for member in self._members(base):
                found.setdefault((member.index.distribution_pk, member.source.kind), member)
        remote = self._remote(index)
        if index.remote_pk is not None and remote is not None:
            found[index.distribution_pk, remote.kind] = Member(index=index, source=remote)
        return found.values()

    def _remote(self, index: Index) -> Source | None:
        """What speaks for the remote of an index."""
        return self.kept if index.past else self.remote

    def seats(self, index: Index, reach: Reach) -> list[Seat]:
        """Whom to ask, in order. Raises SourceFailed where that is not known."""
        if index.broken:
            raise SourceFailed(503, f"The index {index.base_path!r}", index.broken)
        seats = []
        if is_there(index):
            name = f"the repository of {index.base_path!r}"
            seats.append(Seat(place=Place(name=name, kind=Kind.REPOSITORY), source=self.own))
        for base in index.bases:
            place = Place(name=f"the index {base.base_path!r}", kind=Kind.BASE)
            seats.append(Seat(place=place, base=base))
        if index.remote_pk is not None and reach is not Reach.HOME:
            remote = self._remote(index)
            if remote is None:
                raise SourceFailed(503, _remote_of(index), "nothing passes through here")
            place = Place(name=_remote_of(index), kind=Kind.REMOTE)
            seats.append(Seat(place=place, source=remote))
        return seats

    async def ask(self, index: Index, seat: Seat, project: NormalizedName, reach: Reach) -> Heard:
        """What one of the places says."""
        if seat.base is not None:
            check_base(seat.base)
            verdict = await self.verdict(seat.base, project, reach)
            return Heard(verdict.offer, verdict.is_fleeting, verdict.in_vain)
        assert seat.source is not None
        offer = await seat.source.offer(index, project, ask=reach is Reach.UPSTREAM)
        in_vain = offer is None and seat.place.kind is Kind.REMOTE
        offer = offer and _from(offer, Member(index=index, source=seat.source))
        return Heard(offer, in_vain, in_vain)

    async def _judged(
        self, index: Index, project: NormalizedName, reach: Reach
    ) -> tuple[Verdict, int]:
        verdict = await self._decided(index, project, reach)
        offer = verdict.offer
        if offer is None:
            return verdict, _SIZE
        if self.judge is not None and self.judge.judges(index):
            offer = await self.judge.judge(index, offer)
            expires = _earlier(verdict.expires, offer.expires)
            verdict = replace(verdict, offer=offer, expires=expires)
        return verdict, _SIZE + len(offer.page.files) * _FILE_SIZE

    async def _decided(self, index: Index, project: NormalizedName, reach: Reach) -> Verdict:
        seats = self.seats(index, reach)
        places = tuple(_reserving(seat, project) for seat in seats)
        offers: dict[int, Offer] = {}
        said: dict[int, Said] = {}
        is_fleeting, in_vain = reach is Reach.KNOWN, False
        expires: float | None = None
        decision = decide(project, index.routing, places, said)
        further = Reach.HOME if decision.reserved_by is not None else reach
        while decision.ask is not None:
            heard = await self.ask(index, seats[decision.ask], project, further)
            offer = heard.offer
            is_fleeting |= heard.is_fleeting
            in_vain |= heard.in_vain
            if offer is not None:
                offers[decision.ask] = offer
                expires = _earlier(expires, offer.expires)
            said[decision.ask] = _said(offer)
            decision = decide(project, index.routing, places, said)
        return Verdict(
            index=index,
            project=project,
            places=places,
            decision=decision,
            offers=offers,
            offer=combined(index, places, decision, offers),
            expires=expires,
            is_fleeting=is_fleeting,
            in_vain=in_vain,
        )


def _reserving(seat: Seat, project: NormalizedName) -> Place:
    if seat.base is None:
        return seat.place
    return replace(seat.place, reserved_by=reserves(seat.base, project))


def reserves(index: Index, project: NormalizedName) -> str | None:
    """The entry by which an index, or one behind it, reserves a name."""
    found = index.routing.reserved.match(project)
    if found is not None:
        return found
    return next(filter(None, (reserves(base, project) for base in index.bases)), None)


def check_base(base: Index) -> None:
    """Raise SourceFailed for an index that has lost what it served: it may own any name."""
    if base.bases or base.broken or base.remote_pk is not None or is_there(base):
        return
    raise SourceFailed(
        503,
        f"The index {base.base_path!r}",
        "it serves neither a repository nor anything else, so it is not known which names it owns",
    )


def _said(offer: Offer | None) -> Said:
    if offer is None:
        return Said()
    return Said(page=None if offer.gone else offer.page, owns=True, gone=offer.gone)


def _from(offer: Offer, member: Member) -> Offer:
    """An offer whose files all come from one member."""
    if offer.origins:
        return offer
    names = [file.filename for file in offer.page.files]
    names += [one.file.filename for one in offer.withheld]
    return replace(offer, origins=dict.fromkeys(names, member))


def _remote_of(index: Index) -> str:
    return f"the remote of {index.base_path!r}"


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _is_over(expires: float | None) -> bool:
    return expires is not None and expires <= time.time()
