"""METADATA and PKG-INFO out of archives, good and hostile."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulp_pyindex.index.errors import InvalidMetadata
from pulp_pyindex.index.metadata import MAX_METADATA, archives, sdist_metadata, tar, wheel_metadata

METADATA = b"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n\nh\xc3\xa9llo\r\n"
WHEEL = "foo-1.0-py3-none-any.whl"
SDIST = "foo-1.0.tar.gz"
PLACE = "foo-1.0.dist-info/METADATA"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def tarred(*members: tuple[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = 1.5
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def of_wheel(data: bytes, filename: str = WHEEL) -> bytes:
    return wheel_metadata(io.BytesIO(data), filename)


def of_sdist(data: bytes, filename: str = SDIST) -> bytes:
    return sdist_metadata(io.BytesIO(data), filename)


def refused(read: Callable[[bytes, str], bytes], data: bytes, filename: str) -> str:
    with pytest.raises(InvalidMetadata) as caught:
        read(data, filename)
    assert caught.value.filename == filename
    assert len(caught.value.reason) < 500
    return caught.value.reason


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_wheels_metadata_is_byte_exact(method: int) -> None:
    """Line ends and all."""
    data = zipped(("foo/__init__.py", b""), (PLACE, METADATA), ("x/" + PLACE, b"no"), method=method)
    assert of_wheel(data) == METADATA
    assert of_wheel(b"#!/bin/sh\n" + data) == METADATA


def test_a_wheel_must_have_one_metadata_of_its_own_project() -> None:
    """None, two, and another's are refused."""
    assert refused(of_wheel, zipped(("foo/x.py", b"")), WHEEL) == "has no METADATA"
    two = zipped((PLACE, METADATA), ("bar-1.0.dist-info/METADATA", METADATA))
    assert refused(of_wheel, two, WHEEL) == "holds 2 METADATA files"
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped((PLACE, METADATA), (PLACE, b"other"))
    assert refused(of_wheel, twice, WHEEL) == "holds 2 METADATA files"
    others = zipped(("bar-1.0.dist-info/METADATA", METADATA))
    assert "another project" in refused(of_wheel, others, WHEEL)
    assert of_wheel(zipped((PLACE, METADATA)), "Foo-1.0-py3-none-any.whl") == METADATA


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, bytes], ids=[".tar.gz", ".tar.bz2", ".tar"]
)
@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_an_sdists_pkg_info_is_byte_exact(
    pack: Callable[[bytes], bytes],
    format: int,  # noqa: A002
    request: pytest.FixtureRequest,
) -> None:
    """Whatever tar it is, and however far behind PKG-INFO comes."""
    extension = request.node.callspec.id.partition("-")[2]
    members = [(f"foo-1.0/{n}", b"x" * n * 300) for n in range(9)]
    members += [("foo-1.0/src/foo.egg-info/PKG-INFO", b""), ("foo-1.0/PKG-INFO", METADATA)]
    data = tarred(*members, format=format)
    assert of_sdist(pack(data), f"foo-1.0{extension}") == METADATA


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_too_long_for_a_header_are_read(format: int) -> None:  # noqa: A002
    """From the extended headers."""
    data = tarred((f"{'n' * 200}-1.0/PKG-INFO", METADATA), format=format)
    assert of_sdist(gzip.compress(data)) == METADATA


def test_a_zipped_sdist_is_read() -> None:
    """Zip is the other kind that installers take."""
    assert of_sdist(zipped(("foo-1.0/PKG-INFO", METADATA)), "foo-1.0.zip") == METADATA
    reason = refused(of_sdist, zipped(("a/b/PKG-INFO", b"")), "foo-1.0.zip")
    assert reason == "has no PKG-INFO"


