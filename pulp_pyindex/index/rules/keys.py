"""The keys of a rule's `when`, and what each of them reads.

A reader takes the values of the keys that belong together; it raises ValueError or InvalidWanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulp_pyindex.index.advisories import Severity, read_severity
from pulp_pyindex.index.errors import InvalidLicence
from pulp_pyindex.index.filenames import PACKAGE_TYPES
from pulp_pyindex.index.licenses import Allowed, read_allowed
from pulp_pyindex.index.pages import Status
from pulp_pyindex.index.rules import conditions, evidence, times
from pulp_pyindex.index.rules.conditions import Condition, Pattern
from pulp_pyindex.index.rules.values import (
    read_duration,
    read_moment,
    read_pattern,
    read_size,
)
from pulp_pyindex.index.wanted.entries import read_entries

#: Entries of one list.
_MOST = 10_000

_Given = Mapping[str, Any]


def _texts(value: object) -> list[str]:
    """A text or a list of texts, as a list."""
    given = value if isinstance(value, list) else [value]
    if not given:
        raise ValueError("the list is empty")
    if len(given) > _MOST:
        raise ValueError(f"more than {_MOST} entries")
    texts: list[str] = []
    for one in given:
        if not isinstance(one, str) or not one.strip() or len(one) > 500:
            raise ValueError(f"{str(one)[:50]!r} is not a text of 1 to 500 characters")
        if not one.isprintable():
            # No name holds such signs, and PostgreSQL's JSON takes not all of them.
            raise ValueError(f"{one[:50]!r} holds unprintable signs")
        texts.append(one.strip())
    return texts


def _patterns(value: object) -> tuple[Pattern, ...]:
    return tuple(read_pattern(text) for text in _texts(value))


def _one_of(value: object, known: frozenset[str]) -> frozenset[str]:
    for text in _texts(value):
        if text not in known:
            raise ValueError(f"{text!r} is not one of {', '.join(sorted(known))}")
    return frozenset(_texts(value))


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted here")
    return value


def _licenses(value: object) -> Allowed:
    try:
        return read_allowed(_texts(value))
    except InvalidLicence as error:
        raise ValueError(str(error)) from error


def _affected(given: _Given) -> Condition:
    names = _patterns(given["advisory"]) if "advisory" in given else ()
    least = Severity.UNKNOWN
    if "severity" in given:
        word = given["severity"]
        found = read_severity(word) if isinstance(word, str) else None
        if not found:
            raise ValueError(f"{str(word)[:50]!r} is not one of low, medium, high, critical")
        least = found
    return evidence.Affected(names, least)


def _provenance(given: _Given) -> Condition:
    value = given["provenance"]
    if value in ("missing", "dropped"):
        return evidence.NoProvenance(dropped=value == "dropped")
    if isinstance(value, Mapping) and set(value) == {"not_by"}:
        return evidence.NotPublishedBy(_publishers(value["not_by"]))
    raise ValueError(
        "not 'missing', 'dropped' or {\"not_by\": [publishers]}, such as 'github:owner/repository'"
    )


def _publishers(value: object) -> tuple[Pattern, ...]:
    for text in _texts(value):
        if ":" not in text and "*" not in text:
            raise ValueError(f"{text!r} is not a publisher such as 'github:owner/repository'")
    return _patterns(value)


def _tags(part: str) -> Callable[[Any], Condition]:
    return lambda value: conditions.TagsLike(part, _patterns(value))


_SINGLE: dict[str, Callable[[Any], Condition]] = {
    "project": lambda value: conditions.InProject(read_entries("project", _texts(value))),
    "project_status": lambda value: conditions.OfStatus(
        frozenset(map(Status, _one_of(value, frozenset(Status))))
    ),
    "packagetype": lambda value: conditions.OfPackagetype(_one_of(value, frozenset(PACKAGE_TYPES))),
    "python_tag": _tags("interpreter"),
    "abi_tag": _tags("abi"),
    "platform_tag": _tags("platform"),
    "yanked": lambda value: conditions.Yanked(_truth(value)),
    "prerelease": lambda value: conditions.Prerelease(_truth(value)),
    "younger_than": lambda value: times.YoungerThan(read_duration(value)),
    "uploaded_after": lambda value: times.UploadedAfter(read_moment(value)),
    "first_seen_within": lambda value: times.FirstSeenWithin(read_duration(value)),
    "larger_than": lambda value: conditions.LargerThan(read_size(value)),
    "license": lambda value: evidence.Licensed(_licenses(value)),
    "license_not": lambda value: evidence.LicensedOtherwise(_licenses(value)),
    "classifier": lambda value: evidence.Classified(_patterns(value)),
}


def _alone(key: str) -> Callable[[_Given], Condition]:
    return lambda given: _SINGLE[key](given[key])


#: Keys that belong together → what reads them. The cheap ones first: they are asked first.
CONDITIONS: dict[tuple[str, ...], Callable[[_Given], Condition]] = {
    **{(key,): _alone(key) for key in _SINGLE},
    ("advisory", "severity"): _affected,
    ("provenance",): _provenance,
}

#: Condition → the facts it wants beside those of a page, as `ruleset.Needs` calls them.
NEEDS: dict[type, str] = {
    times.FirstSeenWithin: "first_seen",
    evidence.Affected: "advisories",
    evidence.Classified: "metadata",
    evidence.Licensed: "metadata",
    evidence.LicensedOtherwise: "metadata",
    evidence.NotPublishedBy: "publishers",
}
