"""Source distributions: an archive with one directory that holds PKG-INFO (PEP 517, PEP 625)."""

from __future__ import annotations

import os
import zipfile
from typing import BinaryIO

from pulp_pyindex.index.archives.gzips import Unpacked
from pulp_pyindex.index.archives.limits import MAX_METADATA, Refusal
from pulp_pyindex.index.archives.tars import read_tar
from pulp_pyindex.index.archives.zipentries import read_entry
from pulp_pyindex.index.archives.zips import read_entries
from pulp_pyindex.index.errors import InvalidArchive


def check_sdist(file: BinaryIO, filename: str) -> bytes:
    """The PKG-INFO of a `.tar.gz` or `.zip` sdist; raises InvalidArchive if it is no sound one.

    `file` can be read and sought, `filename` is the name it is uploaded or served under.
    """
    try:
        length = file.seek(0, os.SEEK_END)
        if filename.endswith(".zip"):
            return _zip_pkg_info(file, length)
        if not filename.endswith(".tar.gz"):
            raise Refusal("A source distribution is a .tar.gz")
        if _is_zip_too(file):
            raise Refusal("File is both a zip and a tar file")
        file.seek(0)
        return read_tar(Unpacked(file, length))
    except Refusal as refusal:
        raise InvalidArchive(filename, str(refusal)) from None


def _is_zip_too(file: BinaryIO) -> bool:
    """Whether tools that look from behind, as zip readers do, would take the file for a zip."""
    try:
        return zipfile.is_zipfile(file)
    except zipfile.BadZipFile:
        return True


def _zip_pkg_info(file: BinaryIO, length: int) -> bytes:
    entries = read_entries(file, length)
    tops = {name.partition("/")[0] for name in entries}
    if len(tops) != 1:
        raise Refusal("Incorrect number of top-level directories in sdist")
    name = f"{tops.pop()}/PKG-INFO"
    if name not in entries:
        raise Refusal(f"PKG-INFO not found at {name[:200]}")
    try:
        return read_entry(file, entries[name], MAX_METADATA)
    except Refusal as refusal:
        raise Refusal(f"{name[:200]} is {refusal}") from None
