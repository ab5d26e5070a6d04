"""A tree in an object storage, or whatever else Django's storage API reaches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from django.core.files.base import File

from pulp_pyindex.app.exceptions import TreeFailed

from .source import Source

#: By the last part of a path: what the object says of itself.
_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "index.json": "application/vnd.pypi.simple.v1+json",
    "provenance": "application/vnd.pypi.integrity.v1+json",
}
_METADATA = "text/plain; charset=utf-8"
_FILE = "application/octet-stream"
_FOREVER = "public, max-age=365000000, immutable"
_ASK_AGAIN = "public, no-cache"

#: What the libraries call the two.
_NAMES = {
    "storages.backends.s3": ("ContentType", "CacheControl"),
    "storages.backends.azure_storage": ("content_type", "cache_control"),
    "storages.backends.gcloud": ("content_type", "cache_control"),
}


class Bucket:
    """Use as `with Bucket(storage, place) as tree`. `storage` must belong to the tree alone."""

    #: Each waits for the network most of the time.
    at_once = 8
    marks: frozenset[str] = frozenset()

    def __init__(self, storage: Any, place: str) -> None:
        self._storage = storage
        self.place = place
        self._tell_types()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is left open."""

    def read(self, path: str) -> bytes | None:
        """What is at a path; None: nothing."""
        try:
            if not self._storage.exists(path):
                return None
            with self._storage.open(path) as opened:
                body: bytes = opened.read()
                return body
        except Exception as error:
            raise self._failed(path, error) from error

    def has(self, path: str, size: int) -> bool:
        """What was once written is there: to ask for each object would take hours."""
        return True

    def write(self, path: str, source: Source) -> None:
        """Put `source` at a path. Raises TreeFailed."""
        try:
            if source.local is not None:
                with source.local.open("rb") as file:
                    self._save(path, file, source.size)
            else:
                # The libraries want a file they can seek in. It is in the task's own folder.
                with NamedTemporaryFile(dir=Path.cwd()) as spool:
                    for chunk in source.chunks():
                        spool.write(chunk)
                    spool.seek(0)
                    self._save(path, spool, source.size)
        except TreeFailed:
            raise
        except Exception as error:
            raise self._failed(path, error) from error

    def remove(self, path: str) -> None:
        """Remove an object."""
        try:
            self._storage.delete(path)
        except Exception as error:
            raise self._failed(path, error) from error

    def _save(self, path: str, file: IO[bytes], size: int) -> None:
        content = File(file, name=path)
        content.size = size
        saved = self._storage.save(path, content)
        if saved != path:
            self._storage.delete(saved)
            reason = "it is there, and this storage is not set to overwrite (`file_overwrite`)"
            raise TreeFailed(self.place, path, reason)

    def _failed(self, path: str, error: Exception) -> TreeFailed:
        # Each library has errors of its own, and they share no class.
        return TreeFailed(self.place, path, f"{type(error).__name__}: {error}"[:500])

    def _tell_types(self) -> None:
        """Let objects have the types of an index.

        Guessed ones would make `Content-Encoding: gzip` of `.tar.gz`, and clients unpack that.
        """
        for kind in type(self._storage).__mro__:
            if kind.__module__ in _NAMES:
                own = self._storage.get_object_parameters
                self._storage.get_object_parameters = _typed(own, *_NAMES[kind.__module__])
                return


def _typed(
    own: Callable[[str], dict[str, Any]], type_name: str, cache_name: str
) -> Callable[[str], dict[str, Any]]:
    """What a storage says of an object, with the type it has in an index."""

    def parameters(name: str) -> dict[str, Any]:
        caching = _ASK_AGAIN if _is_page(name) else _FOREVER
        told = {cache_name: caching, **own(name), type_name: _type(name)}
        return {**told, **_unencoded(type_name)}

    return parameters


def _unencoded(type_name: str) -> dict[str, None]:
    # S3's class leaves the encoding alone where the type is told; the others have to be told.
    return {} if type_name == "ContentType" else {"content_encoding": None}


def _is_page(name: str) -> bool:
    return name.rpartition("/")[2] in _TYPES or "/packages/" not in f"/{name}"


def _type(name: str) -> str:
    last = name.rpartition("/")[2]
    return _TYPES.get(last) or (_METADATA if last.endswith(".metadata") else _FILE)
