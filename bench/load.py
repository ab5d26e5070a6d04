"""Load by wrk: requests per second of two URLs, taken by turns."""

import re
import shutil
import statistics
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

SECONDS = 2
ROUNDS = 5

MISSING = (
    "wrk is not on the PATH, so nothing was measured under load. It is the Debian package `wrk`; "
    "elsewhere build it from its sources."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for, how often at once."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = 16
    #: Of every answer; wrk itself counts only what is above 399 as wrong.
    status: int = 200


class BadAnswers(Exception):
    """The server answered with errors under load."""


def installed() -> bool:
    """Whether wrk can be run."""
    return shutil.which("wrk") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Requests per second of two, and the first's share of the second."""

    ours: float
    theirs: float
    share: float


def compare(ours: Asked, theirs: Asked) -> Compared:
    """Medians of rounds in which each has its turn.

    What else the machine does in a round hits both alike, so the share is that of the rounds.
    """
    for one in (ours, theirs):
        _run(one, 1)
    rounds = [(_run(ours, SECONDS), _run(theirs, SECONDS)) for _ in range(ROUNDS)]
    return Compared(
        ours=statistics.median(mine for mine, _ in rounds),
        theirs=statistics.median(other for _, other in rounds),
        share=statistics.median(mine / other for mine, other in rounds),
    )


def _run(asked: Asked, seconds: int) -> float:
    command = ["wrk", "-t1", f"-c{asked.connections}", f"-d{seconds}s", "--timeout", "30s"]
    for name, value in asked.headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, asked.url], capture_output=True, text=True, check=True)
    told = done.stdout
    if bad := re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", told):
        raise BadAnswers(f"{asked.url}: {bad.group(0)}")
    total, spent = re.search(r"(\d+) requests in ([\d.]+)s", told).groups()  # type: ignore[union-attr]  # wrk always says it
    return float(total) / float(spent)
