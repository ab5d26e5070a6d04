"""Zip archives, read so that every reader of zips sees the same thing in them.

Installers read the central directory, others stream the local headers; whoever makes the two
differ shows different files to different tools. So the local headers are walked from the first
byte on, and the central directory must say the same of the same entries, in an archive that holds
nothing else. See APPNOTE.TXT of PKWARE for the numbers of sections.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO

from pulp_pyindex.index.archives.limits import (
    MAX_ENTRIES,
    MAX_NAME,
    MAX_NAMES,
    MAX_RATIO,
    Refusal,
    check_link,
    decoded_name,
    is_bomb,
)
from pulp_pyindex.index.archives.zipends import Directory, find_directory
from pulp_pyindex.index.archives.zipentries import DEFLATED, STORED, Entry, read_entry

_UTF8, _DESCRIPTOR = 0x800, 0x08
#: Encrypted, patched, strongly encrypted, masked.
_UNREADABLE = 0x2061
_IN_EXTRA = 0xFFFFFFFF
#: Version 6.3 of the format is the last one that readers know.
_NEWEST = 63
_ZIP64_EXTRA, _UNICODE_PATH_EXTRA = 0x0001, 0x7075
_LOCAL = struct.Struct("<4sHHHxxxxLLLHH")
_CENTRAL = struct.Struct("<4sxxHHHxxxxLLLHHHHxxLL")
_LINKS_OR_FILES = (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)


def read_entries(file: BinaryIO, length: int) -> dict[str, Entry]:
    """The entries of a zip archive of `length` bytes, by name; raises Refusal."""
    directory = find_directory(file, length)
    if directory.entries > MAX_ENTRIES:
        raise Refusal(f"More than {MAX_ENTRIES} entries")
    entries = _local_entries(file, directory)
    if len(entries) != directory.entries:
        raise Refusal("Mismatched central directory records")
    unpacked = sum(entry.size for entry in entries.values())
    if is_bomb(unpacked, length):
        raise Refusal(f"File exceeds compression ratio of {MAX_RATIO}")
    _check_directory(file, directory, entries)
    return entries


def _read(file: BinaryIO, amount: int) -> bytes:
    data = file.read(amount)
    if len(data) != amount:
        raise Refusal("Malformed zip file")
    return data


def _local_entries(file: BinaryIO, directory: Directory) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    names = 0
    position = 0
    while position < directory.start:
        if len(entries) == directory.entries:
            raise Refusal("Mismatched central directory offset")
        file.seek(position)
        header = _LOCAL.unpack(_read(file, _LOCAL.size))
        signature, needs, flags, method, crc, packed, size, name_size, extra_size = header
        if signature != b"PK\x03\x04" or needs > _NEWEST:
            raise Refusal("Unknown record signature")
        _check_flags(flags)
        if method not in (STORED, DEFLATED):
            raise Refusal("File does not use a supported compression type")
        raw_name = _read(file, name_size)
        name = _entry_name(raw_name, flags)
        extra = _read(file, extra_size)
        packed, size = _local_sizes(raw_name, extra, packed, size, method)
        if method == STORED and packed != size:
            raise Refusal("Mis-matched file size")
        if name in entries:
            raise Refusal(f"Duplicate filename in local headers: {name!r}")
        names += name_size
        if names > MAX_NAMES:
            raise Refusal(f"The names are more than {MAX_NAMES} bytes")
        data = position + _LOCAL.size + name_size + extra_size
        entries[name] = Entry(position, data, packed, size, crc, method)
        position = data + packed
    if position != directory.start:
        raise Refusal("Mismatched central directory offset")
    return entries


def _check_flags(flags: int) -> None:
    if flags & _DESCRIPTOR:
        raise Refusal("ZIP contains a data descriptor")
    if flags & _UNREADABLE:
        raise Refusal("ZIP contains an encrypted or patched entry")


def _entry_name(raw: bytes, flags: int) -> str:
    # Python and others read names without the flag as code page 437.
    if not flags & _UTF8 and not raw.isascii():
        raise Refusal(f"Filename not unicode: {raw[:80]!r}")
    return decoded_name(raw)


def _extras(name: bytes, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of an entry (4.5); those that change what it means occur once."""
    seen: set[int] = set()
    position = 0
    while position < len(data):
        if position + 4 > len(data):
            raise Refusal("Malformed zip file")
        kind, size = struct.unpack_from("<HH", data, position)
        body = data[position + 4 : position + 4 + size]
        if len(body) != size:
            raise Refusal("Malformed zip file")
        if kind in (_ZIP64_EXTRA, _UNICODE_PATH_EXTRA):
            if kind in seen:
                raise Refusal("Invalid duplicate extra in local file")
            seen.add(kind)
        if kind == _UNICODE_PATH_EXTRA and body[5:] != name:
            raise Refusal("An entry has two different names")
        yield kind, body
        position += 4 + size


