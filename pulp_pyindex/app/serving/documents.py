"""The legacy JSON API and the feeds of an index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.serving import answers, rows
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.pages import cache_control
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index import feeds, jsonapi
from pulp_pyindex.index.jsonapi import Place

_JSON = "application/json"
_RSS = "application/rss+xml; charset=utf-8"


class Documents:
    """Documents of all indexes, kept in memory where nothing can be added to them."""

    def __init__(self, memory: Memory[Any], flights: Flights) -> None:
        self._memory = memory
        self._flights = flights

    async def project(self, index: Index, project: NormalizedName, place: Place) -> Ready:
        """`pypi/<project>/json`."""
        return await self._json(index, project, None, place)

    async def release(
        self, index: Index, project: NormalizedName, version: str, place: Place
    ) -> Ready:
        """`pypi/<project>/<version>/json`."""
        return await self._json(index, project, version, place)

    async def feed(
        self, index: Index, project: NormalizedName | None, kind: str, root: str
    ) -> Ready:
        """`rss/<kind>.xml`, or a project's `releases` where one is named."""
        version_pk = index.version_pk
        if version_pk is None:
            return _no_feed(index)
        body = await self._flights.share(
            ("feed", version_pk, project, kind, root),
            lambda: in_database(_feed, version_pk, project, kind, root),
        )
        if body is None:
            return _no_feed(index)
        return rss_answer(index, body)

    async def _json(
        self, index: Index, project: NormalizedName, version: str | None, place: Place
    ) -> Ready:
        named = project if version is None else f"{project} {version}"
        if index.version_pk is None:
            return no_document(index, named)
        key: Hashable = (
            *("json", index.version_pk, project, version, place),
            *(index.is_open, index.settled),
        )
        found: Ready | None = self._memory.get(key)
        if found is not None:
            return found
        made, is_final = await self._flights.share(
            key, lambda: in_database(_document, index, project, version, place)
        )
        if made is None:
            return no_document(index, named)
        if is_final:
            self._memory.put(key, made, made.size)
        return made


def _document(
    index: Index, project: NormalizedName, version: str | None, place: Place
) -> tuple[Ready | None, bool]:
    """The document, and whether it stays what it is: metadata may still be learnt."""
    assert index.version_pk is not None
    held = rows.version(index.version_pk)
    releases = catalog.releases(held, project)
    serial = catalog.project_serials(held, [project]).get(project, 0)
    if version is None:
        body = jsonapi.project_document(project, releases, place, serial=serial)
    else:
        release = jsonapi.find_release(releases, version)
        body = (
            jsonapi.release_document(project, release, place, serial=serial)
            if release is not None
            else None
        )
    if body is None:
        return None, False
    return json_answer(index, body, serial), all(release.metadata for release in releases)


def _feed(version_pk: UUID, project: NormalizedName | None, kind: str, root: str) -> bytes | None:
    version = rows.version(version_pk)
    if project is not None:
        entries = catalog.newest_releases(version, feeds.MAX_RELEASES, project)
        if not entries and not catalog.releases(version, project):
            return None
        return feeds.releases_feed(project, entries, base_url=root)
    if kind == "packages":
        entries = catalog.newest_projects(version, feeds.MAX_PACKAGES)
        return feeds.packages_feed(entries, base_url=root)
    entries = catalog.newest_releases(version, feeds.MAX_UPDATES)
    return feeds.updates_feed(entries, base_url=root)


def json_answer(index: Index, body: bytes, serial: int) -> Ready:
    """The answer with a document of the JSON API."""
    return _ready(index, body, {"Content-Type": _JSON, "X-PyPI-Last-Serial": str(serial)})


def rss_answer(index: Index, body: bytes) -> Ready:
    """The answer with a feed."""
    return _ready(index, body, {"Content-Type": _RSS})


def _ready(index: Index, body: bytes, headers: Mapping[str, str]) -> Ready:
    always = {
        "Cache-Control": cache_control(index),
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:40]}"',
        "Access-Control-Allow-Origin": "*",
    }
    return Ready(200, {**headers, **always}, body)


def no_document(index: Index, named: str, why: str = "") -> Ready:
    """The answer for a project or release that the index does not have."""
    text = why or f"the index {index.base_path!r} has no {named[:200]}."
    body = json.dumps({"message": f"Not Found: {text}"})
    headers = {"Content-Type": _JSON, "Cache-Control": "no-store"}
    return Ready(404, headers, body.encode())


def _no_feed(index: Index) -> Ready:
    return answers.text(404, f"The index {index.base_path!r} has nothing for this feed.")
