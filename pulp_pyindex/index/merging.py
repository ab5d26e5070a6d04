"""Which of several places a project comes from. What a page of several shows says `uniting`.

A name belongs to the nearest place that owns it: places after it contribute nothing, whatever they
have. Two lists change that, both of names and globs. `merge`: of these projects every place
contributes its files, and of two with the same name the earlier wins. `reserved`: these are only
looked for at home, whether they exist or not, never at an upstream. Reserving goes before merging.

`decide` is the one function for pages, files, metadata and explanations. It is called again and
again with what was learnt so far, and says which place is to be asked next, so that a place that is
not entitled to a name never hears of it.
"""

from __future__ import annotations

import enum
import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from pulp_pyindex.index.errors import InvalidName, InvalidWanted
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.pages import ProjectPage, Status

_SEPARATORS = re.compile(r"[-_.]+")
_GLOB = re.compile(r"[A-Za-z0-9*?][A-Za-z0-9._*?-]*\Z")


@dataclass(frozen=True, slots=True)
class Patterns:
    """A list of projects by name and by glob; both match normalised names, however written."""

    #: The entries as they were written.
    texts: tuple[str, ...] = ()
    exact: Mapping[NormalizedName, str] = field(default_factory=dict, compare=False, repr=False)
    globs: tuple[tuple[str, re.Pattern[str]], ...] = field(default=(), compare=False, repr=False)

    def match(self, project: NormalizedName) -> str | None:
        """The entry, as it was written, that holds a project."""
        found = self.exact.get(project)
        if found is not None:
            return found
        return next((text for text, glob in self.globs if glob.match(project)), None)

    def __bool__(self) -> bool:
        return bool(self.texts)


def read_patterns(field: str, texts: Iterable[str]) -> Patterns:
    """Read a list; raises InvalidWanted, which names `field`, for the first bad entry.

    An entry that ends with a separator (`acme-`) stands for all names that begin so.
    """
    exact: dict[NormalizedName, str] = {}
    globs: list[tuple[str, re.Pattern[str]]] = []
    written = tuple(texts)
    for position, text in enumerate(written):
        name = text.strip()
        if name and name[-1] in "-_.":
            name += "*"
        if "*" in name or "?" in name:
            if _GLOB.match(name) is None:
                reason = "the pattern is not one of project names"
                raise InvalidWanted(field, position, text, reason)
            pattern = re.sub(r"\*+", "*", _SEPARATORS.sub("-", name).lower())
            globs.append((text, re.compile(fnmatch.translate(pattern))))
            continue
        try:
            exact[normalize(name)] = text
        except InvalidName as error:
            reason = "neither a project name (PEP 508) nor a pattern such as 'acme-*'"
            raise InvalidWanted(field, position, text, reason) from error
    return Patterns(written, exact, tuple(globs))


@dataclass(frozen=True, slots=True)
class Routing:
    """What an index says of the ways its projects come."""

    merge: Patterns = field(default_factory=Patterns)
    reserved: Patterns = field(default_factory=Patterns)


class Kind(enum.StrEnum):
    """What a place is to the index."""

    REPOSITORY = "repository"
    BASE = "base"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of an index."""

    name: str
    kind: Kind
    #: The entry of its own that reserves the project to it, if one does.
    reserved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a place answered: it may own a project of which it has no page (any more)."""

    page: ProjectPage | None = None
    owns: bool = False
    #: Why an owner has no page.
    gone: str = ""


class Standing(enum.StrEnum):
    """What a place is to one project."""

    ANSWERS = "answers"
    MERGED = "merged"
    SHADOWED = "shadowed"
    RESERVED = "reserved"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided so far. With `ask` set it is not final."""

    #: The position of the place to ask next; None: nobody.
    ask: int | None
    #: Of each place, and why.
    standings: tuple[tuple[Standing, str], ...]
    #: The nearest owner's position; None: nobody owns the project.
    owner: int | None = None
    #: Positions of those whose files are shown, in order.
    contributing: tuple[int, ...] = ()
    #: The entries that decided, where entries did.
    merged_by: str | None = None
    reserved_by: str | None = None


def decide(
    project: NormalizedName,
    routing: Routing,
    places: Sequence[Place],
    said: Mapping[int, Said],
) -> Decision:
    """Decide by what the places with the positions in `said` answered, in order."""
    closed_off, reserved_by = barred(project, routing, places)
    merged_by = routing.merge.match(project)
    standings: list[tuple[Standing, str]] = []
    contributing: list[int] = []
    owner: int | None = None
    ask: int | None = None
    closed = ""
    for position, place in enumerate(places):
        if position in closed_off:
            standings.append((Standing.RESERVED, closed_off[position]))
        elif closed:
            standings.append((Standing.SHADOWED, closed))
        elif ask is not None:
            standings.append((Standing.UNKNOWN, "it is asked after those before it"))
        elif position not in said:
            ask = position
            standings.append((Standing.UNKNOWN, "it has not been asked yet"))
        elif not said[position].owns:
            standings.append((Standing.NOTHING, "it does not have the project"))
        else:
            owner = position if owner is None else owner
            closed = _closes(project, place, said[position], merged_by)
            standings.append(_contributes(said[position], merged_by))
            if said[position].page is not None:
                contributing.append(position)
    return Decision(
        ask=ask,
        standings=tuple(standings),
        owner=owner,
        contributing=tuple(contributing),
        merged_by=merged_by,
        reserved_by=reserved_by,
    )


def barred(
    project: NormalizedName, routing: Routing, places: Sequence[Place]
) -> tuple[dict[int, str], str | None]:
    """The places that must not be asked, each with why, and the entry by which.

    The index's own repository is home. Of the bases, those that reserve the name themselves; where
    none does, the first one stands in for a repository that the index does not have.
    """
    here = routing.reserved.match(project)
    keepers = [place for place in places if place.reserved_by is not None]
    if here is None and not keepers:
        return {}, None
    home = {p for p, place in enumerate(places) if place.kind is Kind.REPOSITORY}
    home |= {p for p, place in enumerate(places) if place.kind is Kind.BASE and place.reserved_by}
    if not home:
        home = {p for p, place in enumerate(places) if place.kind is Kind.BASE and p == 0}
    if here is not None:
        by, why = here, f"{project} is reserved by {here!r}: it is never looked for upstream"
    else:
        keeper = keepers[0]
        by = keeper.reserved_by or ""
        why = f"{project} is reserved to {keeper.name} by {by!r}"
    return {p: why for p in range(len(places)) if p not in home}, by


def _closes(project: NormalizedName, place: Place, said: Said, merged_by: str | None) -> str:
    """Why nobody after an owner contributes; empty: they do."""
    if said.page is not None and said.page.status.status is Status.QUARANTINED:
        return f"{project} is in quarantine at {place.name}, which is nearer"
    if merged_by is None:
        return f"{project} belongs to {place.name}, which is nearer"
    return ""


def _contributes(said: Said, merged_by: str | None) -> tuple[Standing, str]:
    if said.page is None:
        return Standing.ANSWERS, said.gone or "it owns the name and shows nothing"
    if merged_by is not None:
        return Standing.MERGED, f"its files are shown with those of others, by {merged_by!r}"
    return Standing.ANSWERS, "it is the nearest that owns the name"
