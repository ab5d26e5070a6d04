"""Wheels: a zip with one `.dist-info`, complete and named as the file is (PEP 427, PyPA spec)."""

from __future__ import annotations

import codecs
import configparser
import email.parser
import os
import re
from typing import BinaryIO

from pulp_pyindex.index.archives.limits import (
    MAX_METADATA,
    MAX_RECORD,
    MAX_SMALL_FILE,
    Refusal,
)
from pulp_pyindex.index.archives.zipentries import Entry, iter_entry, read_entry
from pulp_pyindex.index.archives.zips import read_entries
from pulp_pyindex.index.errors import InvalidArchive

_WHEEL_VERSION = re.compile(r"1(\.\d{1,9})*")
_ENTRY_POINT_NAME = re.compile(r"[\w.-]+")


def check_wheel(file: BinaryIO, filename: str) -> bytes:
    """The METADATA of a wheel, byte by byte; raises InvalidArchive if it is no sound wheel.

    `file` can be read and sought, `filename` is the name it is uploaded or served under.
    """
    try:
        length = file.seek(0, os.SEEK_END)
        entries = read_entries(file, length)
        info = _info_directory(entries, filename)
        _check_wheel_file(_required(file, entries, f"{info}/WHEEL", MAX_SMALL_FILE))
        _check_record(file, entries, f"{info}/RECORD")
        if f"{info}/entry_points.txt" in entries:
            points = _required(file, entries, f"{info}/entry_points.txt", MAX_SMALL_FILE)
            _check_entry_points(points)
        return _required(file, entries, f"{info}/METADATA", MAX_METADATA)
    except Refusal as refusal:
        raise InvalidArchive(filename, str(refusal)) from None


def _info_directory(entries: dict[str, Entry], filename: str) -> str:
    parts = filename.split("-", 2)
    if len(parts) != 3 or not filename.endswith(".whl"):
        raise Refusal("Unable to parse name and version from wheel filename")
    expected = f"{parts[0]}-{parts[1]}.dist-info"
    found = {name.partition("/")[0] for name in entries if "/" in name}
    infos = sorted(top for top in found if top.lower().endswith(".dist-info"))
    if expected not in infos:
        there = f", only {infos[0]!r}" if infos else ""
        raise Refusal(f"WHEEL not found at {expected}/WHEEL{there}")
    if len(infos) > 1:
        raise Refusal(f"More than one .dist-info directory: {', '.join(infos[:5])}")
    return expected


def _required(file: BinaryIO, entries: dict[str, Entry], name: str, limit: int) -> bytes:
    entry = entries.get(name)
    if entry is None:
        what = name.rpartition("/")[2]
        raise Refusal(f"{what} not found: the wheel does not contain the required file {name}")
    try:
        return read_entry(file, entry, limit)
    except Refusal as refusal:
        raise Refusal(f"{name} is {refusal}") from None


def _check_wheel_file(data: bytes) -> None:
    """Installers refuse what does not say the major version of the format they know."""
    text = data.decode("utf-8", "replace")
    version = str(email.parser.HeaderParser().parsestr(text).get("Wheel-Version", "")).strip()
    if not version:
        raise Refusal("WHEEL holds no Wheel-Version")
    if _WHEEL_VERSION.fullmatch(version) is None:
        raise Refusal(f"WHEEL has a Wheel-Version that installers do not know: {version[:40]!r}")


def _check_record(file: BinaryIO, entries: dict[str, Entry], name: str) -> None:
    """RECORD must be there and be text. What it lists is not compared, as on PyPI."""
    entry = entries.get(name)
    if entry is None:
        raise Refusal(f"RECORD not found: the wheel does not contain the required file {name}")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in iter_entry(file, entry, MAX_RECORD):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Refusal(f"{name} is not text in UTF-8") from None
    except Refusal as refusal:
        raise Refusal(f"{name} is {refusal}") from None


class _EntryPoints(configparser.ConfigParser):
    """The dialect of the entry points specification: `=` only, names as they are written."""

    def __init__(self) -> None:
        super().__init__(delimiters=("=",), interpolation=None)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _check_entry_points(data: bytes) -> None:
    parser = _EntryPoints()
    try:
        parser.read_string(data.decode())
        points = [
            name
            for section in ("console_scripts", "gui_scripts")
            if parser.has_section(section)
            for name in parser.options(section)
        ]
    except UnicodeDecodeError:
        raise Refusal("entry_points.txt is not decodable as UTF-8") from None
    except configparser.Error as error:
        first = str(error).partition("\n")[0]
        raise Refusal(f"entry_points.txt is not a valid INI file: {first[:200]}") from None
    for name in points:
        if _ENTRY_POINT_NAME.fullmatch(name) is None:
            raise Refusal(f"entry_points.txt has an invalid script name: {name[:80]!r}")
