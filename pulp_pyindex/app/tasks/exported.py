"""An index as the files of a static tree: their paths, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.utils import NormalizedName

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import HeldFile, RemoteFile, StoredPage
from pulp_pyindex.app.exceptions import FilesElsewhere
from pulp_pyindex.app.models import PyindexPublication
from pulp_pyindex.app.stores import Source
from pulp_pyindex.index import rendering
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import API_VERSION
from pulp_pyindex.index.paths import (
    METADATA_SUFFIX,
    file_path,
    provenance_path,
    static_page_paths,
)

_ROOT = ""
#: From a project's page to the tree; for links that ought to be absolute, where nobody knows how.
_UP = "../../"


class Exported:
    """A version, in the pages of a publication of it or in those it would have."""

    def __init__(
        self,
        version: RepositoryVersion,
        publication: PyindexPublication | None,
        *,
        origin: str | None,
        unkept: Mapping[tuple[str, str], Source],
    ) -> None:
        self._version = version
        self._publication = publication
        self._origin = origin or _UP
        self._unkept = unkept
        self._storage = version.repository.pulp_domain.get_storage()

    @staticmethod
    def missing(version: RepositoryVersion) -> Iterator[RemoteFile]:
        """Files that are not here, or whose `.metadata` is not."""
        yield from catalog.missing_files(version)
        yield from catalog.missing_files(version, beside=True)

    def paths(self) -> set[str]:
        """Every path of the tree."""
        found = {path for file in catalog.held_files(self._version) for path in _paths(file)}
        found |= {_provenance_path(one) for one in catalog.held_provenances(self._version)}
        for project in (_ROOT, *self._projects()):
            found.update(static_page_paths(project))
        return found

    def files(self) -> Iterator[tuple[str, Source]]:
        """Every file, the `.metadata` beside it, and every provenance object."""
        for file in catalog.held_files(self._version):
            path = file_path(file.sha256, file.filename)
            yield path, self._source(file, file.storage_name, file.size, file.sha256)
            if file.metadata_sha256 is None:
                continue
            unkept = self._unkept.get((file.sha256, file.filename))
            if unkept is None:
                told = file.metadata_sha256
                unkept = self._source(file, file.metadata_storage_name, file.metadata_size, told)
            yield path + METADATA_SUFFIX, unkept
        for one in catalog.held_provenances(self._version):
            yield _provenance_path(one), Source.of_bytes(one.document.encode())

    def project_pages(self) -> Iterator[tuple[str, Source]]:
        """Both forms of every project's page."""
        if self._publication is not None:
            for project, stored in catalog.published_pages(self._publication.pk):
                yield from self._forms(project, stored)
            return
        for page in catalog.project_pages(self._version):
            assert page.serial is not None  # catalog always sets it
            tails = {kind: rendering.project_tail(kind, page) for kind in (Kind.HTML, Kind.JSON)}
            version = rendering.page_api_version(page)
            yield from self._forms(page.name, _unpublished(tails, version, page.serial))

    def root(self) -> Iterator[tuple[str, Source]]:
        """Both forms of the list of projects."""
        if self._publication is not None:
            stored = catalog.published_page(self._publication.pk, _ROOT)
            assert stored is not None  # every finished publication has one
        else:
            entries = catalog.root_entries(self._version)
            tails = {kind: rendering.root_tail(kind, entries) for kind in (Kind.HTML, Kind.JSON)}
            serial = catalog.version_serial(self._version)
            stored = _unpublished(tails, API_VERSION, serial)
        yield from self._forms(_ROOT, stored)

    def _projects(self) -> list[str]:
        if self._publication is not None:
            return catalog.published_projects(self._publication.pk)
        return catalog.project_names(self._version)

    def _forms(self, project: str, stored: StoredPage) -> Iterator[tuple[str, Source]]:
        origin = self._origin if stored.has_origin else None
        html, json = static_page_paths(NormalizedName(project))
        for path, kind, tail in ((html, Kind.HTML, stored.html), (json, Kind.JSON, stored.json)):
            head = rendering.head(kind, stored.serial, stored.api_version)
            body = rendering.assemble(kind, head, tail, origin).body
            yield path, Source.of_bytes(body)

    def _source(self, file: HeldFile, name: str | None, size: int | None, sha256: str) -> Source:
        if name is None or size is None:
            raise FilesElsewhere(1, file.filename, "it was removed while it was to be exported")
        return Source.of_stored(self._storage, name, size, sha256)


def _paths(file: HeldFile) -> Iterator[str]:
    path = file_path(file.sha256, file.filename)
    yield path
    if file.metadata_sha256 is not None:
        yield path + METADATA_SUFFIX


def _provenance_path(one: catalog.HeldProvenance) -> str:
    return provenance_path(NormalizedName(one.project), one.version, one.filename)


def _unpublished(tails: Mapping[Kind, bytes], api_version: str, serial: int) -> StoredPage:
    return StoredPage(
        json=rendering.deflate(tails[Kind.JSON]),
        html=rendering.deflate(tails[Kind.HTML]),
        api_version=api_version,
        has_origin=rendering.has_origin(Kind.JSON, tails[Kind.JSON]),
        serial=serial,
    )
