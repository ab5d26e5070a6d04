"""Which files are taken for wheels, and why the others are refused."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from pulp_pyindex.index.archives import check_wheel
from pulp_pyindex.index.errors import InvalidArchive

NAME = "demo-1.0-py3-none-any.whl"
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
FILES = {
    "demo/__init__.py": b"x = 1\n",
    "demo-1.0.dist-info/METADATA": METADATA,
    "demo-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "demo-1.0.dist-info/RECORD": b"demo/__init__.py,,\n",
}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def checked(data: bytes, filename: str = NAME) -> bytes:
    return check_wheel(io.BytesIO(data), filename)


def refusal(data: bytes, filename: str = NAME) -> str:
    with pytest.raises(InvalidArchive) as caught:
        checked(data, filename)
    assert caught.value.filename == filename
    return caught.value.reason


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_wheel_gives_its_metadata(method: int) -> None:
    """The METADATA comes back byte by byte, whether packed or stored."""
    assert checked(zipped(FILES, method)) == METADATA


def test_directories_and_zip64_headers_are_normal() -> None:
    """Build tools write entries for directories, and long headers for what they stream."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.mkdir("demo")
        for name, body in FILES.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(body)
    assert checked(buffer.getvalue()) == METADATA


def test_a_build_number_and_a_local_version_belong_to_the_name() -> None:
    """The directory is found by the first two parts of the name."""
    files = {name.replace("demo-1.0", "demo-1.0+cu12"): body for name, body in FILES.items()}
    assert checked(zipped(files), "demo-1.0+cu12-7-py3-none-any.whl") == METADATA


def without(name: str) -> dict[str, bytes]:
    return {key: body for key, body in FILES.items() if key != f"demo-1.0.dist-info/{name}"}


def with_file(name: str, body: bytes = b"") -> dict[str, bytes]:
    return {**FILES, name: body}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (without("METADATA"), "METADATA not found"),
        (without("WHEEL"), "WHEEL not found"),
        (without("RECORD"), "RECORD not found"),
        ({"demo/__init__.py": b""}, "WHEEL not found at demo-1.0.dist-info/WHEEL"),
        (with_file("other-2.0.dist-info/METADATA"), "More than one .dist-info directory"),
        (with_file("../evil.py"), "not a plain relative path"),
        (with_file("demo/../../evil.py"), "not a plain relative path"),
        (with_file("/etc/passwd"), "Absolute path"),
        (with_file("C:/evil.py"), "Absolute path"),
        (with_file("demo\\evil.py"), "Backslash"),
        (with_file("demo//evil.py"), "not a plain relative path"),
        (with_file("demo/a\x1bb.py"), "Invalid character"),
        (with_file("demo-1.0.dist-info/entry_points.txt", b"[console_scripts\n"), "INI"),
        (
            with_file("demo-1.0.dist-info/entry_points.txt", b"[console_scripts]\n../x = a:b\n"),
            "script name",
        ),
        (with_file("demo-1.0.dist-info/entry_points.txt", b"\xff"), "UTF-8"),
        (with_file("demo-1.0.dist-info/WHEEL", b"Root-Is-Purelib: true\n"), "Wheel-Version"),
        (with_file("demo-1.0.dist-info/WHEEL", b"Wheel-Version: 2.0\n"), "Wheel-Version"),
        (with_file("demo-1.0.dist-info/RECORD", b"\xff\xfe"), "UTF-8"),
        (with_file("demo-1.0.dist-info/METADATA", b"x" * (3 << 20)), "larger than"),
    ],
)
def test_incomplete_and_hostile_contents_are_refused(files: dict[str, bytes], reason: str) -> None:
    """Each refusal names what is wrong."""
    assert reason in refusal(zipped(files))


def test_a_directory_of_another_name_is_named_in_the_refusal() -> None:
    """A renamed wheel tells whose it is."""
    assert "'demo-1.0.dist-info'" in refusal(zipped(FILES), "demo-2.0-py3-none-any.whl")


def two_of_a_name() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in FILES.items():
            archive.writestr(name, body)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("demo-1.0.dist-info/METADATA", b"Name: evil\n")
    return buffer.getvalue()


def described() -> bytes:
    """What a zip written to a pipe looks like: sizes behind the data."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    buffer = Pipe()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in FILES.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def renamed_in_directory() -> bytes:
    data = bytearray(zipped(FILES))
    at = data.rindex(b"demo/__init__.py")
    data[at : at + 4] = b"evil"
    return bytes(data)


def resized_in_directory() -> bytes:
    data = bytearray(zipped(FILES))
    at = data.rindex(b"demo/__init__.py") - 46
    struct.pack_into("<L", data, at + 24, 7)
    return bytes(data)


def damaged_metadata() -> bytes:
    return zipped(FILES, zipfile.ZIP_STORED).replace(b"Name: demo", b"Name: dema", 1)


def linked(target: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in FILES.items():
            archive.writestr(name, body)
        link = zipfile.ZipInfo("demo/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
    return buffer.getvalue()


def device() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in FILES.items():
            archive.writestr(name, body)
        node = zipfile.ZipInfo("demo/null")
        node.external_attr = 0o020666 << 16
        archive.writestr(node, b"")
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in FILES.items():
            archive.writestr(name, body)
        with archive.open("demo/zeros", "w") as zeros:
            for _ in range(65):
                zeros.write(bytes(1 << 20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (two_of_a_name, "Duplicate filename"),
        (described, "data descriptor"),
        (renamed_in_directory, "Missing filename in local headers"),
        (resized_in_directory, "disagree"),
        (damaged_metadata, "damaged"),
        (lambda: linked("../../etc/passwd"), "leads out of the archive"),
        (lambda: linked("/etc/passwd"), "leads out of the archive"),
        (lambda: linked("a/../../.."), "leads out of the archive"),
        (device, "neither a file nor a directory"),
        (bomb, "compression ratio of 50"),
        (lambda: b"", "not a zipfile"),
        (lambda: b"<html>not found</html>" * 3, "not a zipfile"),
        (lambda: zipped(FILES) + b"\0", "trailing data"),
        (lambda: b"#!/bin/sh\n" + zipped(FILES), "central directory offset"),
        (lambda: zipped(FILES)[:-30], "not a zipfile"),
        (lambda: zipped(FILES) + zipped(FILES), "central directory offset"),
        (lambda: zipped(FILES, zipfile.ZIP_BZIP2), "compression type"),
    ],
)
def test_archives_that_readers_see_differently_are_refused(
    make: Callable[[], bytes], reason: str
) -> None:
    """What a streaming reader and one of the central directory see must be the same."""
    assert reason in refusal(make())


def test_a_link_inside_is_allowed() -> None:
    """Some wheels bring links to their own libraries."""
    assert checked(linked("../demo/__init__.py")) == METADATA


def test_a_comment_is_refused() -> None:
    """A comment can hold a second end record."""
    buffer = io.BytesIO(zipped(FILES))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"hello"
    assert "trailing data" in refusal(buffer.getvalue())


@pytest.mark.parametrize("name", ["demo.whl", "demo-1.0.whl", "demo-1.0-py3-none-any.zip"])
def test_the_name_must_be_a_wheels(name: str) -> None:
    """Without name and version in it nobody knows where the metadata is."""
    assert "Unable to parse" in refusal(zipped(FILES), name)
