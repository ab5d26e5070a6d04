"""How bad a vulnerability is: by its CVSS vectors, else by the word its database has for it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from cvss import CVSS2, CVSS3, CVSS4, CVSSError


class Severity(IntEnum):
    """The qualitative scale of CVSS. `UNKNOWN` compares lower than all others."""

    UNKNOWN = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """As it is written in JSON: `unknown`, `low`, …"""
        return self.name.lower()


#: Scores from which on a severity holds (CVSS 4.0 specification, 6; the same in 3.1).
_FROM = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
_WORDS = {
    **{severity.word: severity for severity in Severity},
    "moderate": Severity.MEDIUM,
    "important": Severity.HIGH,
    "none": Severity.LOW,
}
_LONGEST_VECTOR = 500


def read_severity(word: str) -> Severity | None:
    """The severity of this name, in any case; None for any other word."""
    return _WORDS.get(word.strip().lower())


def severity_of(score: float) -> Severity:
    """Where a CVSS score lies. Scores below `low` are low: there is something to report."""
    return next((severity for least, severity in _FROM if score >= least), Severity.LOW)


def highest_score(vectors: Iterable[str]) -> float | None:
    """The highest base score of some CVSS vectors of any version; None where none can be read."""
    scores = [score for vector in vectors if (score := _score(vector)) is not None]
    return max(scores, default=None)


@lru_cache(maxsize=10_000)
def _score(vector: str) -> float | None:
    if len(vector) > _LONGEST_VECTOR:
        return None
    try:
        if vector.startswith("CVSS:4"):
            return float(CVSS4(vector).base_score)
        if vector.startswith("CVSS:3"):
            return float(CVSS3(vector).base_score)
        return float(CVSS2(vector).base_score)
    except CVSSError:
        return None
