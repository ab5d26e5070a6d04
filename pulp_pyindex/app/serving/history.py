"""An index as it was: below `+version/<number>/`, `+at/<time>/`, and a checkpoint's time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pulp_pyindex.app.serving import answers, moments, points
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.memory import Flights
from pulp_pyindex.app.serving.moments import BadMoment, Moment, Way
from pulp_pyindex.app.serving.points import Point
from pulp_pyindex.app.serving.ruled import NO_RULES
from pulp_pyindex.app.serving.snapshot import Index

#: A version is dated by when its making began, and is seen when it is complete. A time as old as
#: this has all the versions it will ever have.
_SETTLED_AFTER = timedelta(hours=1)

_MOST = 10_000


class History:
    """Finds what an index was. What was found is good until `forget` is called."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Point | None] = {}
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
            return answers.text(
                404,
                f"The index {index.base_path!r} does not serve its past: `serve_history` of its "
                "distribution is false.",
            )
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
        point = await self._find(("at", index, wanted), lambda: points.at(index, wanted))
        if point is None:
            return answers.text(
                404,
                f"The index {index.base_path!r} has no version that was there at {moment.text}.",
            )
        settled = point.is_exact and wanted < now - _SETTLED_AFTER
        return _derived(index, moment, point, settled=settled)

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

    async def _find(self, key: Hashable, ask: Callable[[], Point | None]) -> Point | None:
        known = self._known
        if key in known:
            return known[key]
        found = await self._flights.share((self._round, key), lambda: in_database(ask))
        if len(known) >= _MOST:
            known.clear()
        known[key] = found
        return found


def _derived(index: Index, moment: Moment, point: Point, *, settled: bool) -> Index:
    """The past of an index is that of its own repository: bases and upstreams have another.

    Its rules are those of today, and may be others tomorrow.
    """
    return replace(
        index,
        base_path=f"{index.base_path}/{moment.path}",
        publication_pk=point.publication_pk,
        version_pk=point.version_pk,
        pinned=True,
        repository_pk=None,
        settled=settled and index.rules == NO_RULES,
        unpublished_pk=None,
        remote_pk=None,
        remote_stamp=None,
        base_pks=(),
        bases=(),
        broken="",
    )
