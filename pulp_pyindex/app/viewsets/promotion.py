"""Promotion into a repository, its rollback, and the difference of two versions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.models import Repository, RepositoryVersion
from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import OperationPostponedResponse

from pulp_pyindex.app import catalog
from pulp_pyindex.app.access.holding import may
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.serializers import (
    PyindexDifferenceSerializer,
    PyindexPromoteSerializer,
    PyindexRollbackSerializer,
)
from pulp_pyindex.app.tasks.promote import promote

from .exchange import page_parameters, paginator_for, told_by
from .named import resource


class PromotionActionsMixin:
    """What makes a repository equal to another version."""

    @extend_schema(
        summary="Promote a version",
        description="Make a new version of this repository that holds what another version "
        "holds, or some projects and releases of it, by reference. Nothing is downloaded.",
        request=PyindexPromoteSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexPromoteSerializer)
    def promote(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue the promotion."""
        repository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        told = told_by(request, PyindexPromoteSerializer)
        seen = self.get_queryset()  # type: ignore[attr-defined]  # the viewset's own
        source = find_version(told["source"], "source", seen=seen)
        if source.repository_id == repository.pk:
            raise ValidationError(
                {"source": ["This is the repository itself; to go back use `rollback`."]}
            )
        if not source.content.exists():
            raise ValidationError({"source": ["This version holds nothing."]})
        if told["override"] and not may(request.user, "override_gates", repository):
            raise PermissionDenied("You may not override the gates of this repository.")
        task = dispatch(
            promote,
            exclusive_resources=[repository],
            shared_resources=[source.repository],
            kwargs={
                "repository_pk": str(repository.pk),
                "source_pk": str(source.pk),
                "projects": told["projects"],
                "releases": [dict(one) for one in told["releases"]],
                "mode": told["mode"],
                "dry_run": told["dry_run"],
                "note": told["note"],
                "override": sorted(set(told["override"])),
                "override_reason": told["override_reason"],
                "keep_source": told["keep_source"],
            },
        )
        return OperationPostponedResponse(task, request)

    @extend_schema(
        summary="Roll back",
        description="Make a new version that equals an older one. History stays as it is.",
        request=PyindexRollbackSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexRollbackSerializer)
    def rollback(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue the rollback."""
        repository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        told = told_by(request, PyindexRollbackSerializer)
        source = RepositoryVersion.objects.filter(
            repository=repository, number=told["version"], complete=True
        ).first()
        if source is None:
            raise ValidationError(
                {"version": [f"The repository has no version {told['version']} (any more)."]}
            )
        task = dispatch(
            promote,
            exclusive_resources=[repository],
            kwargs={
                "repository_pk": str(repository.pk),
                "source_pk": str(source.pk),
                "dry_run": told["dry_run"],
                "note": told["note"],
            },
        )
        return OperationPostponedResponse(task, request)


class DiffActionMixin:
    """What differs between a version and another one."""

    @extend_schema(
        summary="Compare with another version",
        description="What this version has that another has not, and the other way round, "
        "project by project.",
        parameters=[
            OpenApiParameter(
                "base",
                str,
                required=True,
                description="The version to compare with, or a repository: its latest one.",
            ),
            *page_parameters("projects"),
        ],
        responses={200: PyindexDifferenceSerializer},
    )
    # Without the filters of the list: these parameters are not theirs.
    @action(
        detail=True,
        methods=["get"],
        serializer_class=PyindexDifferenceSerializer,
        filter_backends=[],
    )
    def diff(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of the difference."""
        version = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        named = request.query_params.get("base")
        if not named:
            raise ValidationError({"base": ["Name the version to compare with."]})
        repositories = self.parent_viewset()  # type: ignore[attr-defined]  # the viewset's own
        repositories.request = request
        base = find_version(named, "base", seen=repositories.get_queryset())
        paginator = paginator_for(request)
        paginator.count, found = catalog.differences(
            base, version, limit=paginator.limit or 100, offset=paginator.offset
        )
        answer = {
            "count": paginator.count,
            "next": paginator.get_next_link(),
            "previous": paginator.get_previous_link(),
            "base": base,
            "version": version,
            "results": found,
        }
        return Response(PyindexDifferenceSerializer(answer).data)


def find_version(named: str, field: str, *, seen: Any) -> RepositoryVersion:
    """The version that an href or PRN names, by itself or by its repository.

    Raises ValidationError for anything but a complete version of one of the repositories `seen`,
    which are those that the user may see in this domain.
    """
    found = resource(named, field)
    if isinstance(found, Repository):
        found = found.latest_version()
    if not isinstance(found, RepositoryVersion) or not found.complete:
        raise ValidationError({field: ["This names neither a version nor a repository."]})
    if not seen.filter(pk=found.repository_id).exists():
        kind = PyindexRepository.get_pulp_type()
        raise ValidationError({field: [f"There is no such version of a {kind} repository here."]})
    return found
