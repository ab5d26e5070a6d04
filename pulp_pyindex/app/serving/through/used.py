"""Files of a cache as they are sent: each time is a use, which keeps them from giving way."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from pulp_pyindex.app.serving.stored import StoredFile


class Passed(StoredFile):
    """A stored file of the cache: sending it is a use."""

    __slots__ = ("_cached_pk", "_note", "inner")

    def __init__(self, inner: StoredFile, cached_pk: int, note: Callable[[int], None]) -> None:
        # All that StoredFile's own constructor makes is the inner one's.
        self.inner = inner
        self._cached_pk = cached_pk
        self._note = note

    @property
    def size(self) -> int:
        return self.inner.size

    def is_lost(self) -> bool:
        return self.inner.is_lost()

    def to(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to one request."""
        self._note(self._cached_pk)
        return self.inner.to(request)
