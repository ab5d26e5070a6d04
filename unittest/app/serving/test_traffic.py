"""What is counted of answers and of questions to upstreams."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from pulp_pyindex.app.exceptions import (
    UpstreamFaulty,
    UpstreamForbidden,
    UpstreamMissing,
    UpstreamRefused,
    UpstreamTooLarge,
)
from pulp_pyindex.app.serving import traffic
from pulp_pyindex.app.serving.growing import FetchFailed
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import SourceFailed
from pulp_pyindex.app.serving.traffic import CACHE, Asked, Cache, Traffic, kind_of, outcome_of
from pulp_pyindex.index.errors import InvalidPage

URL = "https://index.example.org/simple/"


@dataclass
class Remote:
    """What is told of a remote."""

    name: str = "web"
    pk: UUID = field(default_factory=uuid4)


def index(base_path: str = "team/prod") -> Index:
    return Index(
        distribution_pk=UUID(int=1),
        domain_pk=UUID(int=2),
        domain="default",
        base_path=base_path,
        guard_pk=None,
        publication_pk=None,
        version_pk=None,
        pinned=False,
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("simple/", "list"),
        ("simple/foo/", "page"),
        ("simple/foo", "page"),
        ("packages/ab/cd/ef/foo-1.0.tar.gz", "file"),
        ("packages/ab/cd/ef/foo-1.0.tar.gz.metadata", "metadata"),
        ("legacy/", "upload"),
        ("pypi/foo/json", "other"),
        ("", "other"),
        ("+at/2026-11-22/simple/foo/", "page"),
        ("+version/3/simple/", "list"),
    ],
)
def test_answers_are_told_apart_by_what_was_asked_for(path: str, kind: str) -> None:
    """Of today or of the past."""
    assert kind_of(path.split("/")) == kind


def test_answers_are_counted_by_status_and_by_how_they_were_come_by() -> None:
    """Refusals and faults too; who goes away before the answer is not."""
    counts = Traffic()

    async def give(outcome: int | BaseException, cache: str = "") -> None:
        async def answering() -> web.StreamResponse:
            request[CACHE] = cache
            if isinstance(outcome, BaseException):
                raise outcome
            return web.Response(status=outcome)

        request = make_mocked_request("GET", "/pypi/team/prod/simple/foo/")
        await counts.counted(request, index(), ["simple", "foo", ""], answering())

    asyncio.run(give(200, Cache.STALE))
    asyncio.run(give(304, Cache.STALE))
    asyncio.run(give(200, Cache.STALE))
    for error in (web.HTTPForbidden(), RuntimeError(), asyncio.CancelledError()):
        with pytest.raises(type(error)):
            asyncio.run(give(error))
    found = {one.cache: statuses for one, statuses in counts.answers.items()}
    assert found == {"stale": {200: 2, 304: 1}, "": {403: 1, 500: 1}}


def test_an_answer_from_memory_was_not_waited_for() -> None:
    """Whatever the first one who asked had to wait for."""
    assert traffic.settled(Cache.MISS) == traffic.settled(Cache.REVALIDATED) == Cache.FRESH
    assert traffic.settled(Cache.STALE) == Cache.STALE
    assert traffic.settled("") == ""


def test_of_several_parts_the_stalest_is_told() -> None:
    """A part of one's own says nothing."""
    assert traffic.worst(["", Cache.FRESH, Cache.STALE_ERROR]) == Cache.STALE_ERROR
    assert traffic.worst(["", Cache.FRESH]) == Cache.FRESH
    assert traffic.worst(["", ""]) == ""


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UpstreamMissing(URL, "404"), "missing"),
        (UpstreamForbidden(URL, "401"), "forbidden"),
        (UpstreamFaulty(URL, "too slow", timeout=True), "timeout"),
        (UpstreamFaulty(URL, "no connection"), "unreachable"),
        (UpstreamTooLarge(URL, "1 GB"), "too_large"),
        (UpstreamRefused(URL, "redirect"), "refused"),
        (InvalidPage(URL, "no page"), "invalid"),
        (FetchFailed(502, "other bytes"), "wrong"),
    ],
)
def test_questions_are_told_apart_by_what_came_of_them(error: Exception, outcome: str) -> None:
    """Also where the error was turned into another one."""
    assert outcome_of(error) == outcome
    if outcome != "wrong":
        failed = SourceFailed(502, "it", "why")
        failed.__cause__ = error
        assert outcome_of(failed) == outcome


def test_questions_are_counted_with_their_seconds() -> None:
    """And the last one says whether the upstream fails."""
    counts, remote = Traffic(), Remote()
    heard: list[tuple[str, float]] = []
    counts.on_asked = lambda asked, seconds: heard.append((asked.outcome, seconds))

    def ask(outcome: str) -> None:
        with counts.asking("default", remote, "page") as question:
            question.outcome = outcome

    ask("unchanged")
    with (
        pytest.raises(UpstreamFaulty),
        counts.asking("default", remote, "page"),
    ):
        raise UpstreamFaulty(URL, "no connection")
    assert counts.failing == {("default", "web"): True}
    ask("unchanged")
    assert counts.failing == {("default", "web"): False}
    unchanged = Asked(
        remote_pk=remote.pk, domain="default", remote="web", kind="page", outcome="unchanged"
    )
    assert counts.asked[unchanged].count == 2
    assert [outcome for outcome, _ in heard] == ["unchanged", "unreachable", "unchanged"]
    told = sum(one.seconds for one in counts.asked.values())
    assert told == pytest.approx(sum(seconds for _, seconds in heard))
