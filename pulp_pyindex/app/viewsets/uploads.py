"""REST of the record of uploads: who brought what, when, with which token, from which client."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulp_pyindex.app.models import PyindexUpload
from pulp_pyindex.app.serializers import PyindexUploadSerializer

from .exchange import page_of, page_parameters


class _UploadFilter(filters.FilterSet):
    """What uploads can be searched by."""

    user = filters.CharFilter(field_name="user__username")
    since = filters.IsoDateTimeFilter(field_name="pulp_created", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="pulp_created", lookup_expr="lt")

    class Meta:
        model = PyindexUpload
        fields = ("project", "release", "filename", "sha256", "state", "token_name")


_PARAMETERS = [
    OpenApiParameter(name, str, description=f"Only uploads with this {name.replace('_', ' ')}.")
    for name in (*_UploadFilter.Meta.fields, "user")
] + [
    OpenApiParameter("since", str, description="Only uploads at or after this ISO 8601 time."),
    OpenApiParameter("before", str, description="Only uploads before this ISO 8601 time."),
    *page_parameters("uploads"),
]


class UploadsActionMixin:
    """The record of uploads of a repository viewset."""

    @extend_schema(
        summary="List uploads",
        description="Who brought which file, when, with what, and what became of it; the newest "
        "first.",
        parameters=_PARAMETERS,
        responses={200: PyindexUploadSerializer(many=True)},
    )
    # Without the filters of the list: these parameters are not theirs.
    @action(
        detail=True, methods=["get"], serializer_class=PyindexUploadSerializer, filter_backends=[]
    )
    def uploads(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """A page of the repository's record of uploads."""
        repository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        rows = PyindexUpload.objects.filter(repository=repository).select_related("user")
        chosen = _UploadFilter(request.query_params, queryset=rows.order_by("-pulp_created", "pk"))
        if not chosen.is_valid():
            raise ValidationError(chosen.errors)
        return page_of(chosen.qs, request, self, PyindexUploadSerializer)
