"""Write an index as a plain tree that any web server serves.

    what is missing is fetched → files → project pages → list of projects → what is gone goes

Who reads meanwhile sees the old index or the new one: a page is there after all files it names, the
list after all pages. What is as it was is not written again; the tree's manifest knows.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pulpcore.plugin.models import Export, ProgressReport, RepositoryVersion, Task
from pulpcore.plugin.util import get_url

from pulp_pyindex.app import catalog, stores
from pulp_pyindex.app.exceptions import FilesElsewhere, TreeFailed
from pulp_pyindex.app.models import PyindexPublication, PyindexStaticExporter
from pulp_pyindex.app.stores import MANIFEST, Entry, Manifest, Source
from pulp_pyindex.app.tasks.bringing import Brought, bring
from pulp_pyindex.app.tasks.exported import Exported
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.publish import publish

#: The manifest is saved so often while files are written, for the case that the task dies.
_SAVED_EVERY = 60.0


@dataclass(slots=True)
class _Counts:
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    #: Of what went from the index, and is in the tree still.
    left: int = 0
    #: Bytes that were written.
    bytes: int = 0
    fetched: int = 0


def export(
    exporter_pk: str,
    repository_version_pk: str,
    publication_pk: str | None = None,
    *,
    newest: bool = False,
    fetch: bool = True,
    remove: bool = False,
    full: bool = False,
) -> dict[str, Any]:
    """Write a publication, or a version as it would be published; the task's result comes back.

    `newest`: the publication was not named, so that another one of the version does as well.
    `fetch`: files that are at their upstream only are fetched; otherwise they let it fail.
    `remove`: what an earlier export wrote and the index has no more is removed.
    `full`: what is as it was is written all the same.
    """
    exporter = present(PyindexStaticExporter.objects.all(), exporter_pk)
    version = present(
        RepositoryVersion.objects.select_related("repository__pulp_domain"), repository_version_pk
    )
    publication = None
    if publication_pk is not None:
        publication = present(PyindexPublication.objects.all(), publication_pk)
    tree = stores.open_tree(exporter)
    brought = _complete(version, fetch=fetch)
    if newest and publication is not None and brought.files:
        publication = _renewed(publication, version)
    exported = Exported(
        version,
        publication,
        origin=exporter.base_url or None,
        unkept={
            key: Source.of_file(Path(one.path), one.size, one.sha256)
            for key, one in brought.unkept.items()
        },
    )
    with tree:
        counts = _Export(tree, exported, full=full).run(remove=remove)
    counts.fetched = brought.files
    result = {
        "place": stores.place_of(exporter),
        "repository_version": f"{get_url(version.repository)}versions/{version.number}/",
        "publication": None if publication is None else get_url(publication),
        **asdict(counts),
    }
    Export.objects.create(exporter=exporter, task=Task.current(), params=result)
    return result


def _renewed(publication: PyindexPublication, version: RepositoryVersion) -> PyindexPublication:
    """A publication that tells what was learnt of the files that came, where there is any news."""
    if not version.repository.cast().autopublish:
        return publication
    if not catalog.changed_projects(publication, version):
        return publication
    made = publish(str(version.pk), afresh=False)
    renewed: PyindexPublication = PyindexPublication.objects.get(pk=made["publication"])
    return renewed


def _complete(version: RepositoryVersion, *, fetch: bool) -> Brought:
    if fetch:
        return bring(version)
    missing = {file.filename for file in Exported.missing(version)}
    if missing:
        reason = "it is at its upstream only, and `fetch` is false"
        raise FilesElsewhere(len(missing), min(missing), reason)
    return Brought()


class _Export:
    """One run."""

    def __init__(self, tree: Any, exported: Exported, *, full: bool) -> None:
        self._tree = tree
        self._exported = exported
        self._counts = _Counts()
        try:
            self._manifest = Manifest.load(tree.read(MANIFEST))
        except ValueError as error:
            reason = f"this was not written by an export ({error}); move it away"
            raise TreeFailed(tree.place, MANIFEST, reason) from error
        self._before = {} if full else dict(self._manifest.entries)
        self._saved = time.monotonic()
        self._progress = ProgressReport(
            message="Exporting files", code="export.writing.files", state="running"
        )

    def run(self, *, remove: bool) -> _Counts:
        planned = self._exported.paths() | self._tree.marks
        self._progress.total = len(planned)
        self._progress.save()
        gone = sorted(self._manifest.entries.keys() - planned)
        self._manifest.expect(planned)
        self._save()
        try:
            self._put(self._files())
            self._put(self._exported.project_pages())
            self._put(self._exported.root())
            self._counts.left = len(gone)
            if remove:
                self._remove(gone)
        except BaseException:
            self._progress.state = "failed"
            raise
        else:
            self._progress.state = "completed"
        finally:
            self._save()
            self._progress.save()
        return self._counts

    def _files(self) -> Iterator[tuple[str, Source]]:
        for path in self._tree.marks:
            yield path, Source.of_bytes(b"")
        yield from self._exported.files()

    def _put(self, things: Iterable[tuple[str, Source]]) -> None:
        """Write what is not there yet, and return when all of it is."""
        under_way: deque[tuple[str, Source, Future[None]]] = deque()
        with ThreadPoolExecutor(self._tree.at_once) as pool:
            try:
                for path, source in things:
                    if self._is_there(path, source):
                        self._counts.unchanged += 1
                        self._progress.done += 1
                        continue
                    under_way.append((path, source, pool.submit(self._tree.write, path, source)))
                    if len(under_way) >= 4 * self._tree.at_once:
                        self._settle(*under_way.popleft())
                while under_way:
                    self._settle(*under_way.popleft())
            finally:
                pool.shutdown(cancel_futures=True)

    def _is_there(self, path: str, source: Source) -> bool:
        entry = self._before.get(path)
        return (
            entry is not None
            and (entry.sha256, entry.size) == (source.sha256, source.size)
            and bool(self._tree.has(path, source.size))
        )

    def _settle(self, path: str, source: Source, writing: Future[None]) -> None:
        writing.result()
        self._manifest.entries[path] = Entry(sha256=source.sha256, size=source.size)
        self._counts.written += 1
        self._counts.bytes += source.size
        self._progress.done += 1
        if time.monotonic() - self._saved > _SAVED_EVERY:
            self._save()
            self._progress.save()

    def _remove(self, gone: list[str]) -> None:
        # Pages first: none may name a file that is not there.
        for path in sorted(gone, key=lambda path: not path.startswith("simple/")):
            self._tree.remove(path)
            del self._manifest.entries[path]
            self._counts.removed += 1
            self._counts.left -= 1

    def _save(self) -> None:
        self._tree.write(MANIFEST, Source.of_bytes(self._manifest.dump()))
        self._saved = time.monotonic()
