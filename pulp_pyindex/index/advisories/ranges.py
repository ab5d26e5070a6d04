"""Which releases an advisory is about: OSV's ranges of events, compared the PEP 440 way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from packaging.utils import canonicalize_version
from packaging.version import InvalidVersion, Version

_ENDS = ("fixed", "limit", "last_affected")
_KINDS = ("introduced", *_ENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Affected releases without a gap. `None` at an end: open."""

    introduced: str | None
    #: The first release that is not affected any more; never together with `last_affected`.
    fixed: str | None = None
    last_affected: str | None = None

    def holds(self, version: Version) -> bool:
        """Whether a release is one of them; a local build of one is."""
        return self._holds(version) or (
            version.local is not None and self._holds(_version(version.public))
        )

    @property
    def is_everything(self) -> bool:
        """Whether every release is one of them, also what PEP 440 cannot read."""
        return self.introduced is None and self.fixed is None and self.last_affected is None

    def _holds(self, version: Version) -> bool:
        if self.introduced is not None and version < _version(self.introduced):
            return False
        if self.fixed is not None:
            return version < _version(self.fixed)
        return self.last_affected is None or version <= _version(self.last_affected)


#: All that is affected of one project by ranges.
Range = tuple[Span, ...]


class UnreadableRange(ValueError):
    """Events of which PEP 440 cannot read one."""


def spans(events: Sequence[Mapping[str, str]]) -> Range:
    """The spans between the events of an OSV range; raises UnreadableRange.

    Events are sorted first, as OSV's evaluation algorithm does. `limit` ends a span as `fixed`.
    """
    ordered = sorted(
        (_key(text), kind, text)
        for event in events
        for kind, text in event.items()
        if kind in _KINDS
    )
    found: list[Span] = []
    is_open, start = False, ""
    for _, group in groupby(ordered, key=lambda event: event[0]):
        here = {kind: text for _, kind, text in group}
        if "introduced" in here and not is_open:
            is_open, start = True, here.pop("introduced")
        end = next((kind for kind in _ENDS if kind in here), None)
        if is_open and end is not None:
            found.append(_span(start, end, here[end]))
            is_open = "introduced" in here
            start = here.get("introduced", "")
    if is_open:
        found.append(_span(start, None, None))
    return tuple(found)


def _span(start: str, end: str | None, text: str | None) -> Span:
    # "0" is before every version; PEP 440 knows 0.dev0.
    introduced = None if start == "0" else start
    if end == "last_affected":
        return Span(introduced=introduced, last_affected=text)
    return Span(introduced=introduced, fixed=text)


def fixed_after(ranges: Sequence[Span], release: str) -> str | None:
    """The nearest release above an affected one that is said to be fixed; None where none is."""
    version = readable(release)
    if version is None:
        return None
    # Where several branches were mended, the end of its own span is the smallest step.
    own = [span.fixed for span in ranges if span.fixed is not None and span.holds(version)]
    later = [
        span.fixed for span in ranges if span.fixed is not None and _version(span.fixed) > version
    ]
    return min(own or later, key=_version, default=None)


def readable(release: str) -> Version | None:
    """A release as PEP 440 understands it; None where it does not."""
    try:
        return _version(release)
    except InvalidVersion:
        return None


@lru_cache(maxsize=100_000)
def shortest(release: str) -> str:
    """The one spelling of a release that all spellings of it share; verbatim what is unreadable."""
    return str(canonicalize_version(release))


@lru_cache(maxsize=100_000)
def _version(text: str) -> Version:
    return Version(text)


def _key(text: str) -> tuple[int, Version]:
    if text == "0":
        return (0, _version("0"))
    try:
        return (1, _version(text))
    except InvalidVersion as error:
        raise UnreadableRange(text) from error
