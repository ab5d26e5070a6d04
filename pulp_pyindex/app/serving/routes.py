"""What an index answers at which path below it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from aiohttp import web

from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.documents import Documents, no_document
from pulp_pyindex.app.serving.files import Files
from pulp_pyindex.app.serving.merged import (
    MergedDocuments,
    MergedFiles,
    MergedPages,
    MergedProvenances,
)
from pulp_pyindex.app.serving.pages import ROOT, Form, Pages, no_project
from pulp_pyindex.app.serving.places import quoted, relative
from pulp_pyindex.app.serving.provenance import Provenances
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.stored import StoredFile
from pulp_pyindex.app.serving.traffic import CACHE
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.jsonapi import Place
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.negotiation import Kind, choose_encoding, choose_kind

_FORMS = ", ".join(kind.content_type.partition(";")[0] for kind in Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A GET or HEAD request to an index."""

    request: web.Request
    index: Index
    #: Decoded, below the index; the last is "" where the path ends in a slash.
    segments: Sequence[str]
    #: Of the header fields, lines joined; None: not sent.
    accept: str | None
    accept_encoding: str | None
    #: Absolute URL of the index.
    root: str
    #: Absolute URL of what stands for the index's `packages/` where URLs must begin so.
    files_root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An answer, and the key under which it stays in memory if it does."""

    answer: Ready | StoredFile | web.StreamResponse
    key: Hashable = None


class Routes:
    """The paths of plain indexes, or of merged ones; `choosing` knows which are for which."""

    def __init__(
        self,
        pages: Pages | MergedPages,
        files: Files | MergedFiles,
        provenances: Provenances | MergedProvenances,
        documents: Documents | MergedDocuments,
    ) -> None:
        self._documents = documents
        self._pages = pages
        self._files = files
        self._provenances = provenances

    async def find(self, asked: Asked) -> Found:
        """The answer to a request. Raises DatabaseGone, SourceFailed."""
        raw_path = asked.request.raw_path
        match list(asked.segments):
            case []:
                base = asked.index.base_path.rpartition("/")[2]
                return _redirect(301, f"{quoted(base)}/", raw_path)
            case [""]:
                return _redirect(302, "simple/", raw_path)
            case ["simple"]:
                return _redirect(301, "simple/", raw_path)
            case ["simple", ""]:
                return await self._root(asked)
            case ["simple", name]:
                return await self._elsewhere(asked, name, "")
            case ["simple", name, ""]:
                return await self._project(asked, name)
            case ["packages", *_]:
                file, held = await self._files.answer(asked.request, asked.index, asked.segments)
                return Found(answer=file, key=held)
            case ["integrity", name, version, filename, "provenance"]:
                answer = await self._provenances.answer(
                    asked.index, name, version, filename, asked.accept
                )
                return Found(answer=answer)
            case ["pypi", name, "json"] | ["pypi", name, "json", ""]:
                return await self._document(asked, name, None)
            case ["pypi", name, version, "json"] | ["pypi", name, version, "json", ""]:
                return await self._document(asked, name, version)
            case ["rss", "packages.xml" | "updates.xml" as feed]:
                kind = feed.removesuffix(".xml")
                return Found(answer=await self._documents.feed(asked.index, None, kind, asked.root))
            case ["rss", "project", name, "releases.xml"]:
                return await self._releases(asked, name)
        return Found(answer=answers.text(404, "There is nothing at this path of the index."))

    async def _document(self, asked: Asked, name: str, version: str | None) -> Found:
        """The legacy JSON API's document of a project or release."""
        try:
            project = normalize(name)
        except PyindexError:
            return Found(answer=no_document(asked.index, name))
        if project != name:
            up = "../../" if asked.segments[-1] == "" else "../"
            up += "../" if version is not None else ""
            below = f"{quoted(version)}/json" if version is not None else "json"
            return _redirect(301, f"{up}{quoted(project)}/{below}", asked.request.raw_path)
        place = Place(base_url=asked.root, files_url=asked.files_root)
        if version is None:
            return Found(answer=await self._documents.project(asked.index, project, place))
        return Found(answer=await self._documents.release(asked.index, project, version, place))

    async def _releases(self, asked: Asked, name: str) -> Found:
        try:
            project = normalize(name)
        except PyindexError:
            return Found(answer=no_project(asked.index, name))
        feed = await self._documents.feed(asked.index, project, "releases", asked.root)
        return Found(answer=feed)

    async def _root(self, asked: Asked) -> Found:
        return await self._page(asked, ROOT)

    async def _project(self, asked: Asked, name: str) -> Found:
        try:
            project = normalize(name)
        except PyindexError:
            return Found(answer=no_project(asked.index, name))
        if project != name:
            return await self._elsewhere(asked, name, "../")
        return await self._page(asked, project)

    async def _page(self, asked: Asked, project: str) -> Found:
        if self._pages.is_empty(asked.index):
            return Found(answer=no_project(asked.index, project))
        wanted = asked.request.query.get("format")
        # PEP 691 shows the plus sign of the media types as it is; in a query it means a space.
        kind = choose_kind(asked.accept, None if wanted is None else wanted.replace(" ", "+"))
        if kind is None:
            return Found(answer=_not_acceptable())
        form = Form(
            kind=kind, gzip=choose_encoding(asked.accept_encoding) == "gzip", root=asked.root
        )
        paged = await self._pages.ready(asked.index, project, form)
        asked.request[CACHE] = paged.cache
        if paged.ready is None:
            return Found(answer=no_project(asked.index, project))
        return Found(answer=paged.ready, key=paged.key)

    async def _elsewhere(self, asked: Asked, name: str, up: str) -> Found:
        """The way to the project's own page, if the index has the project."""
        try:
            project = normalize(name)
        except PyindexError:
            return Found(answer=no_project(asked.index, name))
        absence = await self._pages.absence(asked.index, project)
        if absence is not None:
            return Found(answer=absence)
        return _redirect(301, f"{up}{quoted(project)}/", asked.request.raw_path)


def _redirect(status: int, target: str, raw_path: str) -> Found:
    ready = answers.text(status, f"See {target}", Location=relative(target, raw_path))
    return Found(answer=ready)


def _not_acceptable() -> Ready:
    return answers.text(
        406,
        f"This page can be had as {_FORMS}; none of them is acceptable to the request.",
        Vary="Accept, Accept-Encoding",
    )
