"""Ties indexes to their bases: from rows that name them to one picture that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from pulp_pyindex.app.serving.snapshot import Index


def linked(rows: Iterable[Index], before: Mapping[UUID, Index]) -> list[Index]:
    """The indexes of `rows` with their bases in them, and theirs in those.

    What is equal to the index of that key in `before` is that very object, bottom up, so that an
    index is a new object exactly where it or anything behind it has changed. An index that is
    behind itself, or has lost a base, is `broken` and has no bases.
    """
    linking = _Linking({row.distribution_pk: row for row in rows}, before)
    return [linking.index(pk) for pk in linking.rows]


class _Linking:
    def __init__(self, rows: Mapping[UUID, Index], before: Mapping[UUID, Index]) -> None:
        self.rows = rows
        self._before = before
        self._done: dict[UUID, Index] = {}

    def index(self, pk: UUID, above: tuple[UUID, ...] = ()) -> Index:
        done = self._done.get(pk)
        if done is not None:
            return done
        row = self.rows[pk]
        made = self._kept(self._with_bases(row, (*above, pk)) if row.base_pks else row)
        self._done[pk] = made
        return made

    def _kept(self, made: Index) -> Index:
        old = self._before.get(made.distribution_pk)
        return old if old is not None and old == made else made

    def _with_bases(self, row: Index, above: tuple[UUID, ...]) -> Index:
        bases = []
        for pk in row.base_pks:
            if pk in above:
                way = [self.rows[one].base_path for one in above[above.index(pk) :]]
                return replace(row, broken=f"its bases go in a circle: {_path(way)}")
            if pk not in self.rows:
                return replace(row, broken="one of its bases is no index any more")
            base = self.index(pk, above)
            if base.broken:
                return replace(row, broken=f"its base {base.base_path!r} is broken: {base.broken}")
            bases.append(base)
        return replace(row, bases=tuple(bases))


def _path(way: list[str]) -> str:
    return " → ".join([*way, way[0]])
