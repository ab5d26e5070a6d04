"""Publish a repository version: make the pages of what changed, take over the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.dispatch import receiver
from packaging.utils import NormalizedName

from pulpcore.plugin.models import ProgressReport, RepositoryVersion

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexPublication, PyindexRepository
from pulp_pyindex.app.models.repository import new_version
from pulp_pyindex.index import rendering
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import API_VERSION, ProjectEntry, ProjectPage

#: The project under which a publication shows the list of projects.
ROOT = ""

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
    version = RepositoryVersion.objects.select_related("repository").get(pk=repository_version_pk)
    base = _base_of(version, afresh=afresh)
    with PyindexPublication.create(version, checkpoint=checkpoint) as publication:
        changed = None if base is None else _take_over(base, publication, version)
        changed = _take_over_promoted(publication, version, changed)
        made = 0
        few = changed is not None and len(changed) <= BATCH
        # Few pages are written at once: the disk is waited for once.
        with transaction.atomic() if few else _progress() as progress:
            for batch in _batches(_finish(catalog.project_pages(version, changed))):
                _write(publication, batch)
                made += len(batch)
                if progress is not None:
                    progress.done = made
                    progress.save()
            _write(publication, [_finished_root(publication, version)])
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


def drop_unshown_pages() -> None:
    """Delete pages that no publication shows any more.

    Pages younger than an hour stay: a publication in the making may be about to show them.
    """
    with connection.cursor() as cursor:
        cursor.execute("""
            DELETE FROM pyindex_pyindexpage page
            WHERE page.made_at < now() - interval '1 hour'
              AND NOT EXISTS (SELECT FROM pyindex_pyindexpublishedproject shown
                              WHERE shown.page_id = page.id)
            """)


def _progress() -> AbstractContextManager[ProgressReport | None]:
    """A report for whoever waits; to report what is over in an instant would only delay it."""
    report: AbstractContextManager[ProgressReport | None] = ProgressReport(
        message="Publishing projects", code="publishing.projects"
    )
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finished:
    """A page ready to be written."""

    project: str
    serial: int
    sha256: str
    json: bytes
    html: bytes
    api_version: str
    has_origin: bool


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


def _take_over(
    base: PyindexPublication, publication: PyindexPublication, version: RepositoryVersion
) -> list[str]:
    """Show in `publication` what `base` shows of unchanged projects; the changed ones come back."""
    changed = catalog.changed_projects(base, version)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pyindex_pyindexpublishedproject (publication_id, project, serial, page_id)
            SELECT %s, project, serial, page_id FROM pyindex_pyindexpublishedproject
            WHERE publication_id = %s AND project <> ALL(%s)
            ORDER BY project
            """,
            [publication.pk, base.pk, [ROOT, *changed]],
        )
    return changed


def _take_over_promoted(
    publication: PyindexPublication, version: RepositoryVersion, changed: list[str] | None
) -> list[str] | None:
    """Show the pages of the version that was promoted, of projects that are the same in both.

    `changed` is what is to be shown (None: all); what is left of it comes back.
    """
    if version.info.get("source") != "promotion":
        return changed
    donor = (
        PyindexPublication.objects.filter(
            complete=True, repository_version_id=version.info["version"]
        )
        .select_related("repository_version")
        .defer("repository_version__content_ids")
        .order_by("-pulp_created")
        .first()
    )
    if donor is None:
        return changed
    wanted = set(changed) if changed is not None else set(catalog.project_names(version))
    differing = set(catalog.differing_projects(donor.repository_version, version))
    same = sorted(wanted - differing)
    serials = catalog.project_serials(version, same)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pyindex_pyindexpublishedproject (publication_id, project, serial, page_id)
            SELECT %s, given.project, given.serial, shown.page_id
            FROM unnest(%s::text[], %s::bigint[]) AS given (project, serial)
            JOIN pyindex_pyindexpublishedproject shown
              ON shown.publication_id = %s AND shown.project = given.project
            RETURNING project
            """,
            [publication.pk, same, [serials[name] for name in same], donor.pk],
        )
        shown = {row[0] for row in cursor.fetchall()}
    return sorted(wanted - shown)


def _finish(pages: Iterable[ProjectPage]) -> Iterator[_Finished]:
    for page in pages:
        assert page.serial is not None  # catalog always sets it
        yield _finished(
            page.name,
            page.serial,
            rendering.project_tail(Kind.JSON, page),
            rendering.project_tail(Kind.HTML, page),
            rendering.page_api_version(page),
        )


def _finished_root(publication: PyindexPublication, version: RepositoryVersion) -> _Finished:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT project, serial FROM pyindex_pyindexpublishedproject
            WHERE publication_id = %s ORDER BY project COLLATE "C"
            """,
            [publication.pk],
        )
        entries = [
            ProjectEntry(name=NormalizedName(name), serial=serial)
            for name, serial in cursor.fetchall()
        ]
    return _finished(
        ROOT,
        catalog.version_serial(version),
        rendering.root_tail(Kind.JSON, entries),
        rendering.root_tail(Kind.HTML, entries),
        API_VERSION,
    )


def _finished(
    project: str, serial: int, json_tail: bytes, html_tail: bytes, api_version: str
) -> _Finished:
    digest = hashlib.sha256(json_tail)
    digest.update(html_tail)
    digest.update(api_version.encode())
    return _Finished(
        project=project,
        serial=serial,
        sha256=digest.hexdigest(),
        json=rendering.deflate(json_tail),
        html=rendering.deflate(html_tail),
        api_version=api_version,
        has_origin=rendering.has_origin(Kind.JSON, json_tail),
    )


def _write(publication: PyindexPublication, pages: list[_Finished]) -> None:
    """Store what is not stored yet, in stable order, and show it in the publication."""
    pages = sorted(pages, key=lambda page: page.sha256)
    digests = [page.sha256 for page in pages]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pyindex_pyindexpage (sha256, json, html, api_version, has_origin, made_at)
            SELECT fresh.*, now()
            FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::bool[])
              AS fresh (sha256, json, html, api_version, has_origin)
            ON CONFLICT (sha256) DO UPDATE SET made_at = now()
            """,
            [
                digests,
                [page.json for page in pages],
                [page.html for page in pages],
                [page.api_version for page in pages],
                [page.has_origin for page in pages],
            ],
        )
        cursor.execute(
            """
            INSERT INTO pyindex_pyindexpublishedproject (publication_id, project, serial, page_id)
            SELECT %s, fresh.project, fresh.serial, page.id
            FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS fresh (project, serial, sha256)
            JOIN pyindex_pyindexpage page ON page.sha256 = fresh.sha256
            """,
            [
                publication.pk,
                [page.project for page in pages],
                [page.serial for page in pages],
                digests,
            ],
        )


def _batches(pages: Iterator[_Finished]) -> Iterator[list[_Finished]]:
    batch: list[_Finished] = []
    for page in pages:
        batch.append(page)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
