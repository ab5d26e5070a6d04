"""The members of a tar, one after the other, from a stream that is never sought back.

Python's tarfile reads extended headers whole, however long they say they are, and begins a
compressed stream anew to go back by one byte.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from typing import Protocol

_BLOCK = 512
_CHUNK = 1024 * 1024
#: Of an extended header. Real ones hold some paths and numbers.
_MAX_HEADER = 1024 * 1024
_MAX_MEMBERS = 200_000


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def tar_members(stream: _Reader) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    """Name, size and a reader of each regular file; the reader is good until the next member.

    Raises tarfile.TarError and ValueError for what is no tar.
    """
    long_name: str | None = None
    for _ in range(_MAX_MEMBERS):
        block = _exactly(stream, _BLOCK, may_end=True)
        if not block or not block.strip(b"\0"):
            return
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.size < 0:
            raise tarfile.ReadError("a member of negative size")
        if header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME):
            data = _header_data(stream, header.size)
            is_gnu = header.type == tarfile.GNUTYPE_LONGNAME
            long_name = _gnu_name(data) if is_gnu else _pax_path(data) or long_name
            continue
        # A link states the size of what it leads to, and brings no data.
        size = 0 if header.type in (tarfile.LNKTYPE, tarfile.SYMTYPE) else header.size
        name, long_name = long_name or header.name, None
        rest = _Rest(stream, size)
        if header.type in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE):
            yield name, size, rest.read_all
        rest.skip()
    raise tarfile.ReadError(f"more than {_MAX_MEMBERS} members")


class _Rest:
    """What is still to come of one member."""

    def __init__(self, stream: _Reader, size: int) -> None:
        self._stream = stream
        self._size = size
        self._read = 0

    def read_all(self) -> bytes:
        data = _exactly(self._stream, self._size - self._read)
        self._read = self._size
        return data

    def skip(self) -> None:
        left = -self._size % _BLOCK + self._size - self._read
        while left > 0:
            left -= len(_exactly(self._stream, min(left, _CHUNK)))


def _exactly(stream: _Reader, size: int, *, may_end: bool = False) -> bytes:
    data = stream.read(size)
    while 0 < len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    if len(data) < size and not (may_end and not data):
        raise tarfile.ReadError("unexpected end of the archive")
    return data


def _header_data(stream: _Reader, size: int) -> bytes:
    if size > _MAX_HEADER:
        raise tarfile.ReadError("an extended header that is too long")
    padded = _exactly(stream, size + -size % _BLOCK)
    return padded[:size]


def _gnu_name(data: bytes) -> str:
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")


def _pax_path(data: bytes) -> str | None:
    path: str | None = None
    while data:
        length_text, space, _ = data.partition(b" ")
        if not space or not length_text.isdigit() or len(length_text) > 7:
            raise tarfile.ReadError("a broken extended header")
        length = int(length_text)
        record = data[len(length_text) + 1 : length]
        if not len(length_text) + 1 < length <= len(data):
            raise tarfile.ReadError("a broken extended header")
        keyword, _, value = record.partition(b"=")
        if keyword == b"path":
            path = value.removesuffix(b"\n").decode("utf-8", "surrogateescape")
        data = data[length:]
    return path
