"""A tree in a directory. Each file appears whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from pulp_pyindex.app.exceptions import TreeFailed

from .source import Source

#: Files in the making, inside the tree: renaming works on one file system only.
_UNFINISHED = ".pyindex-unfinished"


class Directory:
    """Use as `with Directory(path) as tree`, never two of one path at a time."""

    #: How many files are best written at a time.
    at_once = 1
    #: Empty files that belong to it: this one lets hosts that build sites take it as it is.
    marks = frozenset({".nojekyll"})

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unfinished = root / _UNFINISHED

    @property
    def place(self) -> str:
        return str(self._root)

    def __enter__(self) -> Self:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            # Of an export that was killed.
            shutil.rmtree(self._unfinished, ignore_errors=True)
            self._unfinished.mkdir()
        except OSError as error:
            raise TreeFailed(self.place, "", _said(error)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._unfinished, ignore_errors=True)

    def read(self, path: str) -> bytes | None:
        """What is at a path; None: nothing."""
        try:
            return self._at(path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TreeFailed(self.place, path, _said(error)) from error

    def has(self, path: str, size: int) -> bool:
        """Whether a file that was once written is still there, as far as its size tells."""
        try:
            return self._at(path).stat().st_size == size
        except OSError:
            return False

    def write(self, path: str, source: Source) -> None:
        """Put `source` at a path, in one step. Raises TreeFailed, also for other bytes."""
        target = self._at(path)
        fresh = self._unfinished / uuid4().hex
        hasher = hashlib.sha256()
        try:
            with fresh.open("wb") as file:
                for chunk in source.chunks():
                    hasher.update(chunk)
                    file.write(chunk)
            if hasher.hexdigest() != source.sha256:
                raise TreeFailed(self.place, path, "its bytes in Pulp's storage are damaged")
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh.replace(target)
        except OSError as error:
            raise TreeFailed(self.place, path, _said(error)) from error
        finally:
            fresh.unlink(missing_ok=True)

    def remove(self, path: str) -> None:
        """Remove a file, and the directories that are empty then."""
        target = self._at(path)
        try:
            target.unlink(missing_ok=True)
            for folder in target.parents:
                if folder == self._root or any(folder.iterdir()):
                    break
                folder.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            raise TreeFailed(self.place, path, _said(error)) from error

    def _at(self, path: str) -> Path:
        if any(part in ("", ".", "..") or "\0" in part for part in path.split("/")):
            raise TreeFailed(self.place, path, "this is no path below the tree")
        return self._root / path


def _said(error: OSError) -> str:
    return error.strerror or type(error).__name__
