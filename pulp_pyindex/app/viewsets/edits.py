"""Edits of a repository by hand: yank, un-yank, remove, set a project's status."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import OperationPostponedResponse

from pulp_pyindex.app.serializers import (
    PyindexFilesSpecSerializer,
    PyindexStatusSpecSerializer,
    PyindexYankSpecSerializer,
)
from pulp_pyindex.app.tasks.edit import edit

_LIST = " A list of such objects is taken too; together they make one new version, or none."


class EditActionsMixin:
    """The edits of a repository viewset. Each makes at most one new version."""

    @extend_schema(
        summary="Yank files",
        description="Yank a project's files, a release's, or one file." + _LIST,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexYankSpecSerializer)
    def yank(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._edit(request, "yank", PyindexYankSpecSerializer)

    @extend_schema(
        summary="Un-yank files",
        description="Take back the yank of a project's files, a release's, or one file." + _LIST,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexFilesSpecSerializer)
    def unyank(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._edit(request, "unyank", PyindexFilesSpecSerializer)

    @extend_schema(
        summary="Remove files",
        description="Remove a project, a release, or one file. Older versions keep it." + _LIST,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexFilesSpecSerializer)
    def remove(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._edit(request, "remove", PyindexFilesSpecSerializer)

    @extend_schema(
        summary="Set a project's status",
        description="Set what the index says of a whole project (PEP 792)." + _LIST,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexStatusSpecSerializer)
    def set_status(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self._edit(request, "set_status", PyindexStatusSpecSerializer)

    def _edit(
        self, request: Request, name: str, spec: type[serializers.Serializer[Any]]
    ) -> Response:
        repository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        many = isinstance(request.data, list)
        serializer = spec(data=request.data, many=many)
        serializer.is_valid(raise_exception=True)
        told = list(serializer.validated_data) if many else [serializer.validated_data]
        if not told:
            raise ValidationError(["The list is empty: there is nothing to do."])
        task = dispatch(
            edit,
            exclusive_resources=[repository],
            kwargs={
                "repository_pk": str(repository.pk),
                "edits": [{"action": name, **one} for one in told],
            },
        )
        return OperationPostponedResponse(task, request)
