"""What content can be searched by."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter
from packaging.utils import canonicalize_name

from pulpcore.plugin.viewsets import (
    DATETIME_FILTER_OPTIONS,
    NAME_FILTER_OPTIONS,
    NULLABLE_NUMERIC_FILTER_OPTIONS,
    CharInFilter,
    ContentFilter,
)

from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectStatus,
    PyindexProvenance,
    PyindexYank,
)

_EXACTLY = ["exact", "in"]


PROJECT_HELP = "Filter results by project; the name is normalised first"
PROJECTS_HELP = "Filter results by a comma-separated list of projects; names are normalised first"


class ProjectFilter(CharFilter):
    """A project by its name, however it is written."""

    def filter(self, queryset: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter(queryset, value and canonicalize_name(value))
        return found


class ProjectsFilter(CharInFilter):
    """Projects by their names, however they are written."""

    def filter(self, queryset: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        names = value and [canonicalize_name(name) for name in value]
        found: QuerySet[Any] = super().filter(queryset, names)
        return found


_VERSION_HELP = {
    "repository_version": "Filter results by the repository version that holds them",
    "repository_version_added": "Filter results by the repository version that added them",
    "repository_version_removed": "Filter results by the repository version that removed them",
    "added_between": "Two repository versions, with a comma between: what only the second holds",
    "removed_between": "Two repository versions, with a comma between: what only the first holds",
}


class _OfProjectFilter(ContentFilter):
    """All content of this plugin belongs to a project."""

    project = ProjectFilter(help_text=PROJECT_HELP)
    project__in = ProjectsFilter(field_name="project", lookup_expr="in", help_text=PROJECTS_HELP)

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """All filters; those that pulpcore has no help text for, with one."""
        filters: dict[str, Any] = super().get_filters()
        for name, text in _VERSION_HELP.items():
            filters[name] = deepcopy(filters[name])
            filters[name].extra["help_text"] = text
        return filters


class PyindexFileFilter(_OfProjectFilter):
    """What files can be searched by."""

    class Meta:
        model = PyindexFile
        fields = {
            "version": _EXACTLY,
            "filename": NAME_FILTER_OPTIONS,
            "sha256": _EXACTLY,
            "packagetype": _EXACTLY,
            "requires_python": ["exact", "in", "contains", "isnull"],
            "size": NULLABLE_NUMERIC_FILTER_OPTIONS,
            "upload_time": DATETIME_FILTER_OPTIONS,
        }


class PyindexYankFilter(_OfProjectFilter):
    """What yanks can be searched by."""

    class Meta:
        model = PyindexYank
        fields = {
            "version": _EXACTLY,
            "filename": NAME_FILTER_OPTIONS,
            "reason": ["exact", "icontains"],
        }


class PyindexProvenanceFilter(_OfProjectFilter):
    """What provenance objects can be searched by."""

    class Meta:
        model = PyindexProvenance
        fields = {
            "version": _EXACTLY,
            "filename": NAME_FILTER_OPTIONS,
            "file_sha256": _EXACTLY,
            "sha256": _EXACTLY,
        }


class PyindexProjectStatusFilter(_OfProjectFilter):
    """What project statuses can be searched by."""

    class Meta:
        model = PyindexProjectStatus
        fields = {
            "status": _EXACTLY,
            "reason": ["exact", "icontains"],
        }
