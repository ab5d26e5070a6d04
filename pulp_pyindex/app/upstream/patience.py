"""How often and how soon an upstream that could not answer is asked again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from pulp_pyindex.app.exceptions import UpstreamFaulty

#: Statuses that may be gone at the next try.
RETRIED = frozenset({429, 500, 502, 503, 504})
#: An upstream's Retry-After is obeyed up to this many seconds.
LONGEST_WAIT = 60.0
#: After so many requests in a row that failed for good, the upstream is taken to be down: nothing
#: is retried until something succeeds. A sync of many projects then ends in time.
DOWN_AFTER = 20

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 20.0

Result = TypeVar("Result")


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3), or None where it asks none."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


class Patience:
    """Retries with exponential back-off and jitter, shared by all requests to one upstream."""

    def __init__(self, max_retries: int, *, per_second: int | None = None) -> None:
        self._max_retries = max_retries
        self._interval = 1.0 / per_second if per_second else 0.0
        self._next_start = 0.0
        self._failures = 0

    async def turn(self) -> None:
        """Wait until the next request may start: rate limit, and what Retry-After asked for."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start)
        if self._interval:
            self._next_start = start + self._interval
        if start > now:
            await asyncio.sleep(start - now)

    def hold(self, seconds: float) -> None:
        """Start no further request before so many seconds (at most LONGEST_WAIT) are over."""
        until = asyncio.get_running_loop().time() + min(seconds, LONGEST_WAIT)
        self._next_start = max(self._next_start, until)

    async def retrying(self, once: Callable[[], Awaitable[Result]]) -> Result:
        """The result of `once`, called anew while it raises UpstreamFaulty and tries are left."""
        attempt = 0
        while True:
            await self.turn()
            try:
                result = await once()
            except UpstreamFaulty:
                if attempt >= self._max_retries or self._failures >= DOWN_AFTER:
                    self._failures += 1
                    raise
            else:
                self._failures = 0
                return result
            delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2**attempt)
            jitter = random.uniform(0.5, 1.0)  # noqa: S311 - nothing is kept secret by it
            await asyncio.sleep(delay * jitter)
            attempt += 1
