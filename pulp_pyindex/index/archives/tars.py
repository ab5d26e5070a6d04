"""Tar archives of source distributions, read as a stream; see POSIX pax and the GNU tar manual.

Python's tarfile takes extended headers of any length into memory and keeps every member; here an
archive that needs more than names is refused before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pulp_pyindex.index.archives.gzips import Unpacked
from pulp_pyindex.index.archives.limits import (
    MAX_ENTRIES,
    MAX_METADATA,
    MAX_NAME,
    MAX_NAMES,
    Refusal,
    check_link,
    check_name,
    decoded_name,
)

_BLOCK = 512
_MAX_PAX = 1 << 20
_FILES = (b"0", b"\0", b"7")
_HARD_LINK, _LINK, _DIRECTORY = b"1", b"2", b"5"
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _PAX_SOLARIS = b"L", b"K", b"x", b"g", b"X"
_EXTENDED = (_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _PAX_SOLARIS)
#: Where mode, owner, group, time and device are.
_OTHER_NUMBERS = ((100, 108), (108, 116), (116, 124), (136, 148), (329, 337), (337, 345))
_PAX_RECORD = re.compile(rb"(\d{1,7}) ([^=\n]+)=")


@dataclass(slots=True)
class _Names:
    """What is where in the archive: name → whether it is a directory."""

    is_directory: dict[str, bool] = field(default_factory=dict)
    length: int = 0
    #: The one directory that holds everything.
    top: str = ""

    def add(self, name: str, *, directory: bool) -> None:
        """Raises Refusal for a second entry of a name, and for one below what is no directory."""
        if name in self.is_directory and not (directory and self.is_directory[name]):
            raise Refusal(f"Duplicate entry {name!r}")
        self._set(name, directory)
        parent = name.rpartition("/")[0]
        while parent:
            known = self.is_directory.get(parent)
            if known is False:
                raise Refusal(f"{name!r} lies below a file or link")
            if known:
                break
            self._set(parent, True)
            parent = parent.rpartition("/")[0]

    def _set(self, name: str, directory: bool) -> None:
        self.is_directory[name] = directory
        self.length += len(name)
        if len(self.is_directory) > MAX_ENTRIES or self.length > MAX_NAMES:
            raise Refusal(f"More than {MAX_ENTRIES} entries, or names of {MAX_NAMES} bytes")


def read_tar(stream: Unpacked) -> bytes:
    """The PKG-INFO of the sdist in `stream`, which is read to the end; raises Refusal."""
    names = _Names()
    found: bytes | None = None
    for_next: dict[str, str] = {}
    for block in _headers(stream):
        kind, size = _kind_and_size(block, for_next)
        if kind in _EXTENDED:
            _extend(for_next, kind, _body(stream, size, _MAX_PAX))
            continue
        name = _name(block, kind, for_next)
        names.top = names.top or name.partition("/")[0]
        _check_kind(kind, name, _link(block, for_next), names)
        for_next = {}
        if size and kind not in _FILES:
            # Unpackers differ on whether bytes follow.
            raise Refusal(f"{name!r} has a size but is no file")
        if kind in _FILES and name == f"{names.top}/PKG-INFO":
            found = _body(stream, size, MAX_METADATA)
        else:
            _skip(stream, size)
    if not names.top or for_next:
        raise Refusal("File is not a tarfile, or damaged")
    if found is None:
        raise Refusal(f"PKG-INFO not found at {names.top[:200]}/PKG-INFO")
    return found


def _headers(stream: Unpacked) -> Iterator[bytes]:
    """The blocks at which headers begin; whoever takes one reads or skips what belongs to it."""
    # Several headers may speak of one entry.
    for _ in range(3 * MAX_ENTRIES):
        block = stream.read(_BLOCK)
        if not block:
            return
        if len(block) < _BLOCK:
            raise Refusal("File is not a tarfile, or damaged")
        if not block.strip(b"\0"):
            if not stream.only_zeros_left():
                raise Refusal("Trailing data behind the end of the tar archive")
            return
        yield block
    raise Refusal(f"More than {MAX_ENTRIES} entries")


def _check_kind(kind: bytes, name: str, target: str, names: _Names) -> None:
    if name.partition("/")[0] != names.top or (kind != _DIRECTORY and "/" not in name):
        raise Refusal("Incorrect number of top-level directories in sdist")
    if kind in _FILES:
        names.add(name, directory=False)
    elif kind == _DIRECTORY:
        names.add(name, directory=True)
    elif kind == _LINK:
        names.add(name, directory=False)
        check_link(name, target)
    elif kind == _HARD_LINK:
        names.add(name, directory=False)
        check_name(target)
        if not target.startswith(f"{names.top}/"):
            raise Refusal(f"Link {name!r} leads out of the archive: {target[:80]!r}")
    elif kind == b"S":
        raise Refusal("tar archive not accepted: Sparse members are not allowed")
    else:
        raise Refusal(f"{name!r} is neither a file nor a directory nor a link")


def _kind_and_size(block: bytes, for_next: dict[str, str]) -> tuple[bytes, int]:
    total = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    for start, end in _OTHER_NUMBERS:
        # tarfile takes a header that it cannot read for the end of the archive.
        if block[start] not in (0x80, 0xFF):
            _number(block[start:end])
    if _number(block[148:156]) != total:
        raise Refusal("File is not a tarfile, or damaged: a header's checksum is wrong")
    kind = block[156:157]
    size = _number(block[124:136])
    told = for_next.get("size")
    if told is not None and kind not in _EXTENDED:
        if not told.isascii() or not told.isdigit() or len(told) > 18:
            raise Refusal("File is not a tarfile, or damaged: a size is no number")
        size = int(told)
    return kind, size


def _number(data: bytes) -> int:
    """A number field: octal digits, or base 256 where the first bit is set."""
    if data[0] == 0x80:
        return int.from_bytes(data[1:])
    # Some stop at the first NUL, some look behind it.
    digits, _, rest = data.partition(b"\0")
    digits = digits.strip(b" ")
    if digits.strip(b"01234567") or rest.strip(b"\0 "):
        raise Refusal("File is not a tarfile, or damaged: a field is no number")
    return int(digits or b"0", 8)


def _text(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


def _name(block: bytes, kind: bytes, for_next: dict[str, str]) -> str:
    long = for_next.get("path")
    prefix = _text(block[345:500])
    # Only POSIX headers have a prefix; GNU's may keep other things there, which some take for one.
    if prefix and block[257:263] != b"ustar\0":
        raise Refusal("tar archive not accepted: a header of GNU's incremental form")
    if long is not None:
        check_name(long)
        name = long
    else:
        raw = _text(block[:100])
        name = decoded_name(prefix + b"/" + raw if prefix else raw)
    # To some, a file of such a name is a directory.
    if name.endswith("/") and kind != _DIRECTORY:
        raise Refusal(f"Path {name[:80]!r} is not a plain relative path")
    return name.removesuffix("/")


def _link(block: bytes, for_next: dict[str, str]) -> str:
    long = for_next.get("linkpath")
    return _text(block[157:257]).decode("utf-8", "replace") if long is None else long


def _extend(for_next: dict[str, str], kind: bytes, body: bytes) -> None:
    """Takes in what an extended header says of the next entry."""
    if kind in (_LONG_NAME, _LONG_LINK):
        value = _text(body)
        if len(value) > MAX_NAME:
            raise Refusal(f"An entry's name is longer than {MAX_NAME} bytes")
        _tell(for_next, "path" if kind == _LONG_NAME else "linkpath", _utf8(value))
        return
    for key, text in _pax_records(body):
        if key.startswith("GNU.sparse"):
            raise Refusal("tar archive not accepted: Sparse members are not allowed")
        if key in ("path", "linkpath", "size", "hdrcharset"):
            # For all entries that follow, or in another character set: no build tool does this.
            if kind == _PAX_GLOBAL or key == "hdrcharset":
                raise Refusal(f"tar archive not accepted: pax header {key!r} is not allowed here")
            _tell(for_next, key, text)


def _tell(for_next: dict[str, str], key: str, value: str) -> None:
    # Unpackers differ on which one counts.
    if for_next.setdefault(key, value) != value:
        raise Refusal(f"tar archive not accepted: an entry is given two of {key!r}")


def _pax_records(body: bytes) -> list[tuple[str, str]]:
    records = []
    position = 0
    while position < len(body):
        match = _PAX_RECORD.match(body, position)
        end = position + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(body) or body[end - 1] != ord("\n"):
            raise Refusal("File is not a tarfile, or damaged: a pax header cannot be read")
        value = body[match.end() : end - 1]
        key = match[2].decode("ascii", "replace")
        if key in ("path", "linkpath", "size", "hdrcharset") or key.startswith("GNU.sparse"):
            if len(value) > MAX_NAME:
                raise Refusal(f"An entry's name is longer than {MAX_NAME} bytes")
            records.append((key, _utf8(value)))
        position = end
    return records


def _utf8(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Refusal(f"Filename not unicode: {value[:80]!r}") from None


def _body(stream: Unpacked, size: int, limit: int) -> bytes:
    if size > limit:
        raise Refusal(f"PKG-INFO or a header is larger than {limit} bytes")
    body = stream.read(size)
    if len(body) != size or stream.skip(-size % _BLOCK) != -size % _BLOCK:
        raise Refusal("File is damaged: it ends too early")
    return body


def _skip(stream: Unpacked, size: int) -> None:
    padded = size + -size % _BLOCK
    if stream.skip(padded) != padded:
        raise Refusal("File is damaged: it ends too early")
