"""The Range header (RFC 9110, section 14): which bytes of a file a client wants."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPEC = re.compile(r"(?:([0-9]+)-([0-9]*)|-([0-9]+))\Z")
#: Longer numbers than any file has bytes; int() of many digits is slow.
_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsatisfiable:
    """A range of which the file has no byte: the answer is 416."""


def wanted_span(header: str | None, size: int) -> Span | Unsatisfiable | None:
    """The one span a Range header asks for; None where the whole file is to be sent.

    A header that cannot be read, another unit than bytes, and more than one range are answered
    with the whole file, as section 14.2 allows.
    """
    if header is None:
        return None
    unit, separator, spec = header.partition("=")
    if not separator or unit.strip().lower() != "bytes":
        return None
    match = _SPEC.match(spec.strip())
    if match is None or any(group and len(group) > _DIGITS for group in match.groups()):
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        length = min(int(suffix), size)
        return Span(start=size - length, stop=size) if length else Unsatisfiable()
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        return Unsatisfiable()
    return Span(start=start, stop=min(int(last) + 1, size) if last else size)


def is_readable(header: str | None) -> bool:
    """Whether a header asks for one span, whatever the size of the file turns out to be."""
    return wanted_span(header, 0) is not None
