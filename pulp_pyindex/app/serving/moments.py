"""The paths at which an index is asked for as it was, and what they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

#: Of a checkpoint, as Pulp's content app writes it.
CHECKPOINT_FORMAT = "%Y%m%dT%H%M%SZ"
_CHECKPOINT = re.compile(r"\d{8}T\d{6}Z\Z")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})\Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
#: RFC 3339, section 5.6: the offset is a part of it.
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\Z"
)


class Way(Enum):
    """How a moment is named; the value is the first segment of the path."""

    VERSION = "+version"
    AT = "+at"
    CHECKPOINT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a path names, as it was written; nothing of it is checked yet."""

    way: Way
    text: str

    @property
    def path(self) -> str:
        """Its part of the path below an index."""
        return f"{self.way.value}/{self.text}" if self.way.value else self.text


class BadMoment(ValueError):
    """What is written is no number of a version and no time. Says so to whoever asked."""


def split(segments: Sequence[str]) -> tuple[Moment | None, Sequence[str]]:
    """The moment that a path below an index begins with, and the path below that moment."""
    match segments:
        case ["+version" | "+at" as way, *rest]:
            text = rest[0] if rest else ""
            return Moment(way=Way(way), text=text), segments[2:]
        case [first, *_] if _CHECKPOINT.match(first):
            return Moment(way=Way.CHECKPOINT, text=first), segments[1:]
    return None, segments


def below(segments: Sequence[str]) -> Sequence[str]:
    """A path below an index without the moment it may begin with."""
    return split(segments)[1]


def under_packages(segments: Sequence[str]) -> Sequence[str]:
    """Of a path below what stands for an index's `packages/`: the path below the index itself."""
    rest = below(segments)
    return (*segments[: len(segments) - len(rest)], "packages", *rest)


def version_number(text: str) -> int:
    """The number of a version. Raises BadMoment."""
    if not _NUMBER.match(text):
        raise BadMoment(
            f"{text[:100]!r} is not the number of a version; one is named as in +version/12/simple/"
        )
    return int(text)


def point_in_time(text: str) -> datetime:
    """What an RFC 3339 time says; a date alone is its first moment in UTC. Raises BadMoment."""
    try:
        if _DATE.match(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        found = _TIME.match(text)
        if found is not None:
            day, time, fraction, offset = found.groups()
            # Pulp's clock knows microseconds; what is finer is cut off.
            fraction = (fraction or ".0")[:7]
            offset = "+00:00" if offset in "Zz" else offset
            return datetime.fromisoformat(f"{day}T{time}{fraction}{offset}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadMoment(f"{text[:100]!r} is no time: {error}") from error
    raise BadMoment(
        f"{text[:100]!r} is not a time as RFC 3339 writes it; examples: +at/2026-11-22/simple/, "
        "+at/2026-11-22T08:30:00Z/simple/, +at/2026-11-22T09:30:00+01:00/simple/"
    )


def checkpoint_time(text: str) -> datetime:
    """The last moment of the second that a checkpoint's path names. Raises BadMoment."""
    try:
        second = datetime.strptime(text, CHECKPOINT_FORMAT)  # noqa: DTZ007 - UTC, said below
    except ValueError as error:
        raise BadMoment(f"{text[:100]!r} is no time: {error}") from error
    return second.replace(tzinfo=UTC, microsecond=999_999)
