"""METADATA out of wheels, PKG-INFO out of sdists."""

from __future__ import annotations

import bz2
import gzip
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

from packaging.utils import canonicalize_name

from pulp_pyindex.index.errors import InvalidMetadata
from pulp_pyindex.index.metadata.bounds import Bounded, TooMuch
from pulp_pyindex.index.metadata.tar import tar_members

#: A METADATA may be so long. The longest known has less than 1 MB.
MAX_METADATA = 5 * 1024 * 1024
#: The table of contents of a zip: 80,000 entries with names of 50 signs.
MAX_ZIP_DIRECTORY = 8 * 1024 * 1024
#: So much of a file is read from disk.
MAX_ZIP_READ = 32 * 1024 * 1024
#: So much of a tar is unpacked in search of PKG-INFO, which most build tools put last.
MAX_TAR_READ = 1024 * 1024 * 1024

#: What the archive modules of the standard library raise on hostile input.
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    RecursionError,
    AttributeError,
    TypeError,
)
_DECOMPRESSORS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    ".tar.gz": lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb")),
    ".tgz": lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb")),
    ".tar.bz2": lambda file: cast(BinaryIO, bz2.BZ2File(file)),
    ".tar": lambda file: file,
}
_METADATA_NAME = re.compile(r"[^/\\]+\.dist-info/METADATA\Z")
_PKG_INFO_NAME = re.compile(r"[^/\\]+/PKG-INFO\Z")


def wheel_metadata(file: BinaryIO, filename: str) -> bytes:
    """The METADATA of the wheel `filename`, byte for byte; raises InvalidMetadata."""
    found = _from_zip(file, filename, _METADATA_NAME, "METADATA")
    name, data = found
    project = canonicalize_name(filename.partition("-")[0])
    if canonicalize_name(name.partition("-")[0]) != project:
        raise InvalidMetadata(filename, f"its METADATA is that of another project: {name[:200]!r}")
    return data


def sdist_metadata(file: BinaryIO, filename: str) -> bytes:
    """The PKG-INFO of the sdist `filename`, byte for byte; raises InvalidMetadata."""
    if filename.lower().endswith(".zip"):
        return _from_zip(file, filename, _PKG_INFO_NAME, "PKG-INFO")[1]
    for extension, decompressor in _DECOMPRESSORS.items():
        if filename.lower().endswith(extension):
            return _from_tar(file, filename, decompressor)
    raise InvalidMetadata(filename, "no metadata is read from archives of this kind")


def _from_zip(
    file: BinaryIO, filename: str, pattern: re.Pattern[str], wanted: str
) -> tuple[str, bytes]:
    bounded = Bounded(file, total=MAX_ZIP_READ, at_once=MAX_ZIP_DIRECTORY)
    try:
        with zipfile.ZipFile(cast(BinaryIO, bounded)) as archive:
            matching = [info for info in archive.infolist() if pattern.match(info.filename)]
            if len(matching) != 1:
                reason = f"holds {len(matching)} {wanted} files" if matching else f"has no {wanted}"
                raise InvalidMetadata(filename, reason)
            info = matching[0]
            if info.file_size > MAX_METADATA:
                raise InvalidMetadata(filename, f"its {wanted} is longer than {MAX_METADATA} bytes")
            # Python's zipfile unpacks the other kinds without a bound, and installers need not
            # know them.
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise InvalidMetadata(filename, f"its {wanted} is compressed in an unusual way")
            with archive.open(info) as member:
                data = member.read(MAX_METADATA + 1)
                if len(data) > MAX_METADATA:
                    raise InvalidMetadata(filename, f"its {wanted} is longer than it says")
                # The checksum is compared at the end of the member only.
                member.read(1)
    except InvalidMetadata:
        raise
    except _BROKEN as e:
        raise InvalidMetadata(filename, _broken("zip", e)) from e
    return info.filename, data


def _from_tar(file: BinaryIO, filename: str, decompressor: Callable[[BinaryIO], BinaryIO]) -> bytes:
    found: bytes | None = None
    try:
        unpacked = Bounded(decompressor(file), total=MAX_TAR_READ, at_once=MAX_METADATA)
        for name, size, read in tar_members(unpacked):
            if not _PKG_INFO_NAME.match(name.removeprefix("./")):
                continue
            if size > MAX_METADATA:
                raise InvalidMetadata(filename, f"its PKG-INFO is longer than {MAX_METADATA} bytes")
            found = read()
            break
    except InvalidMetadata:
        raise
    except TooMuch as e:
        raise InvalidMetadata(filename, f"no PKG-INFO within its first {e.limit} bytes") from e
    except _BROKEN as e:
        raise InvalidMetadata(filename, _broken("tar", e)) from e
    if found is None:
        raise InvalidMetadata(filename, "has no PKG-INFO")
    return found


def _broken(kind: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200]
    return f"not a {kind} archive that can be read ({reason or type(error).__name__})"
