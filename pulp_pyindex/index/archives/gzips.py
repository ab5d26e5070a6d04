"""A gzip file as a stream of its unpacked bytes, with bounded memory, bounded in length too."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from pulp_pyindex.index.archives.limits import MAX_RATIO, Refusal, is_bomb

_PACKED_CHUNK = 1 << 14
_CHUNK = 1 << 18


class Unpacked:
    """The bytes of the one gzip member that `file`, of `length` bytes, must be."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._length = length
        # 31: zlib reads header and trailer itself, checksum and all.
        self._inflater = zlib.decompressobj(31)
        self._packed = b""
        self._ready = memoryview(b"")
        self._total = 0

    def read(self, amount: int) -> bytes:
        """The next `amount` bytes, fewer only at the end; raises Refusal if the file is broken."""
        piece = self._next(amount)
        if len(piece) == amount or not piece:
            return bytes(piece)
        pieces = [bytes(piece)]
        left = amount - len(piece)
        while left and (piece := self._next(left)):
            pieces.append(bytes(piece))
            left -= len(piece)
        return b"".join(pieces)

    def skip(self, amount: int) -> int:
        """Passes over `amount` bytes; how many there were."""
        skipped = 0
        while skipped < amount and (piece := self._next(amount - skipped)):
            skipped += len(piece)
        return skipped

    def only_zeros_left(self) -> bool:
        """Reads to the end; whether nothing but padding came."""
        while piece := self._next(_CHUNK):
            if bytes(piece).strip(b"\0"):
                return False
        return True

    def _next(self, amount: int) -> memoryview:
        """Between 1 and `amount` bytes, none at the end."""
        if not self._ready:
            self._ready = memoryview(self._inflate())
            self._total += len(self._ready)
            if is_bomb(self._total, self._length):
                raise Refusal(f"File exceeds compression ratio of {MAX_RATIO}")
        piece = self._ready[:amount]
        self._ready = self._ready[amount:]
        return piece

    def _inflate(self) -> bytes:
        while not self._inflater.eof:
            self._packed = self._packed or self._file.read(_PACKED_CHUNK)
            try:
                piece = self._inflater.decompress(self._packed, _CHUNK)
            except zlib.error:
                raise Refusal("File is not a gzip file, or damaged") from None
            at_end = not self._packed
            self._packed = self._inflater.unconsumed_tail
            if piece:
                return piece
            if at_end and not self._inflater.eof:
                raise Refusal("File is damaged: it ends too early")
        self._refuse_rest()
        return b""

    def _refuse_rest(self) -> None:
        """Some unpackers read further members, some do not; zeros are padding to all of them."""
        rest = self._inflater.unused_data
        while rest:
            if rest.strip(b"\0"):
                raise Refusal("Trailing data")
            rest = self._file.read(_CHUNK)
