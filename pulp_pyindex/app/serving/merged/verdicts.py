"""What is said of a project by an index as a whole, and who has a say in it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, Self

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Offer, Source
from pulp_pyindex.app.serving.traffic import Cache, settled
from pulp_pyindex.index.merging import Decision, Place


class Passing(Protocol):
    """What holds for a time only."""

    @property
    def expires(self) -> float | None:
        """Seconds since the epoch; None: it holds."""

    @property
    def is_fleeting(self) -> bool:
        """Whether it may be another one at any time."""

    def settled(self) -> Self:
        """The same for whoever asks after it is known."""


class Reach(enum.Enum):
    """How far a question goes."""

    #: Remotes ask their upstreams.
    UPSTREAM = "upstream"
    #: Remotes tell what they know; nobody outside learns of the name.
    KNOWN = "known"
    #: Remotes are left out: the name is reserved.
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an index says of a project, and how that came."""

    index: Index
    project: NormalizedName
    places: tuple[Place, ...]
    decision: Decision
    #: What those that were asked said, by position.
    offers: Mapping[int, Offer]
    #: What comes of it, judged; None: nobody owns the name.
    offer: Offer | None
    #: Seconds since the epoch.
    expires: float | None = None
    #: Whether it may be another one at any time.
    is_fleeting: bool = False
    #: Whether an upstream that may own the name does not have it.
    in_vain: bool = False

    @property
    def cache(self) -> str:
        """How it was come by, where it passes through (`traffic.Cache`)."""
        if self.offer is not None:
            return self.offer.cache
        return Cache.NEGATIVE if self.in_vain else ""

    def settled(self) -> Self:
        """The same for whoever asks after it is known."""
        if self.offer is None or self.offer.cache == settled(self.offer.cache):
            return self
        return replace(self, offer=replace(self.offer, cache=settled(self.offer.cache)))

    @property
    def has_page(self) -> bool:
        """Whether there is a page to be shown."""
        return self.offer is not None and not self.offer.gone

    @property
    def lasts(self) -> bool:
        """Whether nothing but a change behind the index can make it another one."""
        return not self.is_fleeting and self.expires is None

    @property
    def reason(self) -> str:
        """Why there is no page."""
        text = f"The index {self.index.base_path!r} has no project {self.project!r}."
        if self.offer is not None and self.offer.gone:
            return f"{text} The name is taken: {self.offer.gone}."
        if self.decision.reserved_by is not None:
            why = next(
                (why for standing, why in self.decision.standings if standing == "reserved"), ""
            )
            return f"{text} {why or 'The name is reserved'}."
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A place, and who speaks for it: a source of the index itself, or a base."""

    place: Place
    source: Source | None = None
    base: Index | None = None


class Heard(NamedTuple):
    """What a place says of a project."""

    offer: Offer | None
    #: Whether it may say something else at any time.
    is_fleeting: bool
    #: Whether an upstream was asked that does not have it.
    in_vain: bool
