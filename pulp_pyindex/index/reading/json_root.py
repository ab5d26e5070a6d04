"""The list of projects in JSON, as it arrives."""

from __future__ import annotations

from typing import Any

import ijson
import msgspec

from pulp_pyindex.index.errors import InvalidName, InvalidPage
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.pages import ProjectEntry
from pulp_pyindex.index.reading.json_page import check_api_version, other_shape, read_number

#: A list without projects is looked at whole, to tell it from JSON of another kind. It is short.
_EMPTY_LIST_LIMIT = 65_536


class JsonRoot:
    """Feed, then close. See RootReader."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.skipped = 0
        self.serial: int | None = None
        self._projects: list[Any] = ijson.sendable_list()
        self._projects_parser = ijson.items_coro(self._projects, "projects.item")
        self._metas: list[Any] = ijson.sendable_list()
        self._meta_parser = ijson.items_coro(self._metas, "meta")
        self._has_meta = False
        self._has_projects = False
        self._start = b""
        self._length = 0

    @property
    def recognised(self) -> bool:
        return self._has_projects

    def feed(self, chunk: bytes) -> list[ProjectEntry]:
        if not chunk:
            # To the parser this would be the end.
            return []
        self._length += len(chunk)
        if not self._has_projects and len(self._start) < _EMPTY_LIST_LIMIT:
            self._start += chunk[:_EMPTY_LIST_LIMIT]
        try:
            if not self._has_meta:
                self._meta_parser.send(chunk)
                self._read_meta()
            self._projects_parser.send(chunk)
        except (ijson.JSONError, UnicodeDecodeError) as e:
            raise self._broken(e) from e
        return self._taken()

    def close(self) -> list[ProjectEntry]:
        try:
            self._projects_parser.close()
        except (ijson.JSONError, UnicodeDecodeError) as e:
            raise self._broken(e) from e
        entries = self._taken()
        if not self._has_projects:
            self._check_empty()
        return entries

    def _broken(self, error: Exception) -> InvalidPage:
        reason = " ".join(str(error).split())[:120]
        return InvalidPage(self.url, f"broken or cut off JSON ({reason}), {self._length} bytes")

    def _read_meta(self) -> None:
        if not self._metas:
            return
        self._has_meta = True
        meta = self._metas.pop()
        if isinstance(meta, dict):
            check_api_version(meta.get("api-version"), self.url)
            self.serial = read_number(meta.get("_last-serial"))

    def _taken(self) -> list[ProjectEntry]:
        entries: list[ProjectEntry] = []
        for project in self._projects:
            if not isinstance(project, dict) or "name" not in project:
                raise InvalidPage(
                    self.url, "JSON, but its 'projects' are not those of a simple index"
                )
            self._has_projects = True
            try:
                name = normalize(project["name"])
            except (InvalidName, TypeError, AttributeError):
                self.skipped += 1
                continue
            serial = read_number(project.get("_last-serial"))
            entries.append(ProjectEntry(name=name, serial=serial))
        self._projects.clear()
        if entries:
            self._start = b""
        return entries

    def _check_empty(self) -> None:
        try:
            shape = msgspec.json.decode(self._start, type=dict[str, msgspec.Raw])
            if bytes(shape["projects"]).strip().startswith(b"["):
                return
        except (msgspec.DecodeError, KeyError):
            pass
        raise InvalidPage(self.url, other_shape(self._start, "projects"))
