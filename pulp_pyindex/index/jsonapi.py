"""PyPI's legacy JSON API: one document for a project, one for each release.

Dependabot, Renovate, poetry and bandersnatch read it. Every release is described by metadata of its
own. Same values, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index.paths import file_path

#: bandersnatch writes files to the unquoted path of their URL and looks for them at the quoted one,
#: so nothing is quoted that needs not be.
_UNQUOTED = "/!$&'()*+,;=:@~"
_PACKAGES = "packages/"
_PLAIN = (
    "summary",
    "description_content_type",
    "description",
    "license",
    "license_expression",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "home_page",
    "download_url",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One file of a release."""

    filename: str
    packagetype: str
    sha256: str
    #: Other digests, name → hex.
    hashes: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None
    #: Aware.
    upload_time: datetime | None = None
    requires_python: str | None = None
    #: Of the `.metadata` file; None = there is none, "" = its digest is not known.
    metadata_sha256: str | None = None
    #: None = not yanked; "" = yanked without a reason.
    yanked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseInfo:
    """One release: its files and what they say of themselves."""

    version: str
    #: As `metadata.CoreMetadata.fields`; empty where it is not known.
    metadata: Mapping[str, str | list[str]] = field(default_factory=dict)
    files: tuple[ReleaseFile, ...] = ()

    @property
    def yanked(self) -> bool:
        """Whether every file is: PyPI yanks whole releases."""
        return bool(self.files) and all(file.yanked is not None for file in self.files)

    @property
    def yanked_reason(self) -> str | None:
        """The first reason given, in the order of file names."""
        if not self.yanked:
            return None
        ordered = sorted(self.files, key=lambda file: file.filename)
        return next((file.yanked for file in ordered if file.yanked), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an index is, for the absolute URLs of the documents. Both end in a slash."""

    #: The index root, below which are `simple/` and `pypi/`.
    base_url: str
    #: What stands for `packages/` of the root in the URLs of files. bandersnatch demands that their
    #: path begins with `/packages`.
    files_url: str


def latest(releases: Sequence[ReleaseInfo]) -> ReleaseInfo | None:
    """The release a project's document describes: not yanked, then final, then the highest."""
    return max(releases, key=_rank, default=None)


def find_release(releases: Sequence[ReleaseInfo], version: str) -> ReleaseInfo | None:
    """The release that `version` names, in whatever spelling of PEP 440."""
    for release in releases:
        if release.version == version:
            return release
    order = _order(version)
    return next((r for r in releases if order[0] and _order(r.version) == order), None)


def project_document(
    project: NormalizedName, releases: Sequence[ReleaseInfo], place: Place, *, serial: int
) -> bytes | None:
    """`pypi/<project>/json`: the latest release, and the files of all; None without releases."""
    described = latest(releases)
    if described is None:
        return None
    document = _document(project, described, place, serial)
    ordered = sorted(releases, key=lambda release: _order(release.version), reverse=True)
    document["releases"] = {release.version: _files(release, place) for release in ordered}
    return msgspec.json.encode(document)


def release_document(
    project: NormalizedName, release: ReleaseInfo, place: Place, *, serial: int
) -> bytes:
    """`pypi/<project>/<version>/json`."""
    return msgspec.json.encode(_document(project, release, place, serial))


def _order(version: str) -> tuple[bool, Version, str]:
    try:
        return True, Version(version), ""
    except InvalidVersion:
        # What PEP 440 cannot read is older than all it can.
        return False, Version("0"), version


def _rank(release: ReleaseInfo) -> tuple[bool, bool, tuple[bool, Version, str]]:
    order = _order(release.version)
    return not release.yanked, order[0] and not order[1].is_prerelease, order


def _document(
    project: NormalizedName, release: ReleaseInfo, place: Place, serial: int
) -> dict[str, Any]:
    return {
        "info": _info(project, release, place),
        "last_serial": serial,
        "urls": _files(release, place),
        "vulnerabilities": [],
        "ownership": {"roles": [], "organization": None},
    }


def _info(project: NormalizedName, release: ReleaseInfo, place: Place) -> dict[str, Any]:
    metadata = release.metadata
    name = _text(metadata, "name")
    page = f"{place.base_url}simple/{project}/"
    told = (file.requires_python for file in release.files)
    info: dict[str, Any] = {key: _text(metadata, key) for key in _PLAIN}
    info |= {
        "name": name if name and canonicalize_name(name) == project else project,
        "version": release.version,
        "keywords": ", ".join(_list(metadata, "keywords")) or None,
        "license_files": _list(metadata, "license_file") or None,
        "classifiers": _list(metadata, "classifier"),
        "requires_python": _text(metadata, "requires_python") or next(filter(None, told), None),
        "platform": next(iter(_list(metadata, "platform")), None),
        "downloads": {"last_day": -1, "last_week": -1, "last_month": -1},
        "package_url": page,
        "project_url": page,
        "project_urls": _project_urls(metadata) or None,
        "release_url": f"{place.base_url}pypi/{project}/{quote(release.version, _UNQUOTED)}/json",
        "requires_dist": _list(metadata, "requires_dist") or None,
        "provides_extra": _list(metadata, "provides_extra") or None,
        "dynamic": _list(metadata, "dynamic") or None,
        "docs_url": None,
        "bugtrack_url": None,
        "yanked": release.yanked,
        "yanked_reason": release.yanked_reason,
    }
    # PyPI has text here, never null.
    info["description"] = info["description"] or ""
    return dict(sorted(info.items()))


def _text(metadata: Mapping[str, str | list[str]], key: str) -> str | None:
    value = metadata.get(key)
    return value if isinstance(value, str) and value else None


def _list(metadata: Mapping[str, str | list[str]], key: str) -> list[str]:
    value = metadata.get(key) or []
    return [value] if isinstance(value, str) else list(value)


def _project_urls(metadata: Mapping[str, str | list[str]]) -> dict[str, str]:
    urls: dict[str, str] = {}
    for label, key in (("Homepage", "home_page"), ("Download", "download_url")):
        url = _text(metadata, key)
        if url:
            urls[label] = url
    for line in _list(metadata, "project_url"):
        label, _, url = line.partition(",")
        if url.strip():
            urls[label.strip()] = url.strip()
    return urls


def _files(release: ReleaseInfo, place: Place) -> list[dict[str, Any]]:
    ordered = sorted(release.files, key=lambda file: file.filename)
    return [_file(file, place) for file in ordered]


def _file(file: ReleaseFile, place: Place) -> dict[str, Any]:
    core_metadata: Mapping[str, str] | bool = file.metadata_sha256 is not None
    if file.metadata_sha256:
        core_metadata = {"sha256": file.metadata_sha256}
    digests = {name: file.hashes[name] for name in ("blake2b_256", "md5") if name in file.hashes}
    path = file_path(file.sha256, file.filename).removeprefix(_PACKAGES)
    time = file.upload_time.astimezone(UTC).replace(tzinfo=None) if file.upload_time else None
    return {
        "comment_text": "",
        "core-metadata": core_metadata,
        "digests": {**digests, "sha256": file.sha256},
        "downloads": -1,
        "filename": file.filename,
        "has_sig": False,
        "md5_digest": file.hashes.get("md5"),
        "packagetype": file.packagetype,
        "python_version": _python_version(file),
        "requires_python": file.requires_python,
        # PyPI's way to say that a number is not known; bandersnatch fails on null.
        "size": -1 if file.size is None else file.size,
        # Readers that look at ages take this one, and rightly find nothing.
        "upload_time": time.isoformat(timespec="seconds") if time else None,
        # bandersnatch dates files by this one, and fails on null.
        "upload_time_iso_8601": f"{(time or datetime(1970, 1, 1)).isoformat()}Z",  # noqa: DTZ001 - the Z says it
        "url": place.files_url + quote(path, _UNQUOTED),
        "yanked": file.yanked is not None,
        "yanked_reason": file.yanked or None,
    }


def _python_version(file: ReleaseFile) -> str:
    if file.packagetype == "sdist":
        return "source"
    parts = file.filename.removesuffix(".whl").split("-")
    if file.packagetype != "bdist_wheel" or len(parts) < 5:
        return "any"
    return parts[3] if len(parts) > 5 and parts[2][:1].isdigit() else parts[2]
