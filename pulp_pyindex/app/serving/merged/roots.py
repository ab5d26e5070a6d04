"""The list of projects of an index that is made of several."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.merged.deciding import Merging, check_base, reserves
from pulp_pyindex.app.serving.merged.verdicts import Reach, Seat
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing
from pulp_pyindex.index.merging import barred
from pulp_pyindex.index.pages import ProjectEntry

#: Lists with more names are put together in a thread.
_LARGE = 2000
_SIZE = 1000
#: The entries themselves are the sources'.
_ENTRY_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one place of an index lists."""

    seat: Seat
    listing: Listing
    #: The names it has without any remote; None where that makes no difference.
    at_home: frozenset[str] | None = None


async def listing(merging: Merging, index: Index, reach: Reach = Reach.UPSTREAM) -> Listing:
    """The union of what all places list, but for what they may not contribute.

    Raises SourceFailed where one of them cannot tell, and DatabaseGone.
    """
    return await merging.remembered(
        ("listing", id(index), reach), index, lambda: _listing(merging, index, reach)
    )


async def _listing(merging: Merging, index: Index, reach: Reach) -> tuple[Listing, int]:
    """The list, and the bytes it takes in memory, roughly."""
    parts = []
    for seat in merging.seats(index, reach):
        found = await _of(merging, index, seat, reach)
        at_home = None
        if seat.base is not None and index.routing.reserved and reach is not Reach.HOME:
            home = await listing(merging, seat.base, Reach.HOME)
            at_home = frozenset(entry.name for entry in home.entries)
        parts.append(_Part(seat=seat, listing=found, at_home=at_home))
    if sum(len(part.listing.entries) for part in parts) > _LARGE:
        found = await asyncio.to_thread(_united, index, parts)
    else:
        found = _united(index, parts)
    judge = merging.judge
    if judge is not None and judge.judges(index):
        found = await judge.listing(index, found)
    return found, _SIZE + len(found.entries) * _ENTRY_SIZE


async def _of(merging: Merging, index: Index, seat: Seat, reach: Reach) -> Listing:
    if seat.base is not None:
        check_base(seat.base)
        return await listing(merging, seat.base, reach)
    assert seat.source is not None
    return await seat.source.projects(index)


def _united(index: Index, parts: Sequence[_Part]) -> Listing:
    merge = index.routing.merge
    reserving = bool(index.routing.reserved) or any(
        part.seat.base is not None and _reserves_any(part.seat.base) for part in parts
    )
    entries: dict[NormalizedName, ProjectEntry] = {}
    owned: set[str] = set()
    for position, part in enumerate(parts):
        for entry in part.listing.entries:
            name = entry.name
            if name in owned and merge.match(name) is None:
                continue
            if reserving and _is_barred(index, parts, position, name):
                continue
            known = entries.get(name)
            if known is None:
                entries[name] = entry
            elif merge.match(name) is not None:
                serials = [one.serial for one in (known, entry) if one.serial is not None]
                entries[name] = replace(known, serial=max(serials, default=None))
        owned |= {
            name
            for name in part.listing.owned
            if not reserving or not _is_barred(index, parts, position, NormalizedName(name))
        }
    serials = [part.listing.serial for part in parts if part.listing.serial is not None]
    expiring = [part.listing.expires for part in parts if part.listing.expires is not None]
    return Listing(
        entries=tuple(sorted(entries.values(), key=lambda entry: entry.name)),
        key=("union", index.routing, *(part.listing.key for part in parts)),
        serial=max(serials, default=None),
        expires=min(expiring, default=None),
        owned=frozenset(owned - entries.keys()),
    )


def _is_barred(index: Index, parts: Sequence[_Part], position: int, name: NormalizedName) -> bool:
    """Whether a name that a place lists is reserved, and not to that place."""
    keepers = [
        reserves(part.seat.base, name) if part.seat.base is not None else None for part in parts
    ]
    here = index.routing.reserved.match(name)
    if here is None and not any(keepers):
        return False
    at_home = parts[position].at_home
    if here is not None and at_home is not None and name not in at_home:
        return True
    places = [
        replace(part.seat.place, reserved_by=keeper)
        for part, keeper in zip(parts, keepers, strict=True)
    ]
    return position in barred(name, index.routing, places)[0]


def _reserves_any(index: Index) -> bool:
    return bool(index.routing.reserved) or any(_reserves_any(base) for base in index.bases)
