"""Publish a repository version: make the pages of what changed, take over the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from packaging.utils import NormalizedName

from pulpcore.plugin.models import ProgressReport, RepositoryVersion

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import StoredPage
from pulp_pyindex.app.models import PyindexPublication, PyindexRepository
from pulp_pyindex.app.models.repository import new_version
from pulp_pyindex.app.tasks import showing
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.showing import FinishedPage
from pulp_pyindex.app.tasks.unshown import drop_unshown_pages
from pulp_pyindex.index import rendering
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import API_VERSION, ProjectEntry, ProjectPage

#: Pages written by one statement.
BATCH = 200


def publish(
    repository_version_pk: str, checkpoint: bool = False, afresh: bool = True
) -> dict[str, Any]:
    """Make the publication of a version; what comes back becomes the task's result.

    Starts from the newest publication of the same repository that is not of a later version, and
    makes only the pages of projects that changed since, or of which more is known. `afresh`
    leaves out publications of this very version: publishing it again then makes more than was new.
    """
    version = present(RepositoryVersion.objects.select_related("repository"), repository_version_pk)
    base = _base_of(version, afresh=afresh)
    changed = None if base is None else catalog.changed_projects(base, version)
    few = changed is not None and len(changed) <= BATCH
    # Few pages are written at once: the disk is waited for once.
    with (
        transaction.atomic() if few else nullcontext(),
        PyindexPublication.create(version, checkpoint=checkpoint) as publication,
    ):
        if base is None or changed is None or not showing.follow(publication, base, list(changed)):
            made = _show_all(publication, version)
        elif few:
            made = _show_few(publication, version, base, changed)
        else:
            made = _show_many(publication, version, changed)
    if version.repository.retain_repo_versions is not None:
        drop_unshown_pages()
    return {"publication": str(publication.pk), "pages_made": made}


@receiver(new_version, sender=PyindexRepository)
def autopublish(repository: PyindexRepository, version: RepositoryVersion, **kwargs: Any) -> None:
    """Publish in the task that made the version, where the repository says so."""
    if repository.autopublish:
        publish(str(version.pk))


def ensure_published(repository: PyindexRepository) -> None:
    """Publish the latest version where that was not done, or where pages can tell more by now.

    A task that is killed between making a version and publishing it leaves it unpublished. And
    what an upstream does not tell of a file is learnt when the file comes, long after its page was
    made. In both cases no later task that has nothing to change would make another version.
    """
    latest = repository.latest_version()
    if not repository.autopublish or latest is None or latest.number == 0:
        return
    published = (
        PyindexPublication.objects.filter(repository_version=latest, complete=True)
        .select_related("repository_version")
        .defer("repository_version__content_ids")
        .order_by("-pulp_created")
        .first()
    )
    if published is None or catalog.changed_projects(published, latest):
        publish(str(latest.pk), afresh=False)


def _base_of(version: RepositoryVersion, *, afresh: bool) -> PyindexPublication | None:
    earlier = PyindexPublication.objects.filter(
        complete=True,
        repository_version__repository=version.repository_id,
        repository_version__number__lte=version.number,
    )
    if afresh:
        earlier = earlier.exclude(repository_version=version)
    return (
        earlier.select_related("repository_version")
        .defer("repository_version__content_ids")
        .order_by("-repository_version__number", "-pulp_created")
        .first()
    )


def _show_all(publication: PyindexPublication, version: RepositoryVersion) -> int:
    """Begin a series with everything; how many pages were made for it."""
    showing.begin(publication)
    borrowed, wanted = _borrow_promoted(publication, version, None)
    made = _make(publication, version, wanted)
    showing.grow(publication, len(borrowed) + made)
    return made


def _show_many(
    publication: PyindexPublication, version: RepositoryVersion, changed: dict[str, bool]
) -> int:
    """Show what changed since the publication that is followed."""
    _, wanted = _borrow_promoted(publication, version, changed)
    return _make(publication, version, wanted, _moved(changed))


def _show_few(
    publication: PyindexPublication,
    version: RepositoryVersion,
    base: PyindexPublication,
    changed: dict[str, bool],
) -> int:
    """The same by one statement, with the list of projects of `base` where these differ."""
    before = catalog.published_page(base.pk, showing.ROOT)
    if before is None:
        return _show_many(publication, version, changed)
    shown, wanted = _borrow_promoted(publication, version, changed)
    pages = list(_finish(catalog.project_pages(version, wanted, _moved(changed))))
    shown.update((page.project, page.serial) for page in pages)
    changes = {
        name: ProjectEntry(name=NormalizedName(name), serial=shown[name]) if name in shown else None
        for name in changed
    }
    showing.write(publication, [*pages, _changed_root(version, before, changes)])
    return len(pages)


def _make(
    publication: PyindexPublication,
    version: RepositoryVersion,
    wanted: Iterable[str] | None,
    moved: frozenset[str] = frozenset(),
) -> int:
    """Make pages (None: all) and the list of projects; how many pages."""
    made = 0
    with ProgressReport(message="Publishing projects", code="publishing.projects") as progress:
        for batch in _batches(_finish(catalog.project_pages(version, wanted, moved))):
            showing.write(publication, batch)
            made += len(batch)
            progress.done = made
            progress.save()
        entries = [
            ProjectEntry(name=NormalizedName(name), serial=serial)
            for name, serial in catalog.published_serials(publication.pk)
        ]
        json_tail, html_tail = (
            rendering.root_tail(kind, entries) for kind in (Kind.JSON, Kind.HTML)
        )
        showing.write(publication, [_finished_root(version, json_tail, html_tail)])
    return made


def _moved(changed: dict[str, bool]) -> frozenset[str]:
    return frozenset(name for name, its_own in changed.items() if its_own)


def _borrow_promoted(
    publication: PyindexPublication,
    version: RepositoryVersion,
    changed: Iterable[str] | None,
) -> tuple[dict[str, int], list[str] | None]:
    """Show the pages of the version that was promoted, of projects that are the same in both.

    `changed` is what is to be shown (None: all). The serials of those that are shown come back,
    and what is left.
    """
    left = None if changed is None else list(changed)
    if version.info.get("source") not in ("promotion", "rollback"):
        return {}, left
    donor = (
        PyindexPublication.objects.filter(
            complete=True, repository_version_id=version.info["version"]
        )
        .select_related("repository_version")
        .defer("repository_version__content_ids")
        .order_by("-pulp_created")
        .first()
    )
    shown = set() if donor is None else {name for name, _ in catalog.published_serials(donor.pk)}
    if donor is None or not shown:
        return {}, left
    differing = set(catalog.differing_projects(donor.repository_version, version))
    differing |= catalog.learned_projects(version, donor.pulp_created)
    wanted = shown | differing if left is None else set(left)
    same = (wanted & shown) - differing
    # Of a version that took in all it holds the projects need not be looked up.
    is_new = version.added_count() == version.count()
    moved = same if is_new else catalog.moved_projects(version)
    serials = catalog.project_serials(version, sorted(same), moved)
    borrowed = showing.borrow(publication, donor, serials)
    return {name: serials[name] for name in borrowed}, sorted(wanted - borrowed)


def _finish(pages: Iterable[ProjectPage]) -> Iterator[FinishedPage]:
    for page in pages:
        assert page.serial is not None  # catalog always sets it
        yield _finished(
            page.name,
            page.serial,
            rendering.project_tail(Kind.JSON, page),
            rendering.project_tail(Kind.HTML, page),
            rendering.page_api_version(page),
        )


def _changed_root(
    version: RepositoryVersion, before: StoredPage, changes: dict[str, ProjectEntry | None]
) -> FinishedPage:
    """The list of projects after few changes to an earlier one."""
    json_tail = rendering.changed_root_tail(Kind.JSON, rendering.inflate(before.json), changes)
    html_before = rendering.inflate(before.html)
    html_tail = rendering.changed_root_tail(Kind.HTML, html_before, changes)
    # HTML tells no serials: where no project came or went it is what it was.
    html = before.html if html_tail == html_before else rendering.deflate(html_tail)
    return _finished_root(version, json_tail, html_tail, html)


def _finished_root(
    version: RepositoryVersion, json_tail: bytes, html_tail: bytes, html: bytes | None = None
) -> FinishedPage:
    """The list of projects of a version."""
    serial = catalog.version_serial(version)
    return _finished(showing.ROOT, serial, json_tail, html_tail, API_VERSION, html)


def _finished(
    project: str,
    serial: int,
    json_tail: bytes,
    html_tail: bytes,
    api_version: str,
    html: bytes | None = None,
) -> FinishedPage:
    """A page; `html` is its deflated tail where that is there already."""
    digest = hashlib.sha256(json_tail)
    digest.update(html_tail)
    digest.update(api_version.encode())
    return FinishedPage(
        project=project,
        serial=serial,
        sha256=digest.hexdigest(),
        json=rendering.deflate(json_tail),
        html=rendering.deflate(html_tail) if html is None else html,
        api_version=api_version,
        has_origin=rendering.has_origin(Kind.JSON, json_tail),
    )


def _batches(pages: Iterator[FinishedPage]) -> Iterator[list[FinishedPage]]:
    batch: list[FinishedPage] = []
    for page in pages:
        batch.append(page)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
