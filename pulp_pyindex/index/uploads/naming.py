"""How an uploaded file must be called (PEP 427, PEP 625), given what it is said to be."""

from __future__ import annotations

import re

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index import filenames
from pulp_pyindex.index.errors import InvalidFilename, InvalidUpload
from pulp_pyindex.index.filenames import ParsedFilename
from pulp_pyindex.index.uploads.form import UploadForm

_EXTENSION = re.compile(r".+?(\.(?:tar\.gz|zip|whl))", re.IGNORECASE | re.DOTALL)
_ALLOWED = {"sdist": (".tar.gz", ".zip"), "bdist_wheel": (".whl",)}
_unprintable = re.compile(r"[\x00-\x1f\x7f]").search


def check_filename(form: UploadForm, *, allow_legacy_names: bool = False) -> ParsedFilename:
    """What the file name says; raises InvalidUpload where it is not that of the upload.

    Without `allow_legacy_names` there is one right name for a sdist, and a wheel's begins with the
    normalised project name and version. With it, whatever build tools of old called such a file.
    """
    filename = form.filename
    _check_signs(filename)
    found = _EXTENSION.fullmatch(filename)
    if found is None:
        raise InvalidUpload(
            "content", "Invalid file extension: Use .tar.gz, .whl or .zip extension."
        )
    if found[1] not in _ALLOWED[form.packagetype]:
        reason = f"Extension {found[1]} is invalid for filetype {form.packagetype}."
        raise InvalidUpload("content", f"Invalid file extension: {reason}")
    if form.packagetype == "sdist":
        return _check_sdist(form, allow_legacy_names)
    return _check_wheel(form, allow_legacy_names)


def _check_signs(filename: str) -> None:
    if _unprintable(filename):
        message = (
            "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL "
            "character (ordinal 127) in the name."
        )
        raise InvalidUpload("content", message)
    if "/" in filename or "\\" in filename:
        raise InvalidUpload("content", "Cannot upload a file with '/' or '\\' in the name.")
    try:
        filenames.check_safe(filename)
        filename.encode()
    except (InvalidFilename, UnicodeEncodeError) as error:
        raise InvalidUpload("content", f"Invalid filename {error}") from None


def _parsed(form: UploadForm) -> ParsedFilename:
    try:
        return filenames.parse(form.filename, form.project)
    except InvalidFilename as error:
        if canonicalize_name(form.filename.partition("-")[0]) == form.project:
            raise InvalidUpload("content", f"Invalid filename {error}") from None
        start = form.project.replace("-", "_")
        raise InvalidUpload(
            "content", f"Start filename for {form.name!r} with {start!r}."
        ) from None


def _check_sdist(form: UploadForm, allow_legacy_names: bool) -> ParsedFilename:
    expected = f"{form.project.replace('-', '_')}-{form.version}.tar.gz"
    parsed = _parsed(form)
    same = _same_version(parsed.version, form.version) and parsed.packagetype == "sdist"
    if form.filename != expected and not (allow_legacy_names and same):
        message = f"Filename {form.filename!r} is invalid, should be {expected!r}."
        raise InvalidUpload("content", message)
    return parsed


def _check_wheel(form: UploadForm, allow_legacy_names: bool) -> ParsedFilename:
    # First ours: a name can stand for more tags than there is memory.
    parsed = _parsed(form)
    name, version = form.filename.split("-", 2)[:2]
    if not _same_version(parsed.version, form.version):
        message = f"Version in filename should be {form.version!r} not {parsed.version!r}."
        raise InvalidUpload("content", message)
    if allow_legacy_names:
        return parsed
    try:
        parse_wheel_filename(form.filename)
    except InvalidWheelFilename as error:
        raise InvalidUpload("content", str(error)) from None
    normal = form.project.replace("-", "_")
    if name != normal:
        message = (
            f"Filename {form.filename!r} should contain the normalized project name {normal!r}, "
            f"not {name!r}."
        )
        raise InvalidUpload("content", message)
    if version != parsed.version:
        message = f"Version in filename should be {parsed.version!r} not {version!r}."
        raise InvalidUpload("content", message)
    return parsed


def _same_version(one: str, other: str) -> bool:
    """Whether both are the same release to PEP 440: 1.0 is 1.0.0."""
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False