def _local_sizes(name: bytes, extra: bytes, packed: int, size: int, method: int) -> tuple[int, int]:
    long: bytes | None = None
    for kind, body in _extras(name, extra):
        if kind == _ZIP64_EXTRA:
            long = body
    if long is None or not long:
        if _IN_EXTRA in (packed, size):
            raise Refusal("Malformed zip file")
        return packed, size
    if len(long) not in (8, 16, 24, 28):
        raise Refusal("Malformed zip file")
    long_size = struct.unpack_from("<Q", long)[0]
    if len(long) == 8:
        if method != STORED:
            raise Refusal("Malformed zip file")
        long_packed = long_size
    else:
        long_packed = struct.unpack_from("<Q", long, 8)[0]
    if packed not in (_IN_EXTRA, long_packed):
        raise Refusal("Mis-matched data size")
    return long_packed, long_size if size == _IN_EXTRA else size


def _check_directory(file: BinaryIO, directory: Directory, entries: dict[str, Entry]) -> None:
    """The central directory (4.3.12) must say of each entry what its local header says."""
    file.seek(directory.start)
    left = directory.size
    links = set()
    seen: set[str] = set()
    for _ in range(directory.entries):
        size, name, kind = _check_central_header(file, entries)
        left -= size
        if left < 0:
            break
        if name in seen:
            raise Refusal(f"Duplicate filename in central directory: {name!r}")
        seen.add(name)
        if kind == stat.S_IFLNK:
            links.add(name)
    if left:
        raise Refusal("Mismatched central directory size")
    if links:
        _check_links(file, links, entries)


def _check_central_header(file: BinaryIO, entries: dict[str, Entry]) -> tuple[int, str, int]:
    """The length of the header that begins here, its entry's name, and the kind of file it is."""
    header = _CENTRAL.unpack(_read(file, _CENTRAL.size))
    signature, needs, flags, method, crc, packed, size = header[:7]
    name_size, extra_size, comment_size, disk, attributes, start = header[7:]
    if signature != b"PK\x01\x02" or needs > _NEWEST:
        raise Refusal("Unknown record signature")
    _check_flags(flags)
    if comment_size:
        raise Refusal("Comment in central directory")
    if disk:
        raise Refusal("ZIP archive is split over several disks")
    raw_name = _read(file, name_size)
    name = _entry_name(raw_name, flags)
    extra = _read(file, extra_size)
    entry = entries.get(name)
    if entry is None:
        raise Refusal(f"Missing filename in local headers: {name!r}")
    packed, size, start = _central_sizes(raw_name, extra, packed, size, start)
    local = (entry.start, entry.packed, entry.size, entry.crc, entry.method)
    if (start, packed, size, crc, method) != local:
        raise Refusal(f"Local header and central directory disagree on {name!r}")
    kind = stat.S_IFMT(attributes >> 16)
    if kind not in _LINKS_OR_FILES:
        raise Refusal(f"{name!r} is neither a file nor a directory")
    return _CENTRAL.size + name_size + extra_size, name, kind


def _check_links(file: BinaryIO, links: set[str], entries: dict[str, Entry]) -> None:
    for name in links:
        target = read_entry(file, entries[name], MAX_NAME).decode("utf-8", "replace")
        check_link("/" + name, target)
    for name in entries:
        parent = name.rpartition("/")[0]
        while parent:
            if parent in links:
                raise Refusal(f"{name!r} lies below a link")
            parent = parent.rpartition("/")[0]


def _central_sizes(
    name: bytes, extra: bytes, packed: int, size: int, start: int
) -> tuple[int, int, int]:
    long = b""
    for kind, body in _extras(name, extra):
        if kind == _ZIP64_EXTRA:
            long = body
    # 4.5.3: only the fields that do not fit, in this order.
    values = []
    for value in (size, packed, start):
        if value == _IN_EXTRA:
            if len(long) < 8:
                raise Refusal("Malformed zip file")
            value = struct.unpack_from("<Q", long)[0]
            long = long[8:]
        values.append(value)
    return values[1], values[0], values[2]
