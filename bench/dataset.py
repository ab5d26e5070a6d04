"""What the upstream of the figures offers: indexes of many made projects, and a few real files."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from packaging.utils import parse_wheel_filename

from support.wheels import MadeFile, wheel

FILES_PER_PROJECT = 5
#: Projects that make a small index, and how often there is one of the same size.
FEW, _TIMES = 1000, 3
SMALL, LARGE = "bench-small", "bench-large"
#: Two of the same size that nobody asks for before it is measured.
COLD, ALONE = "bench-cold", "bench-alone"
#: What a page of a real project shows beside the file that is wanted.
_EARLIER_FILES = 200
SMALL_BYTES, LARGE_BYTES = 20_000, 50_000_000


@dataclass(slots=True, kw_only=True)
class Page:
    """A project page, ready to be sent."""

    files: list[dict[str, Any]]
    serial: int
    body: bytes = b""
    etag: bytes = b""


@dataclass(slots=True, kw_only=True)
class Index:
    """A simple index below `/<name>/simple/`."""

    name: str
    pages: dict[str, Page] = field(default_factory=dict)
    serial: int = 1000
    root: bytes = b""
    root_etag: bytes = b""
    changes: int = 0

    def put(self, project: str, files: list[dict[str, Any]]) -> None:
        """Show these files of a project, under the next serial; `finish` after the last one."""
        self.serial += 1
        page = Page(files=files, serial=self.serial)
        page.body = json.dumps(
            {
                "meta": {"_last-serial": page.serial, "api-version": "1.4"},
                "name": project,
                "versions": sorted({_version(entry["filename"]) for entry in files}),
                "files": files,
            }
        ).encode()
        page.etag = _etag(page.body)
        self.pages[project] = page

    def finish(self) -> None:
        """Make the list of projects."""
        self.root = json.dumps(
            {
                "meta": {"_last-serial": self.serial, "api-version": "1.4"},
                "projects": [
                    {"name": name, "_last-serial": page.serial} for name, page in self.pages.items()
                ],
            }
        ).encode()
        self.root_etag = _etag(self.root)

    def change(self, share: float) -> int:
        """A new release in this share of the projects, in others each time; how many they are."""
        count = max(1, round(len(self.pages) * share))
        step = len(self.pages) // count
        for project in list(self.pages)[self.changes % step :: step][:count]:
            files = self.pages[project].files
            self.put(project, [*files, made_up(project, f"9.{self.serial}", "wheel")])
        self.changes += 1
        self.finish()
        return count


def names(projects: int) -> list[str]:
    """Of the indexes of that many projects; small ones are offered several times."""
    return [str(projects), *(f"{projects}-{n}" for n in range(1, _TIMES) if projects <= FEW)]


def many(name: str, projects: int) -> Index:
    """An index of `projects` projects with five files each, which nobody can download."""
    index = Index(name=name)
    _, _, other = name.partition("-")
    for number in range(projects):
        project = f"project{other}-{number:06}"
        index.put(project, list(_made_up_files(project, FILES_PER_PROJECT)))
    index.finish()
    return index


def pages() -> Index:
    """An index of one project with 5 and one with 500 files."""
    index = Index(name="pages")
    for project, count in (("five", 5), ("five-hundred", 500)):
        index.put(project, list(_made_up_files(project, count)))
    index.finish()
    return index


def files() -> tuple[Index, dict[str, bytes]]:
    """An index of four files that can be downloaded, and their bytes by path."""
    index, bodies = Index(name="files"), {}
    for name in (SMALL, LARGE, COLD, ALONE):
        made = wheel(name, payload=SMALL_BYTES if name == SMALL else LARGE_BYTES)
        bodies[f"/downloads/{made.filename}"] = made.body
        index.put(name, [_real(made)])
    index.finish()
    return index, bodies


def wheels(folder: Path) -> tuple[Index, dict[str, bytes]]:
    """An index of the wheels in a folder, each on a page with earlier releases, and their bytes.

    Earlier releases are shown only; METADATA is there beside each wheel.
    """
    index, bodies = Index(name="wheels"), {}
    for path in sorted(folder.glob("*.whl")):
        project = parse_wheel_filename(path.name)[0]
        body, metadata = path.read_bytes(), _metadata(path)
        bodies[f"/downloads/{path.name}"] = body
        bodies[f"/downloads/{path.name}.metadata"] = metadata
        entry = _entry(path.name, body, hashlib.sha256(metadata).hexdigest())
        index.put(project, [*_made_up_files(project, _EARLIER_FILES, major=0), entry])
    index.finish()
    return index, bodies


def made_up(project: str, version: str, kind: str) -> dict[str, Any]:
    """A file's entry on a page, with hashes of nothing that exists."""
    stem = project.replace("-", "_")
    is_wheel = kind == "wheel"
    filename = f"{stem}-{version}" + ("-py3-none-any.whl" if is_wheel else ".tar.gz")
    digest = hashlib.sha256(filename.encode()).hexdigest()
    entry = {
        "filename": filename,
        "url": f"/downloads/{filename}",
        "hashes": {"sha256": digest},
        "requires-python": ">=3.9",
        "size": 10_000 + int(digest[:4], 16),
        "upload-time": "2024-05-01T12:00:00.123456Z",
        "yanked": False,
    }
    if is_wheel:
        entry["core-metadata"] = {"sha256": digest[::-1]}
    return entry


def _made_up_files(project: str, count: int, major: int = 1) -> Iterator[dict[str, Any]]:
    for number in range(count):
        release, kind = divmod(number, 2)
        yield made_up(project, f"{major}.{release}", "sdist" if kind else "wheel")


def _real(made: MadeFile) -> dict[str, Any]:
    return _entry(made.filename, made.body, made.metadata_sha256)


def _entry(filename: str, body: bytes, metadata_sha256: str) -> dict[str, Any]:
    return {
        "filename": filename,
        "url": f"/downloads/{filename}",
        "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
        "size": len(body),
        "upload-time": "2024-05-01T12:00:00.123456Z",
        "core-metadata": {"sha256": metadata_sha256},
        "yanked": False,
    }


def _metadata(path: Path) -> bytes:
    with ZipFile(path) as archive:
        (name,) = (
            name
            for name in archive.namelist()
            if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        )
        return archive.read(name)


def _version(filename: str) -> str:
    return filename.removesuffix(".tar.gz").split("-")[1]


def _etag(body: bytes) -> bytes:
    return b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
