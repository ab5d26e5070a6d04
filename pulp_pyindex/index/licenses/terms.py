"""SPDX licence expressions as trees (SPDX specification, annex D)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_LONGEST = 1000
#: Families whose identifiers once were `GPL-2.0` and `GPL-2.0+`; both are still in use.
_RENAMED = ("GPL-", "LGPL-", "AGPL-", "GFDL-")


@dataclass(frozen=True, slots=True)
class One:
    """One licence by its SPDX identifier, and the exception to it, if there is one."""

    id: str
    exception: str | None = None

    def __str__(self) -> str:
        return self.id if self.exception is None else f"{self.id} WITH {self.exception}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these binds."""

    terms: tuple[Terms, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these may be chosen."""

    terms: tuple[Terms, ...]


Terms = One | AllOf | AnyOf


@lru_cache(maxsize=10_000)
def read_terms(expression: str) -> Terms | None:
    """The tree of an SPDX expression, in any spelling of it; None for any other text."""
    if len(expression) > _LONGEST:
        return None
    try:
        canonical = canonicalize_license_expression(expression)
    except (InvalidLicenseExpression, RecursionError, SyntaxError, MemoryError):
        return None
    words = canonical.replace("(", " ( ").replace(")", " ) ").split()
    try:
        return _Reader(words).any_of()
    except RecursionError:
        return None


def evaluate(terms: Terms, holds: Callable[[One], bool]) -> bool:
    """Whether an expression is true where `holds` says of each licence whether it is."""
    match terms:
        case One():
            return holds(terms)
        case AllOf(inner):
            return all(evaluate(one, holds) for one in inner)
        case AnyOf(inner):
            return any(evaluate(one, holds) for one in inner)


def licences(terms: Terms) -> Iterator[One]:
    """Every licence an expression names."""
    if isinstance(terms, One):
        yield terms
    else:
        for one in terms.terms:
            yield from licences(one)


class _Reader:
    """Reads a canonical expression, hence one that is well-formed. AND binds before OR."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0

    def any_of(self) -> Terms:
        found = [self._all_of()]
        while self._take("OR"):
            found.append(self._all_of())
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def _all_of(self) -> Terms:
        found = [self._one()]
        while self._take("AND"):
            found.append(self._one())
        return found[0] if len(found) == 1 else AllOf(tuple(found))

    def _one(self) -> Terms:
        if self._take("("):
            inner = self.any_of()
            self._at += 1
            return inner
        word = self._words[self._at]
        self._at += 1
        if self._take("WITH"):
            self._at += 1
            return One(_current(word), self._words[self._at - 1])
        return One(_current(word))

    def _take(self, word: str) -> bool:
        if self._at < len(self._words) and self._words[self._at] == word:
            self._at += 1
            return True
        return False


def _current(identifier: str) -> str:
    """An identifier as SPDX writes it today."""
    if not identifier.startswith(_RENAMED) or identifier.endswith(("-only", "-or-later")):
        return identifier
    if identifier.endswith("+"):
        return f"{identifier.removesuffix('+')}-or-later"
    return f"{identifier}-only"
