"""Requests that come back to where they were made, told by a header that goes along (RFC 8586).

An index that is asked, and a remote whose upstream is asked on its behalf, join `CDN-Loop` by
their keys. Whoever finds itself there is asked by itself.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import UUID

HEADER = "CDN-Loop"

#: More than any chain needs. What is longer is not passed on but taken for a loop.
_LONGEST = 2_000
_OURS = re.compile(r"pulp-pyindex; id=([0-9a-f]{32})")
_PASSED: ContextVar[str] = ContextVar("pyindex_passed", default="")


def arrive(header: str | None, index_pk: UUID) -> bool:
    """Note what the request that an index answers has passed; False where it is in a round."""
    _PASSED.set(header or "")
    if is_loop(index_pk):
        return False
    _PASSED.set(onward(index_pk))
    return True


def is_loop(pk: UUID) -> bool:
    """Whether the current request has passed the index or remote of this key."""
    passed = _PASSED.get()
    return len(passed) > _LONGEST or pk.hex in _OURS.findall(passed)


def onward(pk: UUID) -> str:
    """What the current request has passed, and then the index or remote of this key."""
    passed, own = _PASSED.get(), f"pulp-pyindex; id={pk.hex}"
    return f"{passed}, {own}" if passed else own
