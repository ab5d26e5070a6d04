"""REST of publications."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import OperationPostponedResponse, PublicationViewSet, RolesMixin

from pulp_pyindex.app import access
from pulp_pyindex.app.models import PyindexPublication
from pulp_pyindex.app.serializers import PyindexPublicationSerializer
from pulp_pyindex.app.tasks.publish import publish

from .values import ValuesMixin


class PyindexPublicationViewSet(ValuesMixin, PublicationViewSet, RolesMixin):
    """
    A publication is the finished simple index of one repository version: all its pages, ready to
    be sent.
    """

    endpoint_name = "pyindex"
    queryset = PyindexPublication.objects.exclude(complete=False)
    serializer_class = PyindexPublicationSerializer
    queryset_filtering_required_permission = "pyindex.view_pyindexpublication"

    DEFAULT_ACCESS_POLICY = access.PUBLICATION.policy
    LOCKED_ROLES = access.PUBLICATION.roles

    @extend_schema(
        description="Trigger an asynchronous task that publishes a repository's newest version, "
        "or the version named.",
        summary="Publish a version",
        responses={202: AsyncOperationResponseSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Queue the publishing of `repository_version`, or of the newest of `repository`."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = serializer.validated_data["repository_version"]
        task = dispatch(
            publish,
            shared_resources=[version.repository],
            kwargs={
                "repository_version_pk": str(version.pk),
                "checkpoint": serializer.validated_data["checkpoint"],
            },
        )
        return OperationPostponedResponse(task, request)
