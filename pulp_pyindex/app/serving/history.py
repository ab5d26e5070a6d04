"""An index as it was: below `+version/<number>/`, `+at/<time>/`, and a checkpoint's time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pulp_pyindex.app.serving import answers, moments, points
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.memory import Flights
from pulp_pyindex.app.serving.merged.own import is_there
from pulp_pyindex.app.serving.moments import BadMoment, Moment, Way
from pulp_pyindex.app.serving.points import Point
from pulp_pyindex.app.serving.ruled import NO_RULES
from pulp_pyindex.app.serving.snapshot import Index

#: A version is dated by when its making began, and is seen when it is complete. A time as old as
#: this has all the versions it will ever have.
_SETTLED_AFTER = timedelta(hours=1)

_MOST = 10_000

T = TypeVar("T")


class History:
    """Finds what an index was. What was found is good until `forget` is called."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._round = 0
        self._flights = Flights()

    def forget(self) -> None:
        """Ask the database again: versions may have gone, publications may have come."""
        # What is being asked now is put where nobody looks any more.
        self._known = {}
        self._round += 1

    async def then(
        self, index: Index, segments: Sequence[str]
    ) -> tuple[Index, Sequence[str]] | Ready:
        """The index that a path below an index is about, and the path below that one.

        Where the path begins with a moment it is the index as it was, as one of its own that is
        pinned; or what is to be said where there is none. Raises DatabaseGone.
        """
        moment, rest = moments.split(segments)
        if moment is None:
            return index, segments
        found = await self._then(index, moment)
        return found if isinstance(found, Ready) else (found, rest)

    async def _then(self, index: Index, moment: Moment) -> Index | Ready:
        if moment.way is Way.CHECKPOINT:
            return await self._checkpoint(index, moment)
        if not index.serves_history:
            return _silent(index)
        try:
            if moment.way is Way.VERSION:
                return await self._numbered(index, moment)
            return await self._at(index, moment)
        except BadMoment as error:
            return answers.text(400, str(error))

    async def _numbered(self, index: Index, moment: Moment) -> Index | Ready:
        number = moments.version_number(moment.text)
        point = await self._find(("version", index, number), lambda: points.numbered(index, number))
        if point is None:
            return answers.text(
                404, f"The index {index.base_path!r} has no version {number}, or has it no more."
            )
        return _derived(index, moment, point, settled=True)

    async def _at(self, index: Index, moment: Moment) -> Index | Ready:
        wanted = moments.point_in_time(moment.text)
        now = datetime.now(UTC)
        if wanted > now:
            return answers.text(
                400,
                f"{moment.text} is in the future: what the index will be then is not known. It is "
                f"{now:%Y-%m-%dT%H:%M:%SZ} now.",
            )
        if index.base_pks or index.broken:
            return await self._whole(index, moment, wanted)
        point = await self._point(index, wanted)
        if point is None:
            return _nothing_then(index, moment)
        settled = point.is_exact and wanted < now - _SETTLED_AFTER
        return _derived(index, moment, point, settled=settled)

    async def _whole(self, index: Index, moment: Moment, wanted: datetime) -> Index | Ready:
        """An index with its bases as they were; the same object until `forget` is called.

        Whatever has a say in it has one in its past: where that of one place is not known, there is
        none of the whole. A name that it owned might else come from another place.
        """
        key = ("whole", index, moment)
        known = self._known
        if key not in known:
            found = await self._then_of(index, moment, wanted)
            if len(known) >= _MOST:
                known.clear()
            known[key] = found
        return known[key]

    async def _then_of(self, index: Index, moment: Moment, wanted: datetime) -> Index | Ready:
        if not index.serves_history:
            return _silent(index)
        bases = []
        for base in index.bases:
            found = await self._then_of(base, moment, wanted)
            if isinstance(found, Ready):
                return found
            bases.append(found)
        if not is_there(index):
            if index.remote_pk is not None:
                return _keeps_nothing(index)
            return _derived(index, moment, None, bases=tuple(bases))
        point = await self._point(index, wanted)
        if point is None:
            begun = await self._find(("begun", index), lambda: points.begun(index))
            if begun is None or begun <= wanted:
                return _nothing_then(index, moment)
        elif not point.is_exact:
            return _incomplete(index, moment)
        return _derived(index, moment, point, bases=tuple(bases))

    async def _point(self, index: Index, wanted: datetime) -> Point | None:
        return await self._find(("at", index, wanted), lambda: points.at(index, wanted))

    async def _checkpoint(self, index: Index, moment: Moment) -> Index | Ready:
        if not index.shows_checkpoints:
            return answers.text(
                404, f"The index {index.base_path!r} is not one of checkpoints; see +at/<time>/."
            )
        try:
            wanted = moments.checkpoint_time(moment.text)
        except BadMoment as error:
            return answers.text(400, str(error))
        point = None
        # As Pulp has it, there is no checkpoint for a time to come.
        if wanted.replace(microsecond=0) <= datetime.now(UTC):
            point = await self._find(
                ("checkpoint", index, wanted), lambda: points.checkpoint(index, wanted)
            )
        if point is None:
            return answers.text(
                404, f"The index {index.base_path!r} had no checkpoint at {moment.text}."
            )
        return _derived(index, moment, point, settled=False)

    async def _find(self, key: Hashable, ask: Callable[[], T | None]) -> T | None:
        known = self._known
        if key in known:
            stored: T | None = known[key]
            return stored
        found = await self._flights.share((self._round, key), lambda: in_database(ask))
        if len(known) >= _MOST:
            known.clear()
        known[key] = found
        return found


def _derived(
    index: Index,
    moment: Moment,
    point: Point | None,
    *,
    settled: bool = False,
    bases: tuple[Index, ...] | None = None,
) -> Index:
    """An index as it was: its repository as of `point`, and these bases.

    Its rules are those of today, and may be others tomorrow. So are its names: what it owns by now
    was not another's then. Without a point it has no repository, or that was not there yet;
    without `bases` it is its own repository alone.
    """
    today = index.unpublished_pk or index.version_pk
    shown = point.version_pk if point is not None else None
    return replace(
        index,
        base_path=f"{index.base_path}/{moment.path}",
        publication_pk=point.publication_pk if point is not None else None,
        version_pk=shown,
        pinned=True,
        repository_pk=index.repository_pk if point is None else None,
        past=True,
        settled=settled and index.rules == NO_RULES and index.remote_pk is None,
        unpublished_pk=today if today != shown else None,
        bases=bases or (),
        base_pks=index.base_pks if bases is not None else (),
        without_bases=bool(index.base_pks) and bases is None,
        broken=index.broken if bases is not None else "",
    )


def _silent(index: Index) -> Ready:
    return answers.text(
        404,
        f"The index {index.base_path!r} does not serve its past: `serve_history` of its "
        "distribution is false.",
    )


def _nothing_then(index: Index, moment: Moment) -> Ready:
    return answers.text(
        404, f"The index {index.base_path!r} has no version that was there at {moment.text}."
    )


def _incomplete(index: Index, moment: Moment) -> Ready:
    return answers.text(
        404,
        f"A version that the index {index.base_path!r} may have shown at {moment.text} has been "
        "deleted, so it is not known which names it owned. Choose a time of a version that is "
        "kept, or read +version/<number>/ of that index.",
    )


def _keeps_nothing(index: Index) -> Ready:
    return answers.text(
        404,
        f"The index {index.base_path!r} keeps what passes through it in no repository, so its past "
        "is not known.",
    )
