"""Every requirement of every wheel, checked on its own against what is offered.

This is no resolution: two requirements may be met by different releases. What it tells is certain,
an installer fails where something is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from .environments import Environment
from .offered import Offered, allows, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Requiring:
    """A wheel and what it requires. `requires` is None where its metadata is not known."""

    project: NormalizedName
    release: str
    filename: str
    requires: tuple[str, ...] | None
    requires_python: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A requirement that cannot be met, where, and why.

    `requirement` is None where a wheel's requirements are not known.
    """

    project: NormalizedName
    release: str
    filename: str
    requirement: str | None
    environments: tuple[str, ...]
    reason: str


def missing(
    wheels: Iterable[Requiring], offered: Offered, environments: Sequence[Environment]
) -> Iterator[Missing]:
    """What cannot be installed, wheel by wheel.

    A wheel's extras count where another wheel requires them; `wheels` is gone through once.
    """
    checking = _Checking(offered, environments)
    for wheel in wheels:
        yield from checking.without_extras(wheel)
    yield from checking.with_extras()


class _Checking:
    def __init__(self, offered: Offered, environments: Sequence[Environment]) -> None:
        self._offered = offered
        self._environments = environments
        #: Wheels of which something depends on an extra.
        self._waiting: dict[str, list[Requiring]] = {}
        #: Project and extra that some wheel requires; those that are to be looked at.
        self._wanted: dict[tuple[str, str], None] = {}
        self._known: dict[tuple[object, ...], list[tuple[str, tuple[int, ...], str]]] = {}

    def without_extras(self, wheel: Requiring) -> Iterator[Missing]:
        if wheel.requires is None:
            reason = "what it requires is not known"
            yield _missing(wheel, None, self._runs_on(wheel), reason, self._environments)
            return
        if any("extra" in text for text in wheel.requires):
            self._waiting.setdefault(wheel.project, []).append(wheel)
        yield from self._check(wheel, "")

    def with_extras(self) -> Iterator[Missing]:
        """Until no further extra is required."""
        done: set[tuple[str, str]] = set()
        while open_ := [pair for pair in self._wanted if pair not in done]:
            done.update(open_)
            for project, extra in open_:
                for wheel in self._waiting.get(project, ()):
                    yield from self._check(wheel, extra)

    def _check(self, wheel: Requiring, extra: str) -> Iterator[Missing]:
        where = self._runs_on(wheel)
        # Wheels of one release for many platforms require the same.
        key = (wheel.requires, where, extra)
        if key not in self._known:
            assert wheel.requires is not None
            self._known[key] = list(self._judge(wheel.requires, where, extra))
        for text, places, reason in self._known[key]:
            yield _missing(wheel, text, places, reason, self._environments)

    def _runs_on(self, wheel: Requiring) -> tuple[int, ...]:
        wheel_tags = "-".join(wheel.filename.removesuffix(".whl").split("-")[-3:])
        return tuple(
            place
            for place, environment in enumerate(self._environments)
            if allows(wheel.requires_python, environment) and runs(wheel_tags, environment)
        )

    def _judge(
        self, texts: Sequence[str], where: Sequence[int], extra: str
    ) -> Iterator[tuple[str, tuple[int, ...], str]]:
        for text in texts:
            wanted = _requirement(text)
            if wanted is None:
                if not extra:
                    yield text, tuple(where), "it cannot be read (PEP 508)"
                continue
            places: dict[str, list[int]] = {}
            for place in where:
                environment = self._environments[place]
                if not _applies(wanted, environment, extra):
                    continue
                reason = self._why_not(wanted, environment)
                if reason is not None:
                    places.setdefault(reason, []).append(place)
            for reason, found in places.items():
                yield text, tuple(found), reason

    def _why_not(self, wanted: Requirement, environment: Environment) -> str | None:
        if wanted.url is not None:
            return "it names an address, not a release of an index"
        project = canonicalize_name(wanted.name)
        for extra in wanted.extras:
            self._wanted[project, canonicalize_name(extra)] = None
        return self._offered.why_not(wanted, environment)


def _applies(wanted: Requirement, environment: Environment, extra: str) -> bool:
    """Whether a requirement holds there: with no extra, or only with this one."""
    if wanted.marker is None:
        return not extra
    values = dict(environment.markers)
    plain = wanted.marker.evaluate({**values, "extra": ""})
    if not extra:
        return plain
    return not plain and wanted.marker.evaluate({**values, "extra": extra})


def _missing(
    wheel: Requiring,
    text: str | None,
    places: Sequence[int],
    reason: str,
    environments: Sequence[Environment],
) -> Missing:
    return Missing(
        project=wheel.project,
        release=wheel.release,
        filename=wheel.filename,
        requirement=text,
        environments=tuple(str(environments[place]) for place in places),
        reason=reason,
    )


@lru_cache(maxsize=100_000)
def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None
