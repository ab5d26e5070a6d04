"""Waiting without missing a signal: stop requests and dead children end the wait at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
WATCHED = STOPPING | {signal.SIGCHLD}


class StopRequested(Exception):
    """Somebody asked the supervisor to stop; not an error."""


@contextmanager
def signals_held() -> Iterator[None]:
    """Within, the watched signals are only seen by `wait`."""
    # SIGCHLD is ignored by default and would then be dropped, not held.
    before = signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        signal.signal(signal.SIGCHLD, before)


def wait(seconds: float) -> None:
    """Sleep until a child dies or the time is over; StopRequested when a signal asks for it."""
    info = signal.sigtimedwait(WATCHED, max(seconds, 0.001))
    if info is not None and info.si_signo in STOPPING:
        raise StopRequested


def check() -> None:
    """StopRequested when a signal arrived while something else was done."""
    info = signal.sigtimedwait(STOPPING, 0)
    if info is not None:
        raise StopRequested