def test_links_are_not_followed() -> None:
    """PKG-INFO must be a file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        link = tarfile.TarInfo("foo-1.0/PKG-INFO")
        link.type, link.linkname, link.size = tarfile.SYMTYPE, "/etc/passwd", 0
        archive.addfile(link)
    assert refused(of_sdist, gzip.compress(file.getvalue()), SDIST) == "has no PKG-INFO"


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive", b"\x1f\x8b\x08", b"\0" * 5000])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    """Empty, cut off, something else."""
    refused(of_wheel, data, WHEEL)
    for filename in (SDIST, "foo-1.0.zip", "foo-1.0.tar.bz2", "foo-1.0.tar"):
        refused(of_sdist, data, filename)
    for filename in ("foo-1.0.tar.xz", "foo-1.0.tar.Z", "foo-1.0.egg"):
        assert "no metadata is read" in refused(of_sdist, lzma.compress(data), filename)


def test_a_bomb_is_not_unpacked() -> None:
    """A METADATA of gigabytes in a wheel of kilobytes stops at the limit."""
    big = b"x" * (MAX_METADATA + 1)
    assert "longer than" in refused(of_wheel, zipped((PLACE, big)), WHEEL)
    tar_data = gzip.compress(tarred(("foo-1.0/PKG-INFO", big)))
    assert "longer than" in refused(of_sdist, tar_data, SDIST)


def test_a_member_that_lies_of_its_size_is_refused() -> None:
    """The table of contents says 10 bytes, the data are more."""
    data = bytearray(zipped((PLACE, b"x" * 100_000)))
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, directory + 24, 10)
    refused(of_wheel, bytes(data), WHEEL)


def test_a_wrong_checksum_is_refused() -> None:
    """Damaged bytes are not passed on."""
    data = bytearray(zipped((PLACE, METADATA), method=zipfile.ZIP_STORED))
    data[data.index(b"Name: foo") + 6] ^= 1
    assert "CRC" in refused(of_wheel, bytes(data), WHEEL)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_kinds_of_compression_without_a_bound_are_refused(method: int) -> None:
    """Python unpacks them at once, however much comes out."""
    reason = refused(of_wheel, zipped((PLACE, METADATA), method=method), WHEEL)
    assert "unusual" in reason


def test_a_huge_table_of_contents_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is the archive's own word."""
    monkeypatch.setattr(archives, "MAX_ZIP_DIRECTORY", 70_000)
    data = zipped((PLACE, METADATA), *((f"{n:0>200}", b"") for n in range(400)))
    assert "more than 70000 bytes" in refused(of_wheel, data, WHEEL)


def test_a_tar_is_unpacked_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PKG-INFO beyond the limit is not found, and that is said."""
    monkeypatch.setattr(archives, "MAX_TAR_READ", 1_000_000)
    zeros = ("foo-1.0/zeros", b"\0" * 2_000_000)
    data = gzip.compress(tarred(zeros, ("foo-1.0/PKG-INFO", METADATA)))
    assert refused(of_sdist, data, SDIST) == "no PKG-INFO within its first 1000000 bytes"


def test_a_tar_of_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty members are cheap to make and dear to read."""
    monkeypatch.setattr(tar, "_MAX_MEMBERS", 5)
    data = gzip.compress(tarred(*((f"{n}", b"") for n in range(10))))
    assert "more than 5 members" in refused(of_sdist, data, SDIST)


def test_an_extended_header_of_megabytes_is_refused() -> None:
    """It would be read whole."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 500_000_000
    data = gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 1024)
    assert "extended header" in refused(of_sdist, data, SDIST)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_archive_is_read_or_refused(data: st.DataObject) -> None:
    """Bytes cut or changed anywhere end in bytes or in InvalidMetadata."""
    is_wheel = data.draw(st.booleans())
    if is_wheel:
        good = zipped((PLACE, METADATA), ("foo/x.py", b""))
    else:
        good = tarred((f"{'n' * 120}/x", b"y"), ("foo-1.0/PKG-INFO", METADATA))
    body = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 8))
        body[start : start + length] = data.draw(st.binary(max_size=8))
    try:
        found = of_wheel(bytes(body)) if is_wheel else of_sdist(bytes(body), "foo-1.0.tar")
    except InvalidMetadata:
        return
    assert len(found) <= MAX_METADATA


def test_the_file_stays_open() -> None:
    """Whoever opened it closes it."""
    for read, data, filename in (
        (wheel_metadata, zipped((PLACE, METADATA)), WHEEL),
        (sdist_metadata, gzip.compress(tarred(("foo-1.0/PKG-INFO", METADATA))), SDIST),
        (sdist_metadata, tarred(("foo-1.0/PKG-INFO", METADATA)), "foo-1.0.tar"),
    ):
        file = io.BytesIO(data)
        assert read(file, filename) == METADATA
        assert not file.closed
