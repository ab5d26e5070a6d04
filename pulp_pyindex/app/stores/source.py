"""What is to be written: bytes that are ready, or a file in Pulp's storage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .spans import read_span

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes whose size and digest are known."""

    size: int
    sha256: str
    chunks: Callable[[], Iterator[bytes]]
    #: Where they are a file of a local disk already.
    local: Path | None = None

    @classmethod
    def of_bytes(cls, body: bytes) -> Self:
        """Bytes that are ready."""
        return cls(
            size=len(body), sha256=hashlib.sha256(body).hexdigest(), chunks=lambda: iter((body,))
        )

    @classmethod
    def of_stored(cls, storage: Any, name: str, size: int, sha256: str) -> Self:
        """A file in a Django storage."""
        try:
            local = Path(storage.path(name))
        except NotImplementedError:
            return cls(size=size, sha256=sha256, chunks=lambda: read_span(storage, name, 0, size))
        return cls(size=size, sha256=sha256, chunks=lambda: _of_file(local), local=local)

    @classmethod
    def of_file(cls, path: Path, size: int, sha256: str) -> Self:
        """A file of a local disk."""
        return cls(size=size, sha256=sha256, chunks=lambda: _of_file(path), local=path)


def _of_file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
