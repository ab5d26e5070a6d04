"""Downloads under way, as files which all content processes of a host see.

For each there is `<key>.lock`, held (flock) by the process that downloads; `<key>.part`, the bytes
so far, a new file for every attempt; and `<key>.json`, what that process tells of its attempt. The
kernel lets go of the lock when a process dies, whatever way.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

#: Seconds after which files that nobody holds are leftovers of a process that died.
LEFT_OVER = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the downloading process tells of its attempt; `attempt` is the inode of the bytes."""

    attempt: int
    size: int | None
    #: Set where the attempt has failed: the HTTP status to answer with.
    status: int | None = None
    reason: str = ""


class Part:
    """The files of one download. All methods block for a moment at most."""

    def __init__(self, folder: Path, key: str) -> None:
        self.path = folder / f"{key}.part"
        self._lock = folder / f"{key}.lock"
        self._told = folder / f"{key}.json"

    def lead(self) -> int | None:
        """The descriptor of the lock, held; None while another process holds it."""
        self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return None
            # The one before may have removed the file between our two steps.
            with contextlib.suppress(FileNotFoundError):
                if self._lock.stat().st_ino == os.fstat(descriptor).st_ino:
                    return descriptor
            os.close(descriptor)

    def release(self, lock: int, *, keep_told: bool = False) -> None:
        """Remove the files and let go of the lock. `keep_told`: those who follow read on."""
        self.path.unlink(missing_ok=True)
        if not keep_told:
            self._told.unlink(missing_ok=True)
        self._lock.unlink(missing_ok=True)
        os.close(lock)

    def begin(self, size: int | None) -> int:
        """A descriptor of a new, empty file for the bytes; only for who holds the lock.

        Those who follow are told of it, and of the size where that is known.
        """
        self.path.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, 0o600)
        try:
            self.tell(Told(attempt=os.fstat(descriptor).st_ino, size=size))
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def tell(self, told: Told) -> None:
        """Tell those who follow."""
        fresh = self._told.with_suffix(".json.new")
        fresh.write_text(json.dumps(asdict(told)))
        fresh.rename(self._told)

    def heard(self) -> Told | None:
        """What was told last."""
        try:
            return Told(**json.loads(self._told.read_text()))
        except FileNotFoundError:
            return None

    def open(self, attempt: int | None) -> int | None:
        """A descriptor of the bytes of the attempt under way, if that is not `attempt`."""
        try:
            if attempt is not None and self.path.stat().st_ino == attempt:
                return None
            return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None


def sweep(folder: Path) -> None:
    """Remove what processes that died have left behind."""
    for key in sorted({path.name.partition(".")[0] for path in _old_files(folder)}):
        part = Part(folder, key)
        lock = part.lead()
        if lock is not None:
            part.release(lock)


def _old_files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > LEFT_OVER:
                yield path
