"""Which files are taken for source distributions, and why the others are refused."""

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from pulp_pyindex.index.archives import check_sdist
from pulp_pyindex.index.errors import InvalidArchive

NAME = "demo-1.0.tar.gz"
PKG_INFO = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def tarred(
    *extra: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT, pkg_info: bool = True
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        entries = [(entry("demo-1.0", tarfile.DIRTYPE), b"")]
        if pkg_info:
            entries.append((entry("demo-1.0/PKG-INFO"), PKG_INFO))
        for info, body in [*entries, *extra]:
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return buffer.getvalue()


def packed(
    *extra: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT, pkg_info: bool = True
) -> bytes:
    return gzip.compress(tarred(*extra, form=form, pkg_info=pkg_info), mtime=0)


def checked(data: bytes, filename: str = NAME) -> bytes:
    return check_sdist(io.BytesIO(data), filename)


def refusal(data: bytes, filename: str = NAME) -> str:
    with pytest.raises(InvalidArchive) as caught:
        checked(data, filename)
    return caught.value.reason


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_an_sdist_gives_its_pkg_info(form: int) -> None:
    """All three forms of tar are read."""
    long = entry(
        "demo-1.0/" + "sub/" * 20 + "ü.py" if form != tarfile.USTAR_FORMAT else "demo-1.0/a"
    )
    assert checked(packed((long, b"x" * 1000), form=form)) == PKG_INFO


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_very_long_names_and_links_inside_are_normal(form: int) -> None:
    """Extended headers hold what the plain one cannot."""
    long = "demo-1.0/" + "x" * 150
    link = entry("demo-1.0/l" + "y" * 120, tarfile.SYMTYPE, "x" * 150)
    hard = entry("demo-1.0/hard", tarfile.LNKTYPE, long)
    up = entry("demo-1.0/docs/readme", tarfile.SYMTYPE, "../PKG-INFO")
    data = packed((entry(long), b"1"), (link, b""), (hard, b""), (up, b""), form=form)
    assert checked(data) == PKG_INFO


def test_a_header_for_all_of_an_archive_is_normal() -> None:
    """Archives that git makes begin with a comment for all entries."""
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "abc"}
    ) as archive:
        info = entry("demo-1.0/PKG-INFO")
        info.size = len(PKG_INFO)
        archive.addfile(info, io.BytesIO(PKG_INFO))
    assert checked(gzip.compress(buffer.getvalue())) == PKG_INFO


def test_a_name_beside_the_extended_one_does_not_count() -> None:
    """The file is where the extended header says, not where the plain one does."""
    info = entry("x")
    info.pax_headers = {"path": "demo-1.0/../../evil"}
    assert "not a plain relative path" in refusal(packed((info, b"")))


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (entry("/etc/passwd"), "Absolute path"),
        (entry("demo-1.0/../../evil"), "not a plain relative path"),
        (entry("other/file"), "top-level directories"),
        (entry("toplevel"), "top-level directories"),
        (entry("./demo-1.0/a"), "not a plain relative path"),
        (entry("demo-1.0/PKG-INFO"), "Duplicate entry"),
        (entry("demo-1.0/PKG-INFO/x"), "lies below a file or link"),
        (entry("demo-1.0/a\x07b"), "Invalid character"),
        (entry("demo-1.0/a\\b"), "Backslash"),
        (entry("demo-1.0/link", tarfile.SYMTYPE, "/etc/passwd"), "leads out"),
        (entry("demo-1.0/link", tarfile.SYMTYPE, ".."), "leads out"),
        (entry("demo-1.0/link", tarfile.SYMTYPE, "../../etc"), "leads out"),
        (entry("demo-1.0/link", tarfile.SYMTYPE, "a/../../.."), "leads out"),
        (entry("demo-1.0/link", tarfile.LNKTYPE, "etc/passwd"), "leads out"),
        (entry("demo-1.0/link", tarfile.LNKTYPE, "../etc/passwd"), "plain relative"),
        (entry("demo-1.0/null", tarfile.CHRTYPE), "neither a file"),
        (entry("demo-1.0/disk", tarfile.BLKTYPE), "neither a file"),
        (entry("demo-1.0/pipe", tarfile.FIFOTYPE), "neither a file"),
        (entry("demo-1.0/sparse", tarfile.GNUTYPE_SPARSE), "Sparse"),
    ],
)
def test_hostile_entries_are_refused(info: tarfile.TarInfo, reason: str) -> None:
    """Each refusal names what is wrong."""
    assert reason in refusal(packed((info, b"")))


