"""REST of content: what repository versions are made of."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from pulpcore.plugin.models import RepositoryContent
from pulpcore.plugin.viewsets import ReadOnlyContentViewSet

from pulp_pyindex.app import access
from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectStatus,
    PyindexProvenance,
    PyindexYank,
)
from pulp_pyindex.app.serializers import (
    PyindexFileSerializer,
    PyindexProjectStatusSerializer,
    PyindexProvenanceSerializer,
    PyindexYankSerializer,
)

from .filters import (
    PyindexFileFilter,
    PyindexProjectStatusFilter,
    PyindexProvenanceFilter,
    PyindexYankFilter,
)
from .repository import PyindexRepositoryViewSet
from .taking import TakesFilesMixin
from .values import ValuesMixin


class _SeenThroughRepositories(ValuesMixin):
    """What every kind of content has in common: it is seen through the repositories that hold it.

    pulpcore joins and sorts the whole table for that (`distinct`), which takes minutes on a
    million files; this asks of each unit on the page whether such a repository exists.
    """

    DEFAULT_ACCESS_POLICY = access.CONTENT.policy

    def scope_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The units in a repository, in any version of it, that the user may see."""
        request = self.request  # type: ignore[attr-defined]  # set by the framework
        if request.user.is_superuser:
            return queryset
        repositories = PyindexRepositoryViewSet()
        repositories.request = request
        holding = RepositoryContent.objects.filter(
            content_id=OuterRef("pk"),
            repository_id__in=repositories.get_queryset().order_by().values("pk"),
        )
        return queryset.filter(Exists(holding))


class PyindexFileViewSet(TakesFilesMixin, _SeenThroughRepositories, ReadOnlyContentViewSet):
    """A file of a release: a wheel, a sdist, or one of the older kinds."""

    DEFAULT_ACCESS_POLICY = access.FILE.policy
    LOCKED_ROLES = access.FILE.roles

    endpoint_name = "files"
    queryset = PyindexFile.objects.select_related("core_vulnerabilityreport")
    serializer_class = PyindexFileSerializer
    filterset_class = PyindexFileFilter


class PyindexYankViewSet(_SeenThroughRepositories, ReadOnlyContentViewSet):
    """A file is yanked (PEP 592) in the versions that hold this unit."""

    endpoint_name = "yanks"
    queryset = PyindexYank.objects.select_related("core_vulnerabilityreport")
    serializer_class = PyindexYankSerializer
    filterset_class = PyindexYankFilter


class PyindexProvenanceViewSet(_SeenThroughRepositories, ReadOnlyContentViewSet):
    """The provenance object (PEP 740) of a file."""

    endpoint_name = "provenances"
    queryset = PyindexProvenance.objects.select_related("core_vulnerabilityreport")
    serializer_class = PyindexProvenanceSerializer
    filterset_class = PyindexProvenanceFilter


class PyindexProjectStatusViewSet(_SeenThroughRepositories, ReadOnlyContentViewSet):
    """The status of a project (PEP 792)."""

    endpoint_name = "project_statuses"
    queryset = PyindexProjectStatus.objects.select_related("core_vulnerabilityreport")
    serializer_class = PyindexProjectStatusSerializer
    filterset_class = PyindexProjectStatusFilter
