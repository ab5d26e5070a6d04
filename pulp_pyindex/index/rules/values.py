"""The values a rule is written with: durations, moments, sizes, patterns."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

_DURATION = re.compile(r"(?P<number>[0-9]{1,6})\s*(?P<unit>[smhdw])\Z")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SIZE = re.compile(r"(?P<number>[0-9]{1,15})\s*(?P<unit>B|kB|MB|GB|KiB|MiB|GiB)?\Z", re.IGNORECASE)
_BYTES = {
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
#: A longer one would reach beyond the beginning of the calendar.
_LONGEST = timedelta(days=36_500)


def read_duration(value: object) -> timedelta:
    """A duration such as `7d`; raises ValueError, which says what is wrong."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("not a duration such as '30m', '12h', '7d' or '2w'")
    found = int(match["number"]) * _UNITS[match["unit"]]
    if not timedelta() < found <= _LONGEST:
        raise ValueError("a duration is more than nothing, and less than 100 years")
    return found


def read_moment(value: object) -> datetime:
    """A date, which begins at midnight UTC, or a time with its zone; raises ValueError."""
    if isinstance(value, str):
        try:
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        except ValueError:
            pass
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if moment.tzinfo is None:
                raise ValueError("the time zone is missing; write it as in 2026-12-01T12:00:00Z")
            try:
                return moment.astimezone(UTC)
            except OverflowError:
                pass
    raise ValueError("not a date such as '2026-12-01' or a time such as '2026-12-01T12:00:00Z'")


def read_size(value: object) -> int:
    """A number of bytes, or a text such as `50 MB`; raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.match(value) if isinstance(value, str) else None
    if match is None or not int(match["number"]):
        raise ValueError("not a size such as 1000000, '50 MB' or '1 GiB'")
    return int(match["number"]) * _BYTES[(match["unit"] or "B").lower()]


def read_pattern(value: object) -> Callable[[str], bool]:
    """Whether a text is like a glob, case aside; raises ValueError."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("not a text or a pattern such as 'acme-*'")
    match = re.compile(fnmatch.translate(value.strip()), re.IGNORECASE).match
    return lambda text: match(text) is not None
