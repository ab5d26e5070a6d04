"""The fields of an upload, as twine, uv and the others send them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index.errors import InvalidName, InvalidUpload
from pulp_pyindex.index.names import normalize

SEE_METADATA = "See https://packaging.python.org/specifications/core-metadata for more information."
FILE_TYPES = ("sdist", "bdist_wheel")
#: Form fields → algorithm, in `digests`' words, and the name in messages.
_DIGESTS = {
    "sha256_digest": ("sha256", "SHA256", 64),
    "blake2_256_digest": ("blake2b_256", "BLAKE2", 64),
    "md5_digest": ("md5", "MD5", 32),
}
_REQUIRED = "Error: This field is required."
_hex = re.compile(r"[0-9a-f]+").fullmatch
#: A version with more signs than a file name may have could not be in one.
_MAX_VERSION = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """What a client says of the file it sends."""

    #: As written; `project` is the same, normalised.
    name: str
    project: NormalizedName
    #: PEP 440 normalised.
    version: str
    filename: str
    #: `sdist` or `bdist_wheel`.
    packagetype: str
    #: `source` for a sdist, else `py3`, `cp311`, …
    pyversion: str
    #: At least one of sha256, blake2b_256 and md5 → hex.
    digests: Mapping[str, str]
    #: The JSON array of PEP 740, not yet looked at.
    attestations: str | None
    comment: str
    #: Every other field that is not empty, in the order it came: mostly core metadata. The file's
    #: own metadata is what counts.
    others: Mapping[str, tuple[str, ...]]


def read_form(fields: Sequence[tuple[str, str]], filename: str) -> UploadForm:
    """The upload that `fields` describe, of a file that the client calls `filename`.

    Raises InvalidUpload.
    """
    values: dict[str, list[str]] = {}
    for key, value in fields:
        values.setdefault(key, []).append(value)
    action = _single(values, ":action")
    if action != "file_upload":
        raise InvalidUpload(":action", f"{action[:40]!r} is not supported: only file_upload is.")
    if _single(values, "protocol_version") not in ("", "1"):
        raise InvalidUpload("protocol_version", "Unknown protocol version.")
    name = _single(values, "name")
    packagetype = _single(values, "filetype")
    project = _project(name)
    version = _version(_single(values, "version"))
    if packagetype not in FILE_TYPES:
        reason = "Error: Use a known file type." if packagetype else _REQUIRED
        raise InvalidUpload("filetype", f"Invalid value for filetype. {reason}")
    pyversion = _pyversion(_single(values, "pyversion"), packagetype)
    digests = _digests(values)
    if not filename:
        raise InvalidUpload("content", "Upload payload does not have a file.")
    attestations = _single(values, "attestations")
    comment = _single(values, "comment")
    return UploadForm(
        name=name,
        project=project,
        version=version,
        filename=filename,
        packagetype=packagetype,
        pyversion=pyversion,
        digests=digests,
        attestations=attestations or None,
        comment=comment,
        others={
            key: tuple(found) for key, found in values.items() if key not in _READ and any(found)
        },
    )


_READ = frozenset(
    {
        ":action",
        "protocol_version",
        "name",
        "version",
        "filetype",
        "pyversion",
        "comment",
        "attestations",
        "content",
        *_DIGESTS,
    }
)


def _single(values: Mapping[str, list[str]], key: str) -> str:
    """The value of a field that is used once; "" where it is missing."""
    found = values.get(key, [""])
    if any(value != found[0] for value in found):
        raise InvalidUpload(key, f"{key!r} has invalid data. {SEE_METADATA}")
    return found[0].strip()


def _shown(value: str) -> str:
    return repr(f"{value[:30]}...{value[-30:]}" if len(value) > 60 else value)


def _project(name: str) -> NormalizedName:
    try:
        return normalize(name)
    except InvalidName:
        reason = (
            "Error: Start and end with a letter or numeral containing only ASCII numeric and "
            "'.', '_' and '-'."
        )
        message = f"{_shown(name)} is an invalid value for Name. {reason if name else _REQUIRED}"
        raise InvalidUpload("name", f"{message} {SEE_METADATA}") from None


def _version(text: str) -> str:
    if not text:
        raise InvalidUpload("version", f"'version' is a required field. {SEE_METADATA}")
    try:
        if len(text) > _MAX_VERSION:
            raise InvalidVersion(text)
        return str(Version(text))
    except InvalidVersion:
        message = f"{_shown(text)} is invalid for 'version'. {SEE_METADATA}"
        raise InvalidUpload("version", message) from None


def _pyversion(text: str, packagetype: str) -> str:
    if packagetype == "sdist":
        if text not in ("", "source"):
            reason = "Error: Use 'source' as Python version for an sdist."
            raise InvalidUpload("pyversion", f"Invalid value for pyversion. {reason}")
        return "source"
    if not text:
        reason = "Error: Python version is required for binary distribution uploads."
        raise InvalidUpload("pyversion", f"Invalid value for pyversion. {reason}")
    return text


def _digests(values: Mapping[str, list[str]]) -> dict[str, str]:
    found = {}
    for field, (algorithm, shown, length) in _DIGESTS.items():
        text = _single(values, field)
        if not text:
            continue
        digest = text.lower()
        if field == "md5_digest" and len(text) != length:
            digest = _hex_of_base64(text)
        if len(digest) != length or _hex(digest) is None:
            reason = f"Error: Use a valid, hex-encoded, {shown} message digest."
            raise InvalidUpload(field, f"Invalid value for {field}. {reason}")
        found[algorithm] = digest
    if not found:
        raise InvalidUpload("sha256_digest", "Error: Include at least one message digest.")
    return found


def _hex_of_base64(text: str) -> str:
    """PyPI's documentation asks for URL-safe base64, all tools send hex."""
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "==").hex()
    except (ValueError, binascii.Error):
        return ""
