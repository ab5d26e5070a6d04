"""The list of projects, read as it arrives: 40 MB of it need no more memory than one chunk."""

from __future__ import annotations

from typing import Protocol

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.pages import ProjectEntry
from pulp_pyindex.index.reading.html_root import HtmlRoot
from pulp_pyindex.index.reading.json_root import JsonRoot
from pulp_pyindex.index.reading.project import BOM, excerpt

#: So much may come before it must be clear what it is.
_START = 1024


class _Form(Protocol):
    skipped: int
    serial: int | None

    @property
    def recognised(self) -> bool: ...

    def feed(self, chunk: bytes) -> list[ProjectEntry]: ...

    def close(self) -> list[ProjectEntry]: ...


class RootReader:
    """Feed it what `url` answers; it hands out the projects as they come, then `close` it.

    `feed` and `close` raise InvalidPage where it is not the list of projects of a simple index.
    No entry is handed out before that is sure. Entries come in the page's order, unsorted, and a
    name that is listed twice comes twice.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._form: _Form | None = None
        self._start = b""

    @property
    def recognised(self) -> bool:
        """Whether what came so far is surely the list of projects of a simple index."""
        return self._form is not None and self._form.recognised

    @property
    def serial(self) -> int | None:
        """The index's own serial, if it told one so far."""
        return None if self._form is None else self._form.serial

    @property
    def skipped(self) -> int:
        """How many names were left out because nothing can have them."""
        return 0 if self._form is None else self._form.skipped

    def feed(self, chunk: bytes) -> list[ProjectEntry]:
        """The projects that this chunk completes."""
        if self._form is not None:
            return self._form.feed(chunk)
        self._start += chunk
        start = self._start.removeprefix(BOM).lstrip()
        if not start and len(self._start) <= _START:
            return []
        if start[:1] == b"{":
            self._form = JsonRoot(self.url)
        elif start[:1] == b"<":
            self._form = HtmlRoot(self.url)
        else:
            raise InvalidPage(self.url, f"not a list of projects: {excerpt(start[:_START])}")
        self._start = b""
        return self._form.feed(start)

    def close(self) -> list[ProjectEntry]:
        """The last projects, after the last chunk."""
        if self._form is None:
            raise InvalidPage(self.url, "an empty body, not a list of projects")
        return self._form.close()
