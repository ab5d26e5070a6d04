"""Faults that a test asks the upstream for, and the means to know that they were met."""

import fnmatch
import threading
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong on the paths that match `pattern` (fnmatch over path, then over filename).

    Several fields may be set: `delay` and `hold_after` come before the rest.
    """

    pattern: str
    #: Only for this method.
    method: str | None = None
    #: Answers spoilt before all is well again; None = until `clear`.
    times: int | None = None

    #: Answer with this status …
    status: int | None = None
    #: … and with this Retry-After.
    retry_after: str | None = None
    #: Answer with this body instead of the right one, as this type.
    body: bytes | None = None
    content_type: str | None = None
    #: Other bytes of the same length.
    wrong_bytes: bool = False
    #: A whole answer, only this many bytes of the right body long.
    short: int | None = None
    #: Promise the whole body, send this many bytes of it, close the connection.
    cut_after: int | None = None
    #: Send this many bytes more than there are, as blanks (a page that does not end).
    padding: int = 0
    #: Bytes per second.
    throttle: int | None = None
    #: Seconds before the first byte.
    delay: float = 0
    #: Send this many bytes, then wait for `release`. 0 = headers and nothing else.
    hold_after: int | None = None
    #: Never answer (until `release`).
    hang: bool = False

    #: How often it happened.
    hits: int = 0
    #: Set when a request has come to `hold_after` or `hang`.
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    cleared: bool = False

    def matches(self, method: str, path: str) -> bool:
        if self.cleared or (self.method and self.method != method):
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        filename = path.rstrip("/").rpartition("/")[2]
        return fnmatch.fnmatch(path, self.pattern) or fnmatch.fnmatch(filename, self.pattern)

    def wait_reached(self, timeout: float = 60) -> None:
        """Return once a request hangs here; fail if none does."""
        if not self.reached.wait(timeout):
            raise TimeoutError(f"no request came to {self.pattern}")

    def release(self) -> None:
        """Let those who wait go on, and nobody wait any more."""
        self.released.set()

    def clear(self) -> None:
        """All is well again."""
        self.cleared = True
        self.released.set()
