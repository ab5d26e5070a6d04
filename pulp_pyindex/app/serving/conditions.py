"""Conditional requests (RFC 9110, section 13) on things that have a strong ETag."""

from __future__ import annotations

import re

_TAG = re.compile(r'\s*(W/)?("[^"]*")\s*(?:,|\Z)')


def is_not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether If-None-Match names `etag`, by weak comparison; `*` names everything."""
    if if_none_match is None:
        return False
    if if_none_match == etag or if_none_match.strip() == "*":
        return True
    return any(tag == etag for _, tag in _tags(if_none_match))


def range_applies(if_range: str | None, etag: str) -> bool:
    """Whether the Range header counts: by strong comparison; a date is never of ours."""
    return if_range is None or if_range.strip() == etag


def _tags(header: str) -> list[tuple[str, str]]:
    return [(match[1] or "", match[2]) for match in _TAG.finditer(header)]
