"""REST of tokens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.viewsets import (
    DATETIME_FILTER_OPTIONS,
    NAME_FILTER_OPTIONS,
    BaseFilterSet,
    NamedModelViewSet,
    RolesMixin,
)

from pulp_pyindex.app import access
from pulp_pyindex.app.models import PyindexToken
from pulp_pyindex.app.models.token import digest, hint, new_secret
from pulp_pyindex.app.serializers import PyindexTokenCreatedSerializer, PyindexTokenSerializer

from .values import ValuesMixin


class PyindexTokenFilter(BaseFilterSet):
    """What tokens can be searched by."""

    class Meta:
        model = PyindexToken
        fields = {
            "name": NAME_FILTER_OPTIONS,
            "expires_at": DATETIME_FILTER_OPTIONS,
            "last_used": DATETIME_FILTER_OPTIONS,
        }


class PyindexTokenViewSet(
    ValuesMixin,
    NamedModelViewSet,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    RolesMixin,
):
    """
    A token is a right to read or upload, bound to distributions and, if wanted, to projects. It
    is used as a password with the user name `__token__`, or as a bearer token.
    """

    endpoint_name = "pyindex/tokens"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    queryset = PyindexToken.objects.select_related("owner").prefetch_related("distributions")
    serializer_class = PyindexTokenSerializer
    filterset_class = PyindexTokenFilter
    ordering = ("-pulp_created",)
    queryset_filtering_required_permission = "pyindex.view_pyindextoken"

    DEFAULT_ACCESS_POLICY = access.TOKEN.policy
    LOCKED_ROLES = access.TOKEN.roles

    @extend_schema(
        summary="Create a token",
        description="Make a token. The answer's `token` is the secret; it is shown only here.",
        responses={201: PyindexTokenCreatedSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a token whose owner is the user who asks."""
        if not isinstance(request.user, get_user_model()):
            raise PermissionDenied("A token belongs to a user of this Pulp; you are not one.")
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        secret = new_secret()
        # The notice to the content processes goes out when all of it is there.
        with transaction.atomic():
            token = serializer.save(owner=request.user, sha256=digest(secret), hint=hint(secret))
        token.token = secret
        shown = PyindexTokenCreatedSerializer(token, context=self.get_serializer_context())
        headers = {"Location": shown.data["pulp_href"], "Cache-Control": "no-store"}
        return Response(shown.data, status=201, headers=headers)
