"""Export and import between Pulp installations: every content type, then the repository."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from pulpcore.plugin.importexport import BaseContentResource
from pulpcore.plugin.modelresources import RepositoryResource

from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectStatus,
    PyindexProvenance,
    PyindexRepository,
    PyindexYank,
)


class _UnitsOfVersion(BaseContentResource):
    """The units of one type in the repository version that is exported."""

    def set_up_queryset(self) -> QuerySet[Any]:
        units: QuerySet[Any] = self.Meta.model.objects.filter(pk__in=self.repo_version.content)
        return units


class PyindexFileResource(_UnitsOfVersion):
    """Files."""

    class Meta:
        model = PyindexFile
        import_id_fields = model.natural_key_fields()


class PyindexYankResource(_UnitsOfVersion):
    """Yanks."""

    class Meta:
        model = PyindexYank
        import_id_fields = model.natural_key_fields()


class PyindexProvenanceResource(_UnitsOfVersion):
    """Provenance objects."""

    class Meta:
        model = PyindexProvenance
        import_id_fields = model.natural_key_fields()


class PyindexProjectStatusResource(_UnitsOfVersion):
    """Project statuses."""

    class Meta:
        model = PyindexProjectStatus
        import_id_fields = model.natural_key_fields()


class PyindexRepositoryResource(RepositoryResource):
    """The repository itself."""

    def set_up_queryset(self) -> QuerySet[Any]:
        repository: QuerySet[Any] = PyindexRepository.objects.filter(
            pk=self.repo_version.repository_id
        )
        return repository

    class Meta:
        model = PyindexRepository


IMPORT_ORDER = [
    PyindexFileResource,
    PyindexYankResource,
    PyindexProvenanceResource,
    PyindexProjectStatusResource,
    PyindexRepositoryResource,
]
