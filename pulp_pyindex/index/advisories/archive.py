"""A bulk export of an OSV database: a zip of JSON documents, one an entry."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pulp_pyindex.index.errors import InvalidAdvisory

from .entries import Advisory, read_advisory

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may hold. That of all Python projects has some 50,000 entries and 300 MB."""

    entries: int = 1_000_000
    #: Bytes of one document, unpacked, and of all of them.
    document: int = 16 * 1024 * 1024
    total: int = 8 * 1024 * 1024 * 1024


def read_archive(file: BinaryIO, name: str, limits: Limits | None = None) -> Iterator[Advisory]:
    """The advisories about Python projects in a zip, one after the other.

    What is not named `….json` is passed over. Raises InvalidAdvisory for an archive that is broken
    or too large, and for the first document that is no OSV entry; `name` is the archive's.
    """
    allowed = limits or Limits()
    try:
        with zipfile.ZipFile(file) as archive:
            documents = _documents(archive, name, allowed)
            total = 0
            seen: set[str] = set()
            for info in documents:
                body = _body(archive, info, allowed)
                total += len(body)
                if total > allowed.total:
                    raise InvalidAdvisory(name, f"more than {allowed.total} bytes, unpacked")
                advisory = read_advisory(body, info.filename)
                if advisory is None:
                    continue
                if advisory.id in seen:
                    raise InvalidAdvisory(info.filename, f"a second entry {advisory.id!r}")
                seen.add(advisory.id)
                yield advisory
    except InvalidAdvisory:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise InvalidAdvisory(name, f"not a readable zip: {error}") from error


def _documents(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise InvalidAdvisory(name, f"{len(infos)} entries, at most {limits.entries} are read")
    found = [one for one in infos if one.filename.endswith(".json") and not one.is_dir()]
    if not found:
        raise InvalidAdvisory(name, "it holds no JSON document")
    if sum(one.file_size for one in found) > limits.total:
        raise InvalidAdvisory(name, f"more than {limits.total} bytes, unpacked")
    return found


def _body(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    if info.compress_type not in _METHODS or info.flag_bits & 0x1:
        raise InvalidAdvisory(info.filename, "it is encrypted or compressed in an unknown way")
    too_long = InvalidAdvisory(info.filename, f"longer than {limits.document} bytes")
    if info.file_size > limits.document:
        raise too_long
    with archive.open(info) as opened:
        # What is said of a size need not be true.
        body = opened.read(limits.document + 1)
    if len(body) > limits.document:
        raise too_long
    return body
