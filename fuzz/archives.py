"""Wheels and sdists with something wrong in them."""

from __future__ import annotations

import gzip
import io
import tarfile
import warnings
import zipfile
from functools import cache
from random import Random

from fuzz.mutations import broken, text
from pulp_pyindex.index.archives import check_sdist, check_wheel
from pulp_pyindex.index.errors import InvalidArchive, InvalidMetadata
from pulp_pyindex.index.metadata import sdist_metadata, wheel_metadata

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
_METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nText.\n"
_INFO = "demo-1.0.dist-info"
_FILES = {
    "demo/__init__.py": b"x = 1\n" * 20,
    f"{_INFO}/METADATA": _METADATA,
    f"{_INFO}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{_INFO}/entry_points.txt": b"[console_scripts]\ndemo = demo:main\n",
    f"{_INFO}/RECORD": b"demo/__init__.py,,\n",
}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)


@cache
def _wheel(method: int, long: bool) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, body in _FILES.items():
            with archive.open(name, "w", force_zip64=long) as entry:
                entry.write(body)
    return buffer.getvalue()


def _odd_wheel(random: Random) -> bytes:
    """A sound zip, of odd things."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for usual, body in _FILES.items():
            if random.random() < 0.1:
                continue
            name = usual if random.random() < 0.8 else text(random, usual)
            info = zipfile.ZipInfo(
                name.encode("utf-8", "replace").decode().partition("\0")[0] or "x"
            )
            info.compress_type = random.choice(_METHODS)
            info.external_attr = random.choice((0, 0, 0o100644, 0o120777, 0o020666, 0o40755)) << 16
            archive.writestr(info, body if random.random() < 0.9 else broken(random, body))
    return buffer.getvalue()


def wheel(random: Random) -> None:
    """If a wheel is accepted, Python's zipfile must find the same METADATA and names in it."""
    if random.random() < 0.3:
        data = _odd_wheel(random)
    else:
        base = _wheel(random.choice(_METHODS[:2]), random.random() < 0.3)
        data = broken(random, base) if random.random() < 0.98 else base
    try:
        metadata = check_wheel(io.BytesIO(data), WHEEL)
    except InvalidArchive:
        metadata = None
    if metadata is not None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            assert archive.read(f"{_INFO}/METADATA") == metadata
        assert len(names) == len(set(names))
        assert not any(name.startswith("/") or ".." in name.split("/") for name in names)
    try:
        wheel_metadata(io.BytesIO(data), WHEEL)
    except InvalidMetadata:
        # Whoever looks for less accepts more.
        assert metadata is None


@cache
def _tar(form: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name in ("demo-1.0/" + "long/" * 25 + "name.py", "demo-1.0/a.py", "demo-1.0/PKG-INFO"):
            info = tarfile.TarInfo(name)
            info.size = len(_METADATA)
            archive.addfile(info, io.BytesIO(_METADATA))
        link = tarfile.TarInfo("demo-1.0/link")
        link.type, link.linkname = tarfile.SYMTYPE, "a.py"
        archive.addfile(link)
    return buffer.getvalue()


def _with_checksums(data: bytes) -> bytes:
    """Headers that are changed fall out at once, unless their checksums are right."""
    blocks = bytearray(data)
    for start in range(0, len(blocks) - 511, 512):
        block = blocks[start : start + 512]
        if block[257:262] == b"ustar":
            total = sum(block) - sum(block[148:156]) + 256
            blocks[start + 148 : start + 156] = b"%06o\0 " % (total % 0o777777)
    return bytes(blocks)


def sdist(random: Random) -> None:
    """If an sdist is accepted, Python's tarfile must find the same PKG-INFO in it."""
    data = _tar(random.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)))
    # What counts is before the padding.
    data = data.rstrip(b"\0") + bytes(1536)
    data += bytes(-len(data) % 512)
    if random.random() < 0.98:
        data = broken(random, data)
    if random.random() < 0.8:
        data = _with_checksums(data)
    data = gzip.compress(data, 1, mtime=0)
    if random.random() < 0.2:
        data = broken(random, data)
    try:
        metadata = check_sdist(io.BytesIO(data), SDIST)
    except InvalidArchive:
        metadata = None
    if metadata is not None:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            names = archive.getnames()
            member = archive.extractfile("demo-1.0/PKG-INFO")
            assert member is not None
            assert member.read() == metadata
        assert not any(name.startswith("/") or ".." in name.split("/") for name in names)
    try:
        sdist_metadata(io.BytesIO(data), SDIST)
    except InvalidMetadata:
        assert metadata is None
