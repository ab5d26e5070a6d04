"""One number that all content processes of a machine see change at once.

An upload is answered when the file can be installed, by whichever process the installer comes to.
Notices of PostgreSQL arrive soon, but nobody knows when. So whoever answers changes this number in
shared memory first, and a process that sees another number than before asks the database before it
answers anything. Content processes on other machines learn of the upload by notice.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path

_SIZE = 8


class Generation:
    """The number, in a file that every process maps into its memory."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < _SIZE:
                os.ftruncate(descriptor, _SIZE)
            self._bytes = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)

    def current(self) -> bytes:
        """The number now, as bytes that are only ever compared."""
        return self._bytes[:]

    def change(self) -> None:
        """Make every process look. Random, so that two changes at once are not taken for one."""
        self._bytes[:] = os.urandom(_SIZE)
