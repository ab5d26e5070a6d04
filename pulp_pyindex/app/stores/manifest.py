"""What an export wrote: kept in the tree itself, so that the next one knows what is there.

A line for each file: its SHA-256, its size, its path. A path of which it is not known whether it
was written to its end has `-` for a digest; such a file is written again, and it can be removed.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass

#: Its place in the tree.
MANIFEST = ".pyindex-export"
_FIRST = b"pyindex static export 1\n"
_UNSURE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file that was written; without a digest it is not known whether to the end."""

    sha256: str = _UNSURE
    size: int = 0

    @property
    def is_sure(self) -> bool:
        return self.sha256 != _UNSURE


UNSURE = Entry()


class NotAManifest(ValueError):
    """What lies at the manifest's place was not written by an export."""


class Manifest:
    """path → entry."""

    def __init__(self, entries: Mapping[str, Entry] | None = None) -> None:
        self.entries: dict[str, Entry] = dict(entries or {})

    def expect(self, paths: set[str]) -> None:
        """Take down paths that are about to be written, so that they are known whatever comes."""
        for path in paths:
            self.entries.setdefault(path, UNSURE)

    def dump(self) -> bytes:
        """As it is stored: the same entries give the same bytes."""
        lines = [
            f"{entry.sha256} {entry.size} {path}\n" for path, entry in sorted(self.entries.items())
        ]
        return gzip.compress(_FIRST + "".join(lines).encode(), compresslevel=5, mtime=0)

    @classmethod
    def load(cls, stored: bytes | None) -> Manifest:
        """What was dumped; empty where nothing was. Raises NotAManifest."""
        if stored is None:
            return cls()
        try:
            text = gzip.decompress(stored)
        except (OSError, EOFError) as error:
            raise NotAManifest(str(error)) from error
        if not text.startswith(_FIRST):
            raise NotAManifest("it begins with something else")
        entries = {}
        for line in text[len(_FIRST) :].decode().split("\n")[:-1]:
            sha256, size, path = line.split(" ", 2)
            entries[path] = Entry(sha256=sha256, size=int(size))
        return cls(entries)
