"""Where an index has its projects from: the contract between what is merged and what merges.

Every member of an index is asked through a `Source`: its own repository (`stored_source`), and a
remote that is passed through. `merged.Merging` asks them in order: the index's own repository, its
bases one after the other (each of them an index with members of its own), and last the index's own
remote. The index's ruleset then judges what came of it.

    own repository ─┐
    bases, in order ├─► `index.merging` ─► ruleset ─► page, files, metadata, provenance, JSON API
    own remote ─────┘

An index without bases and remote, whose files nobody judges, is plain: `Pages` and `Files` answer
it, nothing here is asked.
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from aiohttp import web
from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.files import FileAnswer
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index.feeds import FeedEntry
from pulp_pyindex.index.jsonapi import ReleaseInfo
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage
from pulp_pyindex.index.paths import FilePath


class SourceFailed(Exception):
    """A source cannot say whether it has what was asked for: nobody after it may be asked.

    `status` is what the client is answered with (502, 503, 504, 508), `where` names the source.
    """

    def __init__(self, status: int, where: str, reason: str) -> None:
        super().__init__(status, where, reason)
        self.status = status
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.where} cannot be asked: {self.reason}"


class Action(enum.StrEnum):
    """What became of a file of which there is something to say."""

    #: By a rule: not on the page; who asks for it by its address gets it.
    HIDE = "hide"
    #: By a rule: 403 with `text`.
    DENY = "deny"
    #: By merging: another index's file has its place. 404 with `text`.
    DROP = "drop"
    #: By a rule: given out like any other, and written down when it is.
    REPORT = "report"
    #: By a rule: given out, whatever those after it say.
    ALLOW = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A file that is there and not shown, or that is shown and reported or allowed."""

    file: File
    action: Action
    #: The rule's name, or what merging decided by.
    by: str
    #: For people: why.
    text: str
    #: The index (base path) that withholds it.
    at: str
    #: The ruleset that the rule is of; empty where nothing but a quarantine or merging speaks.
    ruleset: str = ""
    #: The file's project, where it was judged.
    project: str = ""
    #: Since when it is so, where a rule or a quarantine speaks.
    since: datetime | None = None
    #: When time alone may change it.
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that an index, or one member of it, says of a project. It has the project.

    The files of `page` and of `withheld` have links as our own pages do (`index.paths`), so each
    has a sha256. An offer without files still owns the name.
    """

    page: ProjectPage
    #: Equal keys mean equal offers, in whichever process, for ever.
    key: Hashable
    #: Seconds since the epoch: from then on the offer has to be made anew. None: never.
    expires: float | None = None
    withheld: tuple[Withheld, ...] = ()
    #: Files of the page whose downloads are written down.
    reported: tuple[Withheld, ...] = ()
    #: Files of the page that a rule allows, for explanations.
    allowed: tuple[Withheld, ...] = ()
    #: Which member a file comes from, by filename; filled in by what merges.
    origins: Mapping[str, Member] = field(default_factory=dict)
    #: Header fields that tell of the page's age and the like.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: How it was come by, where it passes through (`traffic.Cache`).
    cache: str = ""
    #: Why there is no page although the name is owned (404); empty: there is one.
    gone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The projects of a source."""

    entries: Sequence[ProjectEntry]
    #: Equal keys mean equal lists.
    key: Hashable
    serial: int | None = None
    expires: float | None = None
    #: Names that are owned although the list does not show them.
    owned: frozenset[str] = frozenset()
    #: Whether it may be another one at any time.
    is_fleeting: bool = False

    def settled(self) -> Self:
        """The same for whoever asks after it is known."""
        return self


class Source(Protocol):
    """A place where projects come from; it looks at one index alone, never at its bases.

    Names are normalised. Everything raises SourceFailed or DatabaseGone where it cannot be told
    what the source has, and returns None only where the source surely has no such thing.
    """

    #: For people, in explanations: "repository", "remote".
    kind: str

    async def offer(self, index: Index, project: NormalizedName, *, ask: bool) -> Offer | None:
        """What it says of a project; None: it neither has nor owns it.

        With `ask` false only what is known here is told: nobody outside learns of the name.
        """

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        """Whether another process has learnt of a project what this one had not, but has now."""

    async def owns(self, index: Index, project: NormalizedName) -> bool:
        """Whether the name is its own, for all that is known without asking anybody outside."""

    async def projects(self, index: Index) -> Listing:
        """The list of projects."""

    async def project_of(self, index: Index, path: FilePath) -> NormalizedName | None:
        """Which project the file at an address belongs to; None: it has no such file."""

    async def file(
        self, request: web.Request, index: Index, path: FilePath, *, guarded: bool
    ) -> FileAnswer | None:
        """The answer with a file, or its metadata, that this source offers on a page.

        Whether the client may have it has been decided. `guarded`: not for shared caches.
        """

    async def releases(self, index: Index, project: NormalizedName) -> list[ReleaseInfo]:
        """The releases of a project with what their files say of themselves."""

    async def provenance(self, index: Index, project: NormalizedName, filename: str) -> str | None:
        """The PEP 740 provenance object of a file, JSON text."""

    async def newest(self, index: Index, kind: str, limit: int) -> list[FeedEntry]:
        """The newest `releases` or `projects`, newest first."""


class Judge(Protocol):
    """What may be shown and handed out of what an index has: its ruleset, and quarantine."""

    def judges(self, index: Index) -> bool:
        """Whether anything of the index could be withheld; else it is not asked."""

    async def judge(self, index: Index, offer: Offer) -> Offer:
        """The offer as the index may make it: files moved from its page to `withheld`.

        Its key says by which rules, and since when; it expires when the next file comes of age.
        What came withheld stays so, but `DENY` goes before `HIDE`. Raises DatabaseGone.
        """

    async def listing(self, index: Index, listing: Listing) -> Listing:
        """The list, with serials that tell of what rules change. Raises DatabaseGone."""

    def note(self, request: web.Request, index: Index, withheld: Withheld) -> None:
        """Take note that a client was refused a file, or was given one that is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One source of one index."""

    index: Index
    source: Source

    def __str__(self) -> str:
        return f"{self.source.kind} of {self.index.base_path!r}"
