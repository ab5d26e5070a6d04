"""What an archive may hold, and how its parts may be called."""

from __future__ import annotations

import re

from pulp_pyindex.index.errors import PyindexError

MAX_ENTRIES = 100_000
#: Of all names of one archive together.
MAX_NAMES = 16 << 20
MAX_NAME = 4096
#: METADATA or PKG-INFO. The longest known has less than 1 MB, and to parse takes 25 times as much.
MAX_METADATA = 2 << 20
#: WHEEL and entry_points.txt.
MAX_SMALL_FILE = 1 << 20
MAX_RECORD = 64 << 20
#: PyPI's rule: more than 50 times larger once unpacked is a bomb, unless it is small anyway.
MAX_RATIO = 50
ALWAYS_ALLOWED = 64 << 20

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


class Refusal(PyindexError):
    """Why an archive is refused, before it is known which; never leaves `archives`."""


def is_bomb(unpacked: int, packed: int) -> bool:
    """Whether unpacking would give absurdly more than there is."""
    return unpacked > ALWAYS_ALLOWED and unpacked > MAX_RATIO * packed


def decoded_name(raw: bytes) -> str:
    """The name of an entry, a relative path that stays below where it is unpacked."""
    if len(raw) > MAX_NAME:
        raise Refusal(f"An entry's name is longer than {MAX_NAME} bytes")
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        raise Refusal(f"Filename not unicode: {raw[:80]!r}") from None
    check_name(name)
    return name


def check_name(name: str) -> None:
    """Raises Refusal for a name that could leave the place where the archive is unpacked."""
    if _UNPRINTABLE.search(name):
        raise Refusal(f"Invalid character in filename {name[:80]!r}")
    if "\\" in name:
        raise Refusal(f"Backslash in filename {name[:80]!r}")
    if name.startswith("/") or _DRIVE.match(name):
        raise Refusal(f"Absolute path {name[:80]!r}")
    for part in name.removesuffix("/").split("/"):
        if part in ("", ".", ".."):
            raise Refusal(f"Path {name[:80]!r} is not a plain relative path")


def check_link(name: str, target: str) -> None:
    """Raises Refusal for a symbolic link `name` that leads out of its archive.

    `..` is taken only at the beginning: behind a name it could mean another place than it seems to,
    if that name is a link itself. For the same reason no entry may lie below a link.
    """
    reason = f"Link {name[:80]!r} leads out of the archive: {target[:80]!r}"
    if not target or target.startswith("/") or "\\" in target or _DRIVE.match(target):
        raise Refusal(reason)
    if _UNPRINTABLE.search(target) or len(target) > MAX_NAME:
        raise Refusal(reason)
    depth = name.count("/")
    climbing = True
    for part in target.removesuffix("/").split("/"):
        if part == "..":
            depth -= 1
            if not climbing or depth < 1:
                raise Refusal(reason)
        elif part not in ("", "."):
            climbing = False
