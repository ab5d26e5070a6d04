"""What a content process counts: its answers, its questions to upstreams, its refusals.

A request adds one to a number in memory, and to nothing else. `recording` writes the numbers down
for REST, `metrics` tells them to OpenTelemetry.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from aiohttp import web

from pulp_pyindex.app.exceptions import (
    UpstreamError,
    UpstreamForbidden,
    UpstreamMissing,
    UpstreamRefused,
    UpstreamTooLarge,
)
from pulp_pyindex.app.serving import moments
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index.errors import InvalidPage

#: Where a request tells how what passes through was come by. From 3.14 on aiohttp wants a key of
#: its own kind there.
CACHE: Any = web.RequestKey("cache", str) if hasattr(web, "RequestKey") else "pyindex.cache"


class Cache(enum.StrEnum):
    """How an answer was come by that passes through."""

    #: A page upstream gave a moment ago, or that is not to be asked for again yet.
    FRESH = "fresh"
    #: A page that was not known: the client waited for upstream.
    MISS = "miss"
    #: A page that was known and had to be asked for again before it was served.
    REVALIDATED = "revalidated"
    #: A page that may have changed; upstream is asked behind the answer.
    STALE = "stale"
    #: The same, and the last time upstream could not be asked.
    STALE_ERROR = "stale_error"
    #: The same, of an index that leaves its upstream alone.
    OFFLINE = "offline"
    #: No page: upstream does not have the project.
    NEGATIVE = "negative"
    #: A file that was here.
    HIT = "hit"
    #: A file that came from upstream while it was sent.
    FETCHED = "fetched"


#: What is said of an answer the next time, if it is given from memory.
_SETTLED: Mapping[str, str] = {Cache.MISS: Cache.FRESH, Cache.REVALIDATED: Cache.FRESH}
#: Of several that make one page, the one that is told of it.
_WORST = (
    Cache.STALE_ERROR,
    Cache.STALE,
    Cache.OFFLINE,
    Cache.MISS,
    Cache.REVALIDATED,
    Cache.FRESH,
)


def settled(cache: str) -> str:
    """What is said of an answer once it is known."""
    return _SETTLED.get(cache, cache)


def worst(caches: Sequence[str]) -> str:
    """What is said of an answer that is made of several."""
    return next((one for one in _WORST if one in caches), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What answers are told apart by, beside their status."""

    distribution_pk: UUID
    domain: str
    index: str
    #: `page`, `list`, `file`, `metadata`, `upload`, `other`.
    kind: str
    #: A `Cache`; empty: nothing passes through.
    cache: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What questions to upstreams are told apart by."""

    remote_pk: UUID
    domain: str
    remote: str
    #: `page`, `list`, `file`, `metadata`.
    kind: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What refusals are told apart by."""

    domain: str
    index: str
    action: str
    rule: str


@dataclass(slots=True)
class Spent:
    """How many questions, and the seconds they took together."""

    count: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Question:
    """A question to an upstream that is under way; who asks sets what came of it."""

    outcome: str = "ok"
    begun: float = field(default_factory=time.monotonic)
    #: Seconds; None: until the question ends.
    took: float | None = None

    def answered(self) -> None:
        """Upstream has answered: what follows is not its time."""
        self.took = time.monotonic() - self.begun


class Remote(Protocol):
    """What is told of a remote."""

    @property
    def pk(self) -> UUID: ...
    @property
    def name(self) -> str: ...


#: An answer's status → how often. Whoever gives the same answer again and again keeps hold of it.
Statuses = dict[int, int]


class Traffic:
    """The numbers of one process, since it began."""

    def __init__(self) -> None:
        self.answers: dict[Answered, Statuses] = {}
        self.asked: dict[Asked, Spent] = {}
        self.refusals: dict[Refused, int] = {}
        #: Domain and remote → whether the last question to it failed.
        self.failing: dict[tuple[str, str], bool] = {}
        #: Told of each question and its seconds.
        self.on_asked: Callable[[Asked, float], None] | None = None

    def statuses(self, index: Index, segments: Sequence[str], cache: str) -> Statuses:
        """Where to count an index's answers at a path below it."""
        key = Answered(
            distribution_pk=index.distribution_pk,
            domain=index.domain,
            index=index.base_path,
            kind=kind_of(segments),
            cache=cache,
        )
        return self.answers.setdefault(key, {})

    async def counted(
        self,
        request: web.Request,
        index: Index,
        segments: Sequence[str],
        answering: Awaitable[web.StreamResponse],
    ) -> web.StreamResponse:
        """An answer, counted. Who goes away before it is there is not."""
        try:
            answer = await answering
        except web.HTTPException as error:
            self.count(request, index, segments, error.status)
            raise
        except Exception:
            self.count(request, index, segments, 500)
            raise
        self.count(request, index, segments, answer.status)
        return answer

    def count(
        self, request: web.Request, index: Index, segments: Sequence[str], status: int
    ) -> None:
        """One more answer."""
        statuses = self.statuses(index, segments, request.get(CACHE, ""))
        statuses[status] = statuses.get(status, 0) + 1

    @contextmanager
    def asking(self, domain: str, remote: Remote, kind: str) -> Iterator[Question]:
        """A question to an upstream, counted when it has ended by what came of it."""
        question = Question()
        try:
            yield question
        except Exception as error:
            question.outcome = outcome_of(error)
            self._note(domain, remote, kind, question)
            raise
        self._note(domain, remote, kind, question)

    def _note(self, domain: str, remote: Remote, kind: str, question: Question) -> None:
        if question.took is None:
            question.answered()
        assert question.took is not None
        asked = Asked(
            remote_pk=remote.pk,
            domain=domain,
            remote=remote.name,
            kind=kind,
            outcome=question.outcome,
        )
        spent = self.asked.setdefault(asked, Spent())
        spent.count += 1
        spent.seconds += question.took
        self.failing[domain, remote.name] = question.outcome in FAILURES
        if self.on_asked is not None:
            self.on_asked(asked, question.took)

    def refused(self, index: Index, action: str, rule: str) -> None:
        """A rule or a quarantine spoke to a client."""
        key = Refused(domain=index.domain, index=index.base_path, action=action, rule=rule)
        self.refusals[key] = self.refusals.get(key, 0) + 1


#: Outcomes by which an upstream is failing. What is `missing` or `wrong` is so of one page or file.
FAILURES = frozenset({"timeout", "forbidden", "unreachable", "refused", "too_large", "invalid"})


def outcome_of(error: BaseException) -> str:
    """What came of a question that ended in an error, by the error or by what caused it."""
    found = error if isinstance(error, UpstreamError | InvalidPage) else error.__cause__
    match found:
        case InvalidPage():
            return "invalid"
        case UpstreamMissing():
            return "missing"
        case UpstreamForbidden():
            return "forbidden"
        case UpstreamTooLarge():
            return "too_large"
        case UpstreamRefused():
            return "refused"
        case UpstreamError():
            return "timeout" if found.timeout else "unreachable"
    # A file that is not what the page promises.
    return "wrong"


def kind_of(segments: Sequence[str]) -> str:
    """What is asked for at a path below an index, of today or of the past."""
    match moments.below(segments):
        case ["simple", ""] | ["simple"]:
            return "list"
        case ["simple", *_]:
            return "page"
        case ["packages", *_, name]:
            return "metadata" if name.endswith(".metadata") else "file"
        case ["legacy", *_]:
            return "upload"
    return "other"
