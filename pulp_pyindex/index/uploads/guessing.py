"""The form of an upload that comes without one: the file's name has to say it all."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from pulp_pyindex.index.errors import InvalidUpload
from pulp_pyindex.index.uploads.form import UploadForm, read_form


def form_of(
    filename: str, digests: Mapping[str, str], attestations: str | None = None
) -> UploadForm:
    """The form a publishing tool would send for a wheel or sdist of this name and digests.

    Raises InvalidUpload where the name is neither's.
    """
    is_wheel = filename.endswith(".whl")
    try:
        if is_wheel:
            name, version, _, tags = parse_wheel_filename(filename)
            pyversion = min(tag.interpreter for tag in tags)
        else:
            name, version = parse_sdist_filename(filename)
            pyversion = "source"
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        reason = f"{filename[:200]!r} names no wheel or sdist: {error}"
        raise InvalidUpload("filename", reason) from error
    fields = [
        (":action", "file_upload"),
        ("protocol_version", "1"),
        ("name", str(name)),
        ("version", str(version)),
        ("filetype", "bdist_wheel" if is_wheel else "sdist"),
        ("pyversion", pyversion),
        ("sha256_digest", digests["sha256"]),
    ]
    if attestations is not None:
        fields.append(("attestations", attestations))
    return read_form(fields, filename)
