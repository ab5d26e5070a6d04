"""Have all of a version here, for who takes it to a place without a network."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver

from pulpcore.plugin.models import Export, RepositoryVersion
from pulpcore.plugin.util import get_url
from pulpcore.plugin.viewsets import NamedModelViewSet

from pulp_pyindex.app import catalog
from pulp_pyindex.app.exceptions import FilesElsewhere
from pulp_pyindex.app.models import PyindexPublication, PyindexRepository
from pulp_pyindex.app.tasks.bringing import bring
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.publish import publish


def download(repository_version_pk: str) -> dict[str, Any]:
    """Fetch every file of a version that is at its upstream only, and the METADATA beside it.

    Where that told something of files that its publication lacks, the version is published again.
    Returns how many files came and that publication. Raises FilesElsewhere where a file cannot be
    had; what came is kept.
    """
    version = present(
        RepositoryVersion.objects.select_related("repository__pulp_domain"), repository_version_pk
    )
    brought = bring(version, unoffered=True)
    return {"files": brought.files, "publication": _published_again(version)}


def _published_again(version: RepositoryVersion) -> str | None:
    newest = (
        PyindexPublication.objects.filter(repository_version=version, complete=True)
        .order_by("-pulp_created")
        .first()
    )
    if newest is None or not catalog.changed_projects(newest, version):
        return None
    made = publish(str(version.pk), afresh=False)
    return str(get_url(PyindexPublication.objects.get(pk=made["publication"])))


@receiver(pre_save, sender="core.PulpExport", dispatch_uid="pyindex-export-is-whole")
def refuse_what_is_elsewhere(instance: Export, **_: Any) -> None:
    """Say in time, and how to go on, that a version cannot be exported as it is.

    Pulp's export says no more than that something is remote, and nothing at all of METADATA that
    is offered and not here. Raises FilesElsewhere.
    """
    if not instance._state.adding:
        return
    for version in _exported(instance):
        missing = [
            file
            for file in chain(
                catalog.missing_files(version, unoffered=True),
                catalog.missing_files(version, beside=True, unoffered=True),
            )
            # What has no digest cannot be kept, hence not be taken along.
            if file.metadata_sha256 != ""
        ]
        if missing:
            href = f"{get_url(version.repository.cast())}versions/{version.number}/"
            reason = f"it is at its upstream only; POST {href}download/ fetches all such files"
            raise FilesElsewhere(len(missing), missing[0].filename, reason)


def _exported(export: Export) -> list[RepositoryVersion]:
    """The versions of this plugin that an export is about."""
    kind = PyindexRepository.get_pulp_type()
    named = export.params.get("versions")
    if named:
        found = [NamedModelViewSet.get_resource(href, RepositoryVersion) for href in named]
        return [version for version in found if version.repository.pulp_type == kind]
    repositories = export.exporter.cast().repositories.filter(pulp_type=kind)
    return [repository.latest_version() for repository in repositories]
