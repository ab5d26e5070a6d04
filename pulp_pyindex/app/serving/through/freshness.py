"""How long what an upstream said is taken for fresh."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

#: Seconds a page is fresh for where neither the remote nor upstream says.
DEFAULT_TTL = 600.0
#: What an upstream may ask for. Indexes that say `no-cache` mean that asking again is cheap.
LEAST_TTL = 10.0
MOST_TTL = 86_400.0

_AGE = re.compile(r"(?:\A|[,\s])(s-maxage|max-age)\s*=\s*\"?(\d{1,10})")


def moment() -> float:
    """Seconds since the epoch, as PostgreSQL keeps them.

    A finer moment would be later than itself once it is written down and read again.
    """
    return round(time.time(), 6)


def lifetime(page_ttl: int | None, headers: Mapping[str, str]) -> float:
    """Seconds from now on: as the remote says, else as upstream does, else ten minutes."""
    if page_ttl is not None:
        return float(page_ttl)
    said = headers.get("Cache-Control", "").lower()
    if not said:
        return DEFAULT_TTL
    if "no-cache" in said or "no-store" in said:
        return LEAST_TTL
    ages = dict(_AGE.findall(said))
    told = ages.get("s-maxage") or ages.get("max-age")
    if told is None:
        return DEFAULT_TTL
    age = headers.get("Age", "")
    elapsed = float(age) if age.isascii() and age.isdecimal() else 0.0
    return min(max(float(told) - elapsed, LEAST_TTL), MOST_TTL)
