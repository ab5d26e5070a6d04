"""Put what an import brought where its domain keeps its files.

Pulp's import writes into the storage of the default domain, whatever storage the domain has that
it imports into; the files would be known there and not be found.
"""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.dispatch import receiver

from pulpcore.plugin.models import Artifact, RepositoryVersion, Task

from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.models.repository import new_version

_IMPORT = "pulpcore.app.tasks.importer.import_repository_version"


@receiver(new_version, sender=PyindexRepository, dispatch_uid="pyindex-imported-files")
def move_imported(repository: PyindexRepository, version: RepositoryVersion, **_: Any) -> None:
    """Move files of the version that lie in the default storage and are missing in the domain's."""
    task = Task.current()
    domain = repository.pulp_domain
    if task is None or task.name != _IMPORT or domain.name == "default":
        return
    storage = domain.get_storage()
    names = Artifact.objects.filter(content__in=version.content).values_list("file", flat=True)
    for name in names.distinct().iterator():
        # The domain's key is a part of the name: it is nobody else's file.
        if default_storage.exists(name) and not storage.exists(name):
            with default_storage.open(name) as file:
                storage.save(name, file)
            default_storage.delete(name)
