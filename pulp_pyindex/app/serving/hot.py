"""Requests whose answer is known to be in memory: found by what was asked, before anything else.

What is remembered here is where an answer lies, not the answer: that is forgotten by its own key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from pulp_pyindex.app.serving.memory import Cell
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.traffic import Statuses

#: Of a request: the path as it came, Accept, Accept-Encoding.
Key = tuple[str, str | None, str | None]
#: Where the answer is, and where it is counted.
Open = tuple[Cell[Any], Statuses]
#: The same of a protected index, and what was asked for to get it.
Protected = tuple[Cell[Any], Statuses, Index, Sequence[str]]

#: More are forgotten all at once.
_MOST = 20_000


class Hot:
    """The requests of one process."""

    def __init__(self) -> None:
        #: Of open indexes: whoever asks gets it.
        self.open: dict[Key, Open] = {}
        #: Of protected indexes: only for whom the door lets in.
        self.protected: dict[Key, Protected] = {}
        self._of: dict[int, list[Key]] = {}

    def remember(
        self,
        request: web.Request,
        cell: Cell[Any],
        statuses: Statuses,
        index: Index,
        segments: Sequence[str],
    ) -> None:
        """Find the answer at once when the same is asked again."""
        if len(self.open) + len(self.protected) >= _MOST:
            self.open.clear()
            self.protected.clear()
            self._of.clear()
        key = key_of(request)
        if index.is_open:
            self.open[key] = cell, statuses
        else:
            self.protected[key] = cell, statuses, index, segments
        self._of.setdefault(id(index), []).append(key)

    def forget(self, indexes: Iterable[Index]) -> None:
        """Ask those indexes again."""
        for index in indexes:
            for key in self._of.pop(id(index), ()):
                self.open.pop(key, None)
                self.protected.pop(key, None)


def key_of(request: web.Request) -> Key:
    """What a request is found by."""
    headers = request.headers
    return request.raw_path, headers.get("Accept"), headers.get("Accept-Encoding")


def is_plain(request: web.Request) -> bool:
    """Whether the two header fields of the key say all there is to say."""
    headers = request.headers
    return len(headers.getall("Accept", ())) < 2 and len(headers.getall("Accept-Encoding", ())) < 2
