"""What an upstream offers: projects and files, changed at will while it runs."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name

from .wheels import MadeFile

UPLOAD_TIME = "2024-05-01T12:00:00.123456Z"


@dataclass(slots=True, kw_only=True)
class Offered:
    """One link on a project page, and what is behind it."""

    project: str
    version: str
    filename: str
    body: bytes
    #: Told on the page: name → hex.
    hashes: dict[str, str]
    requires_python: str | None = None
    #: Told on JSON pages.
    size: int | None = None
    upload_time: str | None = None
    #: None = not yanked; "" = yanked without a reason.
    yanked: str | None = None
    #: Served as `<file>.metadata` where not None.
    metadata: bytes | None = None
    #: The page's core-metadata: {"sha256": …}, True, or None = not told.
    core_metadata: dict[str, str] | bool | None = None
    #: Served below /integrity/ and linked where not None.
    provenance: dict[str, Any] | None = None
    #: The link, verbatim, instead of the right one.
    url: str | None = None


@dataclass(slots=True, kw_only=True)
class Project:
    """One project page."""

    name: str
    files: list[Offered] = field(default_factory=list)
    status: str | None = None
    reason: str | None = None
    serial: int = 0


class Catalogue:
    """Projects by name. Every change gives the project the next serial."""

    def __init__(self) -> None:
        self._projects: dict[str, Project] = {}
        self._serial = 1000
        self._lock = threading.RLock()

    @property
    def serial(self) -> int:
        return self._serial

    def projects(self) -> list[Project]:
        with self._lock:
            return list(self._projects.values())

    def project(self, name: str) -> Project | None:
        return self._projects.get(canonicalize_name(name))

    def offered(self, filename: str) -> Offered | None:
        return next((file for file in self._files() if file.filename == filename), None)

    def _files(self) -> Iterator[Offered]:
        for project in self.projects():
            yield from project.files

    def add_project(self, name: str) -> Project:
        with self._lock:
            project = self._projects.setdefault(canonicalize_name(name), Project(name=name))
            self._touch(project)
            return project

    def add(self, made: MadeFile, **changes: Any) -> Offered:
        """Offer a file; `changes` set fields of `Offered` to other than the true ones."""
        is_wheel = made.filename.endswith(".whl")
        offered = Offered(
            project=canonicalize_name(made.project),
            version=made.version,
            filename=made.filename,
            body=made.body,
            hashes={"sha256": made.sha256},
            requires_python=made.requires_python,
            size=made.size,
            upload_time=UPLOAD_TIME,
            metadata=made.metadata if is_wheel else None,
            core_metadata={"sha256": made.metadata_sha256} if is_wheel else None,
        )
        for name, value in changes.items():
            setattr(offered, name, value)
        with self._lock:
            self.add_project(made.project).files.append(offered)
        return offered

    def replace(self, filename: str, made: MadeFile) -> Offered:
        """The same filename with other bytes."""
        self.remove(filename)
        return self.add(made)

    def remove(self, filename: str) -> None:
        with self._lock:
            for project in self._projects.values():
                kept = [file for file in project.files if file.filename != filename]
                if len(kept) != len(project.files):
                    project.files = kept
                    self._touch(project)

    def remove_project(self, name: str) -> None:
        with self._lock:
            del self._projects[canonicalize_name(name)]
            self._serial += 1

    def change(self, filename: str, **changes: Any) -> None:
        """Set fields of `Offered`, e.g. `yanked="broken"`, on every link of that name."""
        with self._lock:
            for project in self._projects.values():
                for file in project.files:
                    if file.filename == filename:
                        for name, value in changes.items():
                            setattr(file, name, value)
                        self._touch(project)

    def yank(self, filename: str, reason: str = "") -> None:
        self.change(filename, yanked=reason)

    def unyank(self, filename: str) -> None:
        self.change(filename, yanked=None)

    def set_status(self, name: str, status: str | None, reason: str | None = None) -> None:
        with self._lock:
            project = self._projects[canonicalize_name(name)]
            project.status, project.reason = status, reason
            self._touch(project)

    def _touch(self, project: Project) -> None:
        self._serial += 1
        project.serial = self._serial


def page_etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
