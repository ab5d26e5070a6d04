"""A file that gives only so much."""

from __future__ import annotations

import io
from typing import BinaryIO


class TooMuch(ValueError):
    """More was asked of a file than is good. `limit` is what was passed."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class Bounded(io.RawIOBase):
    """Reads of `file`, with a bound for all together and for each; TooMuch beyond.

    The readers of the standard library trust sizes that an archive states. They do not close
    `file`.
    """

    def __init__(self, file: BinaryIO, *, total: int, at_once: int) -> None:
        self._file = file
        self._total = total
        self._left = total
        self._at_once = at_once

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = self._at_once + 1
        if size > self._at_once + 1:
            raise TooMuch(self._at_once)
        data = self._file.read(size)
        self._left -= len(data)
        if len(data) > self._at_once:
            raise TooMuch(self._at_once)
        if self._left < 0:
            raise TooMuch(self._total)
        return data
