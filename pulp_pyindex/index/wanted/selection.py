"""Which files of a project are wanted, and why the others are not."""

from __future__ import annotations

import enum
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index.errors import InvalidWanted
from pulp_pyindex.index.filenames import PACKAGE_TYPES, ParsedFilename
from pulp_pyindex.index.wanted.entries import Entries, Ranges, contains, read_entries
from pulp_pyindex.index.wanted.targets import Targets, read_targets


class Reason(enum.StrEnum):
    """Why a file is left out."""

    PACKAGE_TYPE = "its package type is not wanted"
    TAGS = "it is a wheel for none of the wanted platforms"
    SIZE = "it is larger than wanted"
    UNKNOWN_SIZE = "the index does not tell its size"
    YANKED = "it is yanked"
    UPLOAD_TIME = "it was not uploaded in the wanted time"
    UNKNOWN_UPLOAD_TIME = "the index does not tell when it was uploaded"
    PRERELEASE = "it is a pre-release"
    NOT_INCLUDED = "its release is not included"
    EXCLUDED = "its release is excluded"
    OLDER = "there are enough newer releases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What decides about one file."""

    parsed: ParsedFilename
    size: int | None = None
    upload_time: datetime | None = None
    yanked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a mirror wants. Make it with `build`."""

    includes: Entries
    excludes: Entries
    prereleases: bool
    package_types: frozenset[str]
    targets: Targets
    keep_latest: int | None
    exclude_yanked: bool
    max_file_size: int | None
    uploaded_before: datetime | None
    uploaded_after: datetime | None
    #: Of everything but the lists of projects.
    _rest_digest: str = ""

    @classmethod
    def build(
        cls,
        *,
        includes: Sequence[str] = (),
        excludes: Sequence[str] = (),
        prereleases: bool = True,
        package_types: Sequence[str] = (),
        python_tags: Sequence[str] = (),
        platform_tags: Sequence[str] = (),
        keep_latest: int | None = None,
        exclude_yanked: bool = False,
        max_file_size: int | None = None,
        uploaded_before: datetime | None = None,
        uploaded_after: datetime | None = None,
    ) -> Wanted:
        """Read what a user wrote; raises InvalidWanted for the first entry that makes no sense.

        Empty lists and None mean no restriction.
        """
        for position, text in enumerate(package_types):
            if text not in PACKAGE_TYPES:
                reason = f"not one of {', '.join(PACKAGE_TYPES)}"
                raise InvalidWanted("package_types", position, str(text), reason)
        for field, number in (("keep_latest", keep_latest), ("max_file_size", max_file_size)):
            if number is not None and number < 1:
                raise InvalidWanted(field, 0, str(number), "must be 1 or more")
        before, after = _utc(uploaded_before), _utc(uploaded_after)
        if before is not None and after is not None and before <= after:
            reason = "is not after uploaded_after: no file could be wanted"
            raise InvalidWanted("uploaded_before", 0, before.isoformat(), reason)
        wanted = cls(
            includes=read_entries("includes", includes),
            excludes=read_entries("excludes", excludes),
            prereleases=prereleases,
            package_types=frozenset(package_types),
            targets=read_targets(python_tags, platform_tags),
            keep_latest=keep_latest,
            exclude_yanked=exclude_yanked,
            max_file_size=max_file_size,
            uploaded_before=before,
            uploaded_after=after,
        )
        return replace(wanted, _rest_digest=wanted._digest_of_rest())

    @property
    def explicit(self) -> frozenset[NormalizedName] | None:
        """The projects that are wanted, where they can be told without the index's own list."""
        if self.includes.globs or not self.includes:
            return None
        return frozenset(name for name in self.includes.exact if self.wants_project(name))

    def wants_project(self, name: NormalizedName) -> bool:
        """Whether any release of the project can be wanted."""
        if self.includes and not self.includes.holds_project(name):
            return False
        return not self.excludes.holds_whole(name)

    def digest(self, project: NormalizedName | None = None) -> str:
        """sha256 over what decides: about everything, or about one project.

        That of a project does not change when the lists change for others.
        """
        if project is None:
            lists = [_told(self.includes), _told(self.excludes)]
            return _sha256([self._rest_digest, lists])
        included = _told_ranges(self.includes.ranges(project) if self.includes else ())
        excluded = _told_ranges(self.excludes.ranges(project))
        if included == [] and excluded is None:
            return self._rest_digest
        return _sha256([self._rest_digest, included, excluded])

    def select(
        self, project: NormalizedName, candidates: Sequence[Candidate]
    ) -> tuple[list[Candidate], Counter[Reason]]:
        """The wanted files of a project, in their order, and how many are left out, by reason."""
        reasons: Counter[Reason] = Counter()
        included = self.includes.ranges(project) if self.includes else ()
        excluded = self.excludes.ranges(project)
        kept: list[Candidate] = []
        verdicts: dict[str, Reason | None] = {}
        for candidate in candidates:
            version = candidate.parsed.version
            if version not in verdicts:
                verdicts[version] = self._against_release(version, included, excluded)
            reason = verdicts[version] or self._against_file(candidate)
            if reason is None:
                kept.append(candidate)
            else:
                reasons[reason] += 1
        if self.keep_latest is not None:
            kept = self._latest(kept, reasons)
        return kept, reasons

    def _against_release(
        self, text: str, included: Ranges | None, excluded: Ranges | None
    ) -> Reason | None:
        version = _version(text)
        if included is None or (included and not contains(included, version, text)):
            return Reason.NOT_INCLUDED
        if excluded and contains(excluded, version, text):
            return Reason.EXCLUDED
        if not self.prereleases and version is not None and version.is_prerelease:
            return Reason.PRERELEASE
        return None

    def _against_file(self, candidate: Candidate) -> Reason | None:
        parsed = candidate.parsed
        if self.package_types and parsed.packagetype not in self.package_types:
            return Reason.PACKAGE_TYPE
        if self.exclude_yanked and candidate.yanked:
            return Reason.YANKED
        if self.max_file_size is not None:
            if candidate.size is None:
                return Reason.UNKNOWN_SIZE
            if candidate.size > self.max_file_size:
                return Reason.SIZE
        if self.uploaded_before is not None or self.uploaded_after is not None:
            moment = candidate.upload_time
            if moment is None:
                return Reason.UNKNOWN_UPLOAD_TIME
            if self.uploaded_before is not None and moment >= self.uploaded_before:
                return Reason.UPLOAD_TIME
            if self.uploaded_after is not None and moment < self.uploaded_after:
                return Reason.UPLOAD_TIME
        is_wheel = parsed.packagetype == "bdist_wheel"
        if is_wheel and not self.targets.is_everything and not self.targets.accept(parsed.tags):
            return Reason.TAGS
        return None

    def _latest(self, kept: list[Candidate], reasons: Counter[Reason]) -> list[Candidate]:
        releases = {candidate.parsed.version for candidate in kept}
        latest = set(sorted(releases, key=_age, reverse=True)[: self.keep_latest])
        remaining = [candidate for candidate in kept if candidate.parsed.version in latest]
        if len(remaining) < len(kept):
            reasons[Reason.OLDER] += len(kept) - len(remaining)
        return remaining

    def _digest_of_rest(self) -> str:
        moments = (self.uploaded_before, self.uploaded_after)
        return _sha256(
            [
                self.prereleases,
                sorted(self.package_types),
                sorted(self.targets.pythons or ()),
                sorted(self.targets.platforms or ()),
                self.targets.linux_machines,
                self.keep_latest,
                self.exclude_yanked,
                self.max_file_size,
                [moment and moment.isoformat() for moment in moments],
            ]
        )


@lru_cache(maxsize=65_536)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


_OLDEST = Version("0.dev0")


def _age(text: str) -> tuple[bool, Version, str]:
    # What PEP 440 cannot read is older than everything it can.
    version = _version(text)
    return version is not None, version or _OLDEST, text


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _told(entries: Entries) -> list[object]:
    exact = sorted((name, _told_ranges(ranges)) for name, ranges in entries.exact.items())
    globs = sorted((glob.pattern, str(glob.range)) for glob in entries.globs)
    return [exact, globs]


def _told_ranges(ranges: Ranges | None) -> list[str] | None:
    if ranges is None:
        return None
    # Every release is every release, whatever else is said.
    told = {str(range_) for range_ in ranges}
    return [] if "" in told else sorted(told)


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
