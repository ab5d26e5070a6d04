"""What an index has, as far as an installer's choice depends on it."""

from __future__ import annotations

from functools import lru_cache
from sys import intern

from packaging import tags
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from .environments import Environment

#: Releases that a reason names.
_SHOWN = 3

#: Requires-Python, compatibility tags (None = to be built), whether it is yanked.
_Kind = tuple[str | None, str | None, bool]


class Offered:
    """Projects, releases and what kinds of files they have. Small also for 100,000 files."""

    def __init__(self) -> None:
        self._releases: dict[str, dict[str, set[_Kind]]] = {}
        self._answers: dict[tuple[str, str, int], str | None] = {}

    def add(
        self,
        project: NormalizedName,
        release: str,
        filename: str,
        *,
        requires_python: str | None = None,
        is_yanked: bool = False,
    ) -> None:
        """Offer a file. All are added before anything is asked for."""
        wheel_tags = None
        if filename.endswith(".whl"):
            wheel_tags = intern("-".join(filename.removesuffix(".whl").split("-")[-3:]))
        elif not filename.endswith((".tar.gz", ".zip")):
            return  # no installer takes an egg
        kind = (intern(requires_python) if requires_python else None, wheel_tags, is_yanked)
        self._releases.setdefault(project, {}).setdefault(release, set()).add(kind)

    def why_not(self, wanted: Requirement, environment: Environment) -> str | None:
        """Why nothing here satisfies a requirement, its extras left aside; None where it is met.

        Pre-releases do where no final release does (PEP 440); what is yanked, only where it is
        pinned (PEP 592).
        """
        key = (canonicalize_name(wanted.name), str(wanted.specifier), id(environment))
        if key not in self._answers:
            self._answers[key] = self._judge(key[0], wanted.specifier, environment)
        return self._answers[key]

    def _judge(
        self, project: NormalizedName, range_: SpecifierSet, environment: Environment
    ) -> str | None:
        releases = self._releases.get(project)
        if not releases:
            return f"no release of {project} is here"
        pinned = any(
            one.operator == "===" or (one.operator == "==" and not one.version.endswith(".*"))
            for one in range_
        )
        readable = {version: text for text in releases if (version := _version(text)) is not None}
        matching = [readable[version] for version in range_.filter(readable, prereleases=True)]
        if not matching:
            newest = [str(one) for one in sorted(readable, reverse=True)[:_SHOWN]]
            newest += ["…"] if len(releases) > len(newest) else []
            return f"no release of {project} matches {range_}; here: {', '.join(newest)}"
        usable = [
            text
            for text in matching
            if any(pinned or not is_yanked for _, _, is_yanked in releases[text])
        ]
        if not usable:
            return f"every matching release of {project} is yanked"
        for text in usable:
            if any(
                (pinned or not is_yanked)
                and allows(requires_python, environment)
                and (wheel_tags is None or runs(wheel_tags, environment))
                for requires_python, wheel_tags, is_yanked in releases[text]
            ):
                return None
        return f"no matching release of {project} has a file for {environment}"


def allows(requires_python: str | None, environment: Environment) -> bool:
    """Whether Requires-Python lets an environment's Python in. What cannot be read lets all in."""
    if requires_python is None:
        return True
    range_ = _range(requires_python)
    return range_ is None or range_.contains(environment.version, prereleases=True)


def runs(wheel_tags: str, environment: Environment) -> bool:
    """Whether a wheel with these tags, as its name has them, can be installed there."""
    return environment.targets.accept(_tags(wheel_tags))


@lru_cache(maxsize=10_000)
def _tags(text: str) -> frozenset[tags.Tag]:
    return tags.parse_tag(text)


@lru_cache(maxsize=10_000)
def _range(text: str) -> SpecifierSet | None:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


@lru_cache(maxsize=200_000)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
