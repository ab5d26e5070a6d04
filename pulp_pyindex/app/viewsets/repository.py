"""REST of repositories and their versions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.actions import ModifyRepositoryActionMixin
from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import (
    OperationPostponedResponse,
    RepositoryVersionViewSet,
    RepositoryViewSet,
    RolesMixin,
)

from pulp_pyindex.app import access, catalog
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.serializers import (
    PyindexProjectSummarySerializer,
    PyindexRepositorySerializer,
    PyindexRepositorySyncSerializer,
    PyindexVersionSerializer,
)
from pulp_pyindex.app.tasks.sync import synchronize

from .advisories import VersionAdvisoriesMixin
from .approval import ApprovalActionsMixin
from .edits import EditActionsMixin
from .exchange import page_parameters, paginator_for
from .promotion import DiffActionMixin, PromotionActionsMixin
from .retention import CleanupActionMixin, HoldActionsMixin
from .uploads import UploadsActionMixin
from .values import ValuesMixin


class PyindexRepositoryViewSet(
    ValuesMixin,
    ApprovalActionsMixin,
    EditActionsMixin,
    PromotionActionsMixin,
    CleanupActionMixin,
    UploadsActionMixin,
    ModifyRepositoryActionMixin,
    RolesMixin,
    RepositoryViewSet,
):
    """
    A repository is an index, version by version: every change makes a new version, and a version
    never changes.
    """

    endpoint_name = "pyindex"
    queryset = PyindexRepository.objects.exclude(user_hidden=True)
    serializer_class = PyindexRepositorySerializer
    queryset_filtering_required_permission = "pyindex.view_pyindexrepository"

    DEFAULT_ACCESS_POLICY = access.REPOSITORY.policy
    LOCKED_ROLES = access.REPOSITORY.roles

    @extend_schema(
        description="Trigger an asynchronous task that brings the repository in line with a "
        "remote. The task makes a new version if anything changed.",
        summary="Sync from a remote",
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexRepositorySyncSerializer)
    def sync(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue the sync; without a remote in the request the repository's own is used."""
        repository = self.get_object()
        serializer = PyindexRepositorySyncSerializer(
            data=request.data, context={"request": request, "repository_pk": repository.pk}
        )
        serializer.is_valid(raise_exception=True)
        told = serializer.validated_data
        remote = told.get("remote") or repository.remote
        task = dispatch(
            synchronize,
            exclusive_resources=[repository],
            shared_resources=[remote],
            kwargs={
                "remote_pk": str(remote.pk),
                "repository_pk": str(repository.pk),
                "mirror": told["mirror"],
                "allow_mass_removal": told["allow_mass_removal"],
            },
        )
        return OperationPostponedResponse(task, request)


class PyindexRepositoryVersionViewSet(
    ValuesMixin,
    VersionAdvisoriesMixin,
    DiffActionMixin,
    HoldActionsMixin,
    RepositoryVersionViewSet,
):
    """A version is the whole state of an index at one time. It never changes."""

    parent_viewset = PyindexRepositoryViewSet
    serializer_class = PyindexVersionSerializer

    DEFAULT_ACCESS_POLICY = access.VERSION.policy

    @extend_schema(
        summary="List the version's projects",
        description="The projects of the version in numbers, sorted by name.",
        parameters=[
            OpenApiParameter("name__contains", str, description="Part of a normalised name."),
            *page_parameters("projects"),
        ],
        responses={200: PyindexProjectSummarySerializer(many=True)},
    )
    # Without the filters of the list: these parameters are not theirs.
    @action(
        detail=True,
        methods=["get"],
        serializer_class=PyindexProjectSummarySerializer,
        filter_backends=[],
    )
    def projects(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of the version's projects."""
        paginator = paginator_for(request)
        paginator.count, summaries = catalog.project_summaries(
            self.get_object(),
            name_part=request.query_params.get("name__contains", ""),
            limit=paginator.limit,
            offset=paginator.offset,
        )
        shown = PyindexProjectSummarySerializer(summaries, many=True)
        return paginator.get_paginated_response(shown.data)
