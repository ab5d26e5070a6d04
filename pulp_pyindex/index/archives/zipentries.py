"""The bytes of one entry of a zip archive."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pulp_pyindex.index.archives.limits import Refusal

STORED, DEFLATED = 0, 8
_CHUNK = 1 << 16


class Entry(NamedTuple):
    """One entry; `data` is where its bytes begin."""

    start: int
    data: int
    packed: int
    size: int
    crc: int
    method: int


def read_entry(file: BinaryIO, entry: Entry, limit: int) -> bytes:
    """The unpacked bytes of an entry, at most `limit`; raises Refusal if they are not sound."""
    return b"".join(iter_entry(file, entry, limit))


def iter_entry(file: BinaryIO, entry: Entry, limit: int) -> Iterator[bytes]:
    """As `read_entry`, piece by piece; what came is sound only once the end is reached."""
    if entry.size > limit:
        raise Refusal(f"larger than {limit} bytes")
    file.seek(entry.data)
    size = crc = 0
    for piece in (_stored if entry.method == STORED else _inflated)(file, entry):
        size += len(piece)
        if size > entry.size:
            break
        crc = zlib.crc32(piece, crc)
        yield piece
    if size != entry.size or crc != entry.crc:
        raise Refusal("damaged: size or checksum is wrong")


def _packed(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        data = file.read(min(left, _CHUNK))
        if not data:
            raise Refusal("damaged: the file ends too early")
        left -= len(data)
        yield data


def _stored(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    return _packed(file, entry.packed)


def _inflated(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for data in _packed(file, entry.packed):
            while data:
                if inflater.eof:
                    raise Refusal("damaged: bytes behind the end of the deflate stream")
                piece = inflater.decompress(data, _CHUNK)
                data = inflater.unconsumed_tail or inflater.unused_data
                if piece:
                    yield piece
        while not inflater.eof:
            # What a full piece left inside.
            piece = inflater.decompress(b"", _CHUNK)
            if not piece:
                raise Refusal("damaged: the deflate stream ends too early")
            yield piece
    except zlib.error:
        raise Refusal("damaged: not a deflate stream") from None
