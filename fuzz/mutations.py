"""Ways to break bytes and values."""

from __future__ import annotations

from random import Random
from typing import Any

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
_WORDS = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff",
    b"\0\0\0\x80",
    b"PK\5\6",
    b"PK\1\2",
    b"../",
)
_TEXTS = (
    "",
    " ",
    "../x",
    "/etc/passwd",
    "C:\\x",
    "a/b",
    "\0",
    "\n",
    "\x1b[0m",
    "\udc80",
    "ü",
    "\u2028",
    "K",
    "<script>",
    '"onclick="x',
    "9" * 400,
    "x" * 5000,
    "(" * 300,
    "1.0",
    "1!1.0.dev0+a.b",
    ">=3",
    "demo-1.0-py3-none-any.whl",
    "demo-1.0.tar.gz",
    "http://[",
    "https://example.com/a%2fb?c#sha256=zz",
    "true",
)
_VALUES: tuple[Any, ...] = (None, True, 0, -1, 1.5, 10**30, float("nan"), [], {}, [[]], {"a": {}})


def broken(random: Random, data: bytes) -> bytes:
    """`data` with one to six things wrong in it."""
    result = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        _break_once(random, result)
    return bytes(result)


def _break_once(random: Random, data: bytearray) -> None:
    at = random.randrange(len(data) + 1)
    # Headers are at the beginning and at the end.
    if random.random() < 0.4:
        at = max(0, len(data) - random.randrange(1, 300))
    length = random.choice((1, 1, 2, 4, 8, 40, 600))
    match random.randrange(8):
        case 0 if at < len(data):
            data[at] ^= 1 << random.randrange(8)
        case 1 if at < len(data):
            data[at] = random.choice(_NUMBERS)
        case 2:
            word = random.choice(_WORDS)
            data[at : at + len(word)] = word
        case 3:
            del data[at : at + length]
        case 4:
            data[at:at] = data[at : at + length]
        case 5:
            data[at:at] = random.randbytes(length)
        case 6:
            other = random.randrange(len(data) + 1)
            data[at : at + length] = data[other : other + length]
        case _:
            del data[random.randrange(len(data) + 1) :]


def text(random: Random, usual: str = "") -> str:
    """A text: the usual one, a broken one, or one of those that broke something once."""
    chance = random.random()
    if usual and chance < 0.3:
        return usual
    if usual and chance < 0.6:
        return broken(random, usual.encode("utf-8", "replace")).decode("utf-8", "surrogateescape")
    if chance < 0.9:
        return random.choice(_TEXTS)
    return "".join(chr(random.randrange(0x20, 0x2100)) for _ in range(random.randrange(40)))


def value(random: Random, usual: Any) -> Any:
    """A JSON value with some of its parts replaced."""
    if random.random() < 0.08:
        return random.choice(_VALUES)
    match usual:
        case dict():
            found = {key: value(random, item) for key, item in usual.items()}
            if random.random() < 0.1:
                found.pop(random.choice([*found, None]), None)
            if random.random() < 0.1:
                found[text(random)] = random.choice(_VALUES)
            return found
        case list():
            return [value(random, item) for item in usual for _ in range(random.choice((1, 1, 2)))]
        case str() if random.random() < 0.1:
            return text(random, usual)
        case _:
            return usual
