"""Whether the bytes of an upload are the announced ones, and say the same of themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.metadata import InvalidMetadata as _PackagingInvalidMetadata
from packaging.metadata import Metadata, RawMetadata, parse_email
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index import metadata as core_metadata
from pulp_pyindex.index.archives.limits import MAX_METADATA
from pulp_pyindex.index.errors import InvalidMetadata, InvalidUpload
from pulp_pyindex.index.metadata import CoreMetadata
from pulp_pyindex.index.uploads.form import SEE_METADATA, UploadForm

#: Where each is one that installers and build tools read, or PyPI refuses.
_CHECKED = (
    "metadata_version",
    "name",
    "version",
    "requires_python",
    "requires_dist",
    "provides_extra",
    "dynamic",
    "license_expression",
    "description_content_type",
    "summary",
)
_MAX_SUMMARY = 512
#: Of one field, in one file. The largest projects have some hundred dependencies.
_MAX_VALUES = 5_000
#: Of one value, and of all together, in the fields that are checked: their parsers take time that
#: grows with the length, or faster.
_MAX_VALUE = 4_096
_MAX_CHECKED = 256 << 10
#: Parsing a million of them would take long.
_MAX_HEADER_LINES = 20_000
_blank_line = re.compile(rb"\r\n\r\n|\n\n|\r\r").search
_classifier = re.compile(r"[^\x00-\x1f\x7f]{1,300}").fullmatch


def check_digests(form: UploadForm, actual: Mapping[str, str]) -> None:
    """Compares what was announced with what was counted; raises InvalidUpload.

    `actual` holds every algorithm that `form.digests` names.
    """
    if any(actual[algorithm].lower() != digest for algorithm, digest in form.digests.items()):
        message = "The digest supplied does not match a digest calculated from the uploaded file."
        raise InvalidUpload("sha256_digest", message)


def check_metadata(data: bytes, form: UploadForm) -> CoreMetadata:
    """What the file's METADATA or PKG-INFO says; raises InvalidUpload.

    It must be valid where tools depend on it, and speak of the release that is uploaded.
    """
    if len(data) > MAX_METADATA:
        message = f"Its metadata is longer than {MAX_METADATA} bytes."
        raise InvalidUpload("metadata", f"Invalid distribution file. {message}")
    blank = _blank_line(data)
    end = blank.start() if blank else len(data)
    if data.count(b"\n", 0, end) + data.count(b"\r", 0, end) > _MAX_HEADER_LINES:
        message = f"Its metadata has more than {_MAX_HEADER_LINES} lines."
        raise InvalidUpload("metadata", f"Invalid distribution file. {message}")
    try:
        found = core_metadata.parse(data, form.filename)
    except InvalidMetadata as error:
        raise InvalidUpload("metadata", f"Invalid distribution file. {error}") from None
    _check_fields(data)
    _check_classifiers(found)
    _check_release(found, form)
    return found


def _check_fields(data: bytes) -> None:
    raw, unparsed = parse_email(data)
    for field in ("requires-dist", "requires-python", "metadata-version", "name", "version"):
        if field in unparsed:
            raise InvalidUpload(field, f"{field!r} has invalid data. {SEE_METADATA}")
    _check_lengths(raw)
    # Not validated as a whole: many wheels have fields newer than the version they declare.
    metadata = Metadata.from_raw(raw, validate=False)
    for name in _CHECKED:
        try:
            getattr(metadata, name)
        except _PackagingInvalidMetadata as error:
            message = str(error).rstrip(".")
            raise InvalidUpload(error.field, f"{message}. {SEE_METADATA}") from None
        except (ValueError, RecursionError) as error:
            field = name.replace("_", "-")
            message = f"{field!r} is invalid: {error}"
            raise InvalidUpload(field, f"{message}. {SEE_METADATA}") from None
    if len(raw.get("summary", "")) > _MAX_SUMMARY:
        message = f"'summary' field must be {_MAX_SUMMARY} characters or less. {SEE_METADATA}"
        raise InvalidUpload("summary", message)


def _check_lengths(raw: RawMetadata) -> None:
    total = 0
    for name, value in raw.items():
        if isinstance(value, list | dict) and len(value) > _MAX_VALUES:
            message = f"{name!r} has more than {_MAX_VALUES} values. {SEE_METADATA}"
            raise InvalidUpload(name, message)
        if name not in _CHECKED:
            continue
        texts = value if isinstance(value, list) else [str(value)]
        lengths = [len(text) for text in texts]
        total += sum(lengths)
        if max(lengths, default=0) > _MAX_VALUE or total > _MAX_CHECKED:
            message = (
                f"{name!r} is too long: {_MAX_VALUE} characters are allowed for one value, "
                f"{_MAX_CHECKED} for all. {SEE_METADATA}"
            )
            raise InvalidUpload(name, message)


def _check_classifiers(found: CoreMetadata) -> None:
    """Any list of parts will do, `Private :: …` too; but it must be one line of such parts."""
    classifiers = found.fields.get("classifier", [])
    for text in [classifiers] if isinstance(classifiers, str) else classifiers:
        parts = text.split("::")
        if _classifier(text) is None or not all(part.strip() for part in parts):
            message = f"{text[:80]!r} is not a valid classifier. {SEE_METADATA}"
            raise InvalidUpload("classifier", message)


def _check_release(found: CoreMetadata, form: UploadForm) -> None:
    where = "PKG-INFO" if form.packagetype == "sdist" else "METADATA"
    if canonicalize_name(found.name) != form.project:
        message = f"Name in {where} should be {form.name!r} not {found.name[:80]!r}."
        raise InvalidUpload("name", f"Invalid distribution file. {message}")
    try:
        same = Version(found.version) == Version(form.version)
    except InvalidVersion:
        same = False
    if not same:
        message = f"Version in {where} should be {form.version!r} not {found.version[:80]!r}."
        raise InvalidUpload("version", f"Invalid distribution file. {message}")
