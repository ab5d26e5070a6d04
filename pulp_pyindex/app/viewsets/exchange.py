"""What requests say and answers that are a page of a list, alike for all actions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer


def told_by(request: Request, serializer: type[Serializer[Any]]) -> dict[str, Any]:
    """What the body of a request says. Raises ValidationError where it makes no sense."""
    given = serializer(data=request.data, context={"request": request})
    given.is_valid(raise_exception=True)
    told: dict[str, Any] = given.validated_data
    return told


def page_parameters(things: str) -> list[OpenApiParameter]:
    """How a page of `things` is asked for."""
    return [
        OpenApiParameter("limit", int, description=f"Number of {things} to return."),
        OpenApiParameter("offset", int, description=f"Number of {things} to pass over."),
    ]


def paginator_for(request: Request) -> LimitOffsetPagination:
    """Has the `limit` and `offset` that are asked for; its `count` is the caller's to set."""
    paginator = LimitOffsetPagination()
    paginator.request = request
    paginator.limit = paginator.get_limit(request)
    paginator.offset = paginator.get_offset(request)
    return paginator


def page_of(rows: Any, request: Request, view: Any, serializer: type[Serializer[Any]]) -> Response:
    """The page of a queryset that is asked for."""
    paginator = LimitOffsetPagination()
    page = paginator.paginate_queryset(rows, request, view=view)
    return paginator.get_paginated_response(serializer(page, many=True).data)
