"""How often and how soon an upstream is asked again."""

import asyncio
from datetime import UTC, datetime

import pytest

from pulp_pyindex.app.exceptions import UpstreamFaulty, UpstreamMissing
from pulp_pyindex.app.upstream import patience
from pulp_pyindex.app.upstream.patience import DOWN_AFTER, Patience, retry_after

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """Anything else asks for nothing."""
    assert retry_after(value, NOW) == seconds


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_DELAY", 0.0)


class Scripted:
    """Raises what it is given, one error a call, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def faulty() -> UpstreamFaulty:
    return UpstreamFaulty("http://index.example/", "HTTP 503", status=503)


def test_faults_are_retried() -> None:
    """Until there is an answer."""
    once = Scripted(faulty(), faulty())
    assert asyncio.run(Patience(2).retrying(once)) == "answer"
    assert once.calls == 3


def test_the_last_fault_is_raised() -> None:
    """When no tries are left."""
    once = Scripted(faulty(), faulty(), faulty())
    with pytest.raises(UpstreamFaulty):
        asyncio.run(Patience(1).retrying(once))
    assert once.calls == 2


def test_an_answer_that_will_not_change_is_not_asked_for_again() -> None:
    """404 is an answer."""
    once = Scripted(UpstreamMissing("http://index.example/", "HTTP 404", status=404))
    with pytest.raises(UpstreamMissing):
        asyncio.run(Patience(3).retrying(once))
    assert once.calls == 1


def test_an_upstream_that_is_down_is_not_retried() -> None:
    """After many failures in a row each further one costs a single request."""

    async def story() -> int:
        shared = Patience(1)
        for _ in range(DOWN_AFTER):
            with pytest.raises(UpstreamFaulty):
                await shared.retrying(Scripted(faulty(), faulty()))
        late = Scripted(faulty(), faulty())
        with pytest.raises(UpstreamFaulty):
            await shared.retrying(late)
        return late.calls

    assert asyncio.run(story()) == 1


def test_a_rate_limit_spreads_requests() -> None:
    """Ten a second take half a second for six."""

    async def story() -> float:
        limited = Patience(0, per_second=10)
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await asyncio.gather(*(limited.retrying(Scripted()) for _ in range(6)))
        return loop.time() - begin

    assert asyncio.run(story()) >= 0.45
