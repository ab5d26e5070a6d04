"""Export and import between Pulp installations: every content type, then the repository."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.timezone import now
from import_export.widgets import Widget

from pulpcore.plugin.importexport import BaseContentResource
from pulpcore.plugin.modelresources import RepositoryResource

from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectStatus,
    PyindexProvenance,
    PyindexRepository,
    PyindexYank,
)


class _AsItIs(Widget):
    """A value that JSON has a word for. The library's own widgets make "" of null."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return value

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class _Moment(Widget):
    """A time to the microsecond. The library's own widget makes whole seconds of it."""

    def clean(self, value: str | None, row: Any = None, **kwargs: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


_WIDGETS = {
    models.BigIntegerField: _AsItIs,
    models.CharField: _AsItIs,
    models.DateTimeField: _Moment,
    models.JSONField: _AsItIs,
    models.TextField: _AsItIs,
}


class _UnitsOfVersion(BaseContentResource):
    """The units of one type in the repository version that is exported."""

    def set_up_queryset(self) -> models.QuerySet[Any]:
        units: models.QuerySet[Any] = self.Meta.model.objects.filter(
            pk__in=self.repo_version.content
        )
        return units

    @classmethod
    def widget_from_django_field(cls, f: models.Field[Any, Any], default: Any = Widget) -> Any:
        """What carries a value of this field from one Pulp to another without loss."""
        return _WIDGETS.get(type(f)) or super().widget_from_django_field(f, default)


class PyindexFileResource(_UnitsOfVersion):
    """Files."""

    def before_save_instance(self, instance: PyindexFile, row: Any, **kwargs: Any) -> None:
        """A file that was here already may learn something from the import."""
        if not instance._state.adding:
            instance.learned_at = now()

    class Meta:
        model = PyindexFile
        import_id_fields = model.natural_key_fields()
        # When this Pulp learnt something is nothing that another Pulp could use.
        exclude = (*BaseContentResource.Meta.exclude, "learned_at")


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

    def set_up_queryset(self) -> models.QuerySet[Any]:
        repository: models.QuerySet[Any] = PyindexRepository.objects.filter(
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
