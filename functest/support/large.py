"""Wheels too large for memory, sent from disk."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from .wheels import wheel

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeWheel:
    """A wheel on disk."""

    project: str
    version: str
    path: Path
    sha256: str

    @property
    def filename(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def large_wheel(folder: Path, size: int, name: str = "large", version: str = "1.0") -> LargeWheel:
    """A wheel of about `size` bytes, all but its metadata zeros that are not compressed."""
    small = wheel(name, version)
    path = folder / small.filename
    path.write_bytes(small.body)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive,
        archive.open("zeros.bin", "w", force_zip64=True) as entry,
    ):
        for _ in range(size // _PIECE):
            entry.write(bytes(_PIECE))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return LargeWheel(project=name, version=version, path=path, sha256=sha256)


def post_large(url: str, made: LargeWheel, auth: tuple[str, str]) -> requests.Response:
    """The answer to an upload that is sent as it is read."""
    return requests.post(
        url,
        data=_Body(made),
        headers={"Content-Type": f"multipart/form-data; boundary={_Body.boundary}"},
        auth=auth,
        timeout=1200,
    )


class _Body:
    """A form around a file."""

    boundary = "large" * 5

    def __init__(self, made: LargeWheel) -> None:
        fields = {
            ":action": "file_upload",
            "protocol_version": "1",
            "filetype": "bdist_wheel",
            "pyversion": "py3",
            "name": made.project,
            "version": made.version,
            "sha256_digest": made.sha256,
        }
        lines = [
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        lines.append(
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="content"; '
            f'filename="{made.filename}"\r\n\r\n'
        )
        self._before = "".join(lines).encode()
        self._path = made.path
        self._after = f"\r\n--{self.boundary}--\r\n".encode()
        self._size = len(self._before) + made.size + len(self._after)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        yield self._before
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
        yield self._after
