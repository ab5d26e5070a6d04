"""Where a zip archive's central directory is: the records at its very end (APPNOTE 4.3.14-16)."""

from __future__ import annotations

import struct
from typing import BinaryIO, NamedTuple

from pulp_pyindex.index.archives.limits import Refusal

_END = struct.Struct("<4sHHHHLLH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQHHLLQQQQ")


class Directory(NamedTuple):
    """Where the central directory begins, how long it is, and how many entries it lists."""

    start: int
    size: int
    entries: int


def find_directory(file: BinaryIO, length: int) -> Directory:
    """The central directory of an archive of `length` bytes, up against the end; raises Refusal.

    An archive with a comment is refused: readers look for the end record from behind, and a comment
    can hold another one.
    """
    if length < _END.size:
        raise Refusal("File is not a zipfile")
    found = _record(file, length - _END.size, _END, b"PK\x05\x06")
    if found is None:
        raise Refusal("File is not a zipfile, or has trailing data")
    disk, first_disk, here, count, size, start, comment_size = found
    if comment_size:
        raise Refusal("ZIP archive has a comment, or trailing data")
    end = length - _END.size
    long_end = _find_end64(file, end)
    if long_end is not None:
        end, directory = long_end
        for short, long, escape in (
            (count, directory.entries, 0xFFFF),
            (size, directory.size, 0xFFFFFFFF),
            (start, directory.start, 0xFFFFFFFF),
        ):
            if short not in (long, escape):
                raise Refusal("The two end records of the ZIP archive disagree")
    else:
        directory = Directory(start, size, count)
        if disk or first_disk or here != count:
            raise Refusal("Malformed zip file")
    if directory.start + directory.size != end:
        raise Refusal("Mismatched central directory offset")
    return directory


def _find_end64(file: BinaryIO, end: int) -> tuple[int, Directory] | None:
    """Where the zip64 end record begins and what it says; None where there is none."""
    locator_start = end - _END64_LOCATOR.size
    if locator_start < 0:
        return None
    locator = _record(file, locator_start, _END64_LOCATOR, b"PK\x06\x07")
    if locator is None:
        return None
    disk, start, disks = locator
    if disk or disks > 1 or start + _END64.size != locator_start:
        raise Refusal("Malformed zip file")
    found = _record(file, start, _END64, b"PK\x06\x06")
    if found is None:
        raise Refusal("Malformed zip file")
    size, _made_by, _needs, disk, first_disk, here, entries, length, first = found
    if disk or first_disk or here != entries:
        raise Refusal("Malformed zip file")
    if size != _END64.size - 12:
        raise Refusal("ZIP64 extensible data not allowed")
    return start, Directory(first, length, entries)


def _record(
    file: BinaryIO, position: int, form: struct.Struct, signature: bytes
) -> tuple[int, ...] | None:
    """The numbers of the record at `position`; None if there is none of that signature."""
    file.seek(position)
    data = file.read(form.size)
    if len(data) != form.size:
        raise Refusal("Malformed zip file")
    found, *numbers = form.unpack(data)
    return tuple(numbers) if found == signature else None
