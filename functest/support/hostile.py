"""Files that no index should take, made of good ones."""

import gzip
import io
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace

from .wheels import MadeFile, sdist, wheel

Entries = dict[str, bytes]


def rezipped(made: MadeFile, change: Callable[[Entries], object]) -> MadeFile:
    """A wheel whose entries `change` has altered in place."""
    with zipfile.ZipFile(io.BytesIO(made.body)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return replace(made, body=buffer.getvalue())


def without(made: MadeFile, ending: str) -> MadeFile:
    """A wheel without the entry that ends so."""

    def drop(entries: Entries) -> None:
        del entries[next(name for name in entries if name.endswith(ending))]

    return rezipped(made, drop)


def with_entry(made: MadeFile, name: str, body: bytes = b"x") -> MadeFile:
    """A wheel with one entry more."""
    return rezipped(made, lambda entries: entries.update({name: body}))


def with_metadata(made: MadeFile, *lines: str, instead: bytes | None = None) -> MadeFile:
    """A wheel whose METADATA has further header lines, or is something else."""
    head, _, rest = made.metadata.partition(b"\n\n")
    metadata = instead or b"\n".join([head, *(line.encode() for line in lines)]) + b"\n\n" + rest

    def put(entries: Entries) -> None:
        entries[next(name for name in entries if name.endswith("/METADATA"))] = metadata

    return rezipped(made, put)


def with_twins(made: MadeFile) -> MadeFile:
    """A wheel in which a path stands twice."""
    buffer = io.BytesIO(made.body)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("twin.py", b"1")
        archive.writestr("twin.py", b"2")
    return replace(made, body=buffer.getvalue())


def with_link(made: MadeFile, target: str) -> MadeFile:
    """A wheel with a symbolic link."""
    buffer = io.BytesIO(made.body)
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("way/out")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
    return replace(made, body=buffer.getvalue())


def zip_bomb(name: str = "alpha") -> MadeFile:
    """A wheel of a few hundred kB that unpacks to 300 MB."""
    made = wheel(name)
    buffer = io.BytesIO(made.body)
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.bin", "w", force_zip64=True) as entry,
    ):
        for _ in range(300):
            entry.write(bytes(1_000_000))
    return replace(made, body=buffer.getvalue())


def metadata_bomb() -> MadeFile:
    """A wheel whose METADATA has 60 MB."""
    made = wheel("alpha")
    return with_metadata(made, instead=made.metadata + b"x" * 60_000_000)


def many_entries(count: int = 100_001) -> MadeFile:
    """A wheel with more entries than anybody needs."""

    def put(entries: Entries) -> None:
        entries.update({f"a/{number}": b"" for number in range(count)})

    return rezipped(wheel("alpha"), put)


def tar_bomb() -> MadeFile:
    """A sdist of a few hundred kB that unpacks to 300 MB."""
    made = sdist("alpha")
    archive = gzip.decompress(made.body)
    entry = tarfile.TarInfo("alpha-1.0/zeros.bin")
    entry.size = 300_000_000
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as target:
        target.write(_entries_of(archive))
        target.write(entry.tobuf(tarfile.PAX_FORMAT))
        for _ in range(300):
            target.write(bytes(1_000_000))
        target.write(bytes(10240))
    return replace(made, body=packed.getvalue())


def retarred(made: MadeFile, *more: tuple[tarfile.TarInfo, bytes], drop: str = "") -> MadeFile:
    """A sdist with other entries."""
    buffer = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(made.body)) as old,
        tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for entry in old:
            if not drop or not entry.name.endswith(drop):
                new.addfile(entry, old.extractfile(entry))
        for entry, body in more:
            entry.size = len(body)
            new.addfile(entry, io.BytesIO(body))
    return replace(made, body=gzip.compress(buffer.getvalue(), mtime=0))


def tar_entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.linkname = target
    return entry


def _entries_of(archive: bytes) -> bytes:
    """A tar archive without the blocks that end it."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        last = opened.getmembers()[-1]
    return archive[: last.offset_data + (last.size + 511) // 512 * 512]
