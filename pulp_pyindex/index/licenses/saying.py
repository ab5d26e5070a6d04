"""What core metadata says of a file's licence: its expression, else its classifiers or its text.

A file that was made before metadata 2.4 has no expression. What its classifiers and its `License`
say is read as strictly as possible: all of it binds, and where a classifier leaves open which
licence of a family is meant, each of them does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .classifiers import CLASSIFIERS, TEXTS, VAGUE
from .terms import AllOf, One, Terms, read_terms

_PREFIX = "License :: "
#: A longer text is the licence itself, not its name.
_LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What binds whoever uses a file. `terms` is None where that is not known."""

    terms: Terms | None
    #: What was said, for people; empty where nothing was.
    said: str = ""


def licence_of(metadata: Mapping[str, Any] | None) -> Licence:
    """The licence that core metadata (JSON names, PEP 566) tells; None = no metadata is known."""
    if metadata is None:
        return Licence(terms=None)
    classifiers = metadata.get("classifier") or ()
    if isinstance(classifiers, str):
        classifiers = (classifiers,)
    return licence_said(
        _text(metadata.get("license_expression")),
        tuple(one for one in classifiers if isinstance(one, str)),
        _text(metadata.get("license")),
    )


@lru_cache(maxsize=20_000)
def licence_said(expression: str, classifiers: tuple[str, ...], text: str) -> Licence:
    """The same of the three fields alone."""
    if expression:
        return Licence(terms=read_terms(expression), said=expression)
    said = [one for one in classifiers if one.startswith(_PREFIX) and one not in VAGUE]
    if said:
        return Licence(
            terms=_bound(said), said="; ".join(one.removeprefix(_PREFIX) for one in said)
        )
    short = " ".join(text.split()) if len(text) <= _LONGEST_TEXT else ""
    if short:
        named = TEXTS.get(short.lower())
        return Licence(terms=read_terms(named or short), said=short)
    return Licence(terms=None, said=f"{' '.join(text[:_LONGEST_TEXT].split())}…" if text else "")


def _bound(classifiers: Iterable[str]) -> Terms | None:
    ids: dict[str, None] = {}
    for one in classifiers:
        if one not in CLASSIFIERS:
            return None
        ids.update(dict.fromkeys(CLASSIFIERS[one]))
    terms: tuple[Terms, ...] = tuple(One(one) for one in ids)
    return terms[0] if len(terms) == 1 else AllOf(terms)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
