"""Project pages in JSON (PEP 691 and its successors)."""

from __future__ import annotations

from typing import Any

import msgspec

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.pages import ProjectStatus, Status
from pulp_pyindex.index.reading.records import Files, Record, clean


class _File(msgspec.Struct, rename="kebab"):
    filename: str
    url: str
    hashes: dict[str, str] | None = None
    requires_python: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool | str | None = None
    core_metadata: bool | dict[str, str] | None = None
    dist_info_metadata: bool | dict[str, str] | None = None
    #: What PyPI writes by mistake.
    data_dist_info_metadata: bool | dict[str, str] | None = None
    provenance: str | None = None


class _Page(msgspec.Struct, rename="kebab"):
    files: list[_File]
    meta: Any = None
    name: Any = None
    versions: Any = None
    project_status: Any = None


class _UntypedPage(msgspec.Struct, rename="kebab"):
    files: list[msgspec.Raw]
    meta: Any = None
    name: Any = None
    versions: Any = None
    project_status: Any = None


class _Named(msgspec.Struct):
    filename: str | None = None


class JsonPage(msgspec.Struct):
    """What a JSON page says besides its files."""

    name: str | None
    versions: list[str] | None
    status: ProjectStatus
    serial: int | None


_STATUSES = {status.value: status for status in Status}

_pages = msgspec.json.Decoder(_Page)
_untyped_pages = msgspec.json.Decoder(_UntypedPage)
_files = msgspec.json.Decoder(_File)
_named = msgspec.json.Decoder(_Named)
_shapes = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read(body: bytes, url: str, files: Files) -> JsonPage:
    """Put the page's files into `files` and return the rest; raises InvalidPage."""
    page: _Page | _UntypedPage
    try:
        try:
            page = _pages.decode(body)
        except msgspec.ValidationError:
            # One file of an unexpected shape must not cost the others.
            page = _untyped_pages.decode(body)
    except msgspec.ValidationError as e:
        raise InvalidPage(url, other_shape(body, "files")) from e
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise InvalidPage(url, f"broken or cut off JSON ({e}), {len(body)} bytes") from e
    meta = page.meta if isinstance(page.meta, dict) else {}
    check_api_version(meta.get("api-version"), url)
    for entry in page.files:
        if isinstance(entry, msgspec.Raw):
            _read_untyped(entry, files)
        else:
            files.add(_record(entry))
    return JsonPage(
        name=page.name if isinstance(page.name, str) else None,
        versions=_versions(page.versions),
        status=_status(page.project_status, meta),
        serial=read_number(meta.get("_last-serial")),
    )


def check_api_version(text: object, url: str) -> None:
    """Raises InvalidPage for a major version other than 1, as PEP 629 asks."""
    if text is None:
        return
    major = str(text).partition(".")[0]
    if major != "1":
        said = clean(str(text))[:40]
        raise InvalidPage(url, f"declares version {said!r} of the simple API; 1.x is understood")


def read_number(value: object) -> int | None:
    """A serial or size that a database can keep, or None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return value
    return None


def read_status(status: object, reason: object) -> ProjectStatus:
    """A PEP 792 status; one that nobody knows counts as none."""
    known = _STATUSES.get(status) if isinstance(status, str) else None
    if known is None:
        return ProjectStatus()
    return ProjectStatus(status=known, reason=clean(reason) if isinstance(reason, str) else "")


def _read_untyped(raw: msgspec.Raw, files: Files) -> None:
    try:
        entry = _files.decode(raw)
    # What is inside a raw value was not looked at before.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        try:
            filename = _named.decode(raw).filename
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            filename = None
        files.refuse(filename or "(no file name)", f"its entry cannot be read: {e}")
    else:
        files.add(_record(entry))


def _record(entry: _File) -> Record:
    told = entry.core_metadata
    if told is None:
        told = entry.dist_info_metadata
    if told is None:
        told = entry.data_dist_info_metadata
    yanked = entry.yanked
    return Record(
        filename=entry.filename,
        url=entry.url,
        hashes=entry.hashes or {},
        requires_python=entry.requires_python,
        size=entry.size,
        upload_time=entry.upload_time,
        yanked=(yanked if isinstance(yanked, str) else "") if yanked else None,
        core_metadata=({} if told is True else told) if told is not False else None,
        provenance=entry.provenance,
    )


def _versions(value: object) -> list[str] | None:
    if not isinstance(value, list):
        return None
    return [clean(text) for text in value if isinstance(text, str)]


def _status(value: object, meta: dict[str, Any]) -> ProjectStatus:
    if isinstance(value, dict):
        return read_status(value.get("status"), value.get("reason"))
    # The specification's example, against its own text, has the status in `meta`.
    return read_status(meta.get("project-status"), meta.get("project-status-reason"))


def other_shape(body: bytes, wanted: str) -> str:
    """What JSON that has no list `wanted` holds instead, to be shown to a user."""
    try:
        keys = _shapes.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "JSON, but not a page of a simple index"
    if wanted in keys:
        return f"JSON, but its {wanted!r} are not those of a simple index"
    if "projects" in keys:
        return "a list of projects, not the page of one project"
    if "files" in keys:
        return "the page of one project, not a list of projects"
    found = ", ".join(sorted(clean(key)[:40] for key in keys)[:8]) or "nothing"
    return f"JSON, but not a page of a simple index: it holds {found}"