def test_writing_through_a_link_is_refused() -> None:
    """A link that stays inside must not be a directory of other entries."""
    link = entry("demo-1.0/here", tarfile.SYMTYPE, ".")
    below = entry("demo-1.0/here/x", tarfile.SYMTYPE, "..")
    assert "below a file or link" in refusal(packed((link, b""), (below, b"")))
    assert "Duplicate" in refusal(packed((entry("demo-1.0/here/x"), b""), (link, b"")))


def pax(**headers: str) -> tuple[tarfile.TarInfo, bytes]:
    info = entry("demo-1.0/a")
    info.pax_headers = headers
    return info, b""


def polyglot() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("demo-1.0/PKG-INFO", PKG_INFO)
    # Stored, so that the zip's end record is found near the end.
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    return packer.compress(tarred((entry("demo-1.0/z"), buffer.getvalue()))) + packer.flush()


def endless_name() -> bytes:
    """An extended header that says it is 4 GB long, and is."""
    head = entry("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    head.size = 4 << 30
    return gzip.compress(head.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: packed(pkg_info=False), "PKG-INFO not found at demo-1.0/PKG-INFO"),
        (lambda: b"", "ends too early"),
        (lambda: b"<html>not found</html>", "not a gzip file"),
        (tarred, "not a gzip file"),
        (lambda: gzip.compress(b""), "not a tarfile"),
        (lambda: gzip.compress(b"hello"), "not a tarfile"),
        (lambda: gzip.compress(b"h" * 10240), "not a tarfile"),
        (lambda: gzip.compress(bytes(10240)), "not a tarfile"),
        (lambda: packed()[:-9], "ends too early"),
        (lambda: packed()[:-4] + b"\1\1\1\1", "damaged"),
        (lambda: packed() + b"x", "Trailing data"),
        (lambda: packed() + packed(), "Trailing data"),
        (lambda: gzip.compress(tarred() + tarred()), "Trailing data"),
        (lambda: gzip.compress(tarred()[:2000]), "not a tarfile"),
        (lambda: gzip.compress(tarred((entry("demo-1.0/a"), bytes(4096)))[:4096]), "too early"),
        (lambda: gzip.compress(bytes(70 << 20)), "ratio of 50"),
        (lambda: packed((entry("demo-1.0/zeros"), bytes(70 << 20))), "ratio of 50"),
        (lambda: packed(pax(size="10000000")), "too early"),
        (lambda: packed(pax(size="ten")), "no number"),
        (lambda: packed(pax(hdrcharset="BINARY")), "hdrcharset"),
        (lambda: packed(pax(**{"GNU.sparse.major": "1"})), "Sparse"),
        (lambda: packed(pax(comment="x" * (2 << 20))), "larger than"),
        (endless_name, "larger than"),
        (polyglot, "both a zip and a tar file"),
    ],
)
def test_what_cannot_be_read_to_the_end_is_refused(make: Callable[[], bytes], reason: str) -> None:
    """Broken, endless and ambiguous files each have their reason."""
    assert reason in refusal(make())


def test_padding_behind_the_archive_is_normal() -> None:
    """Tapes had blocks; gzip pads with zeros too."""
    assert checked(gzip.compress(tarred() + bytes(5000)) + bytes(512)) == PKG_INFO


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, PKG_INFO)
    return buffer.getvalue()


def test_a_zip_of_old_is_read_too() -> None:
    """Whether it may be uploaded is decided by the name."""
    assert checked(zipped("demo-1.0/PKG-INFO", "demo-1.0/a.py"), "demo-1.0.zip") == PKG_INFO


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["demo-1.0/a.py"], "PKG-INFO not found at demo-1.0/PKG-INFO"),
        (["demo-1.0/PKG-INFO", "b"], "top-level"),
        ([], "top-level"),
    ],
)
def test_a_zip_without_one_directory_is_refused(names: list[str], reason: str) -> None:
    """The same rules hold as for tar archives."""
    assert reason in refusal(zipped(*names), "demo-1.0.zip")


def test_other_kinds_of_archive_are_refused() -> None:
    """Only what installers of today unpack."""
    assert "is a .tar.gz" in refusal(packed(), "demo-1.0.tar.bz2")


@pytest.mark.parametrize("at", [105, 110, 120, 140, 330, 340])
def test_a_header_that_others_cannot_read_is_refused(at: int) -> None:
    """Python's tarfile would silently take it for the end of the archive."""
    data = bytearray(tarred())
    assert data[512:529] == b"demo-1.0/PKG-INFO"
    data[512 + at] = 0x7F
    total = sum(data[512:1024]) - sum(data[660:668]) + 256
    data[660:668] = b"%06o\0 " % total
    assert "a field is no number" in refusal(gzip.compress(data))
