"""REST of approvals that gates demand, and of the record of promotions."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app.access.holding import has_role
from pulp_pyindex.app.models import PyindexApproval, PyindexPromotion, PyindexRepository
from pulp_pyindex.app.serializers import (
    PyindexApprovalSerializer,
    PyindexApproveSerializer,
    PyindexPromotionSerializer,
    PyindexRevokeSerializer,
)
from pulp_pyindex.index.gates import Approved, read_gates

from .exchange import page_of, page_parameters, told_by
from .promotion import find_version
from .schema import TrueSchema

_PAGE = page_parameters("entries")


class ApprovalActionsMixin:
    """What people say of versions before they are promoted, and what was promoted."""

    @extend_schema(
        summary="Approve of a version",
        description="Say that a version may be promoted into this repository. It takes a role that "
        "one of the repository's gates names, and holds for exactly that version.",
        request=PyindexApproveSerializer,
        responses={201: PyindexApprovalSerializer(many=True)},
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=PyindexApproveSerializer,
        filter_backends=[],
        pagination_class=None,
    )
    def approve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Record the approval, once for each role that the user holds."""
        repository, source, roles, told = self._told(request, PyindexApproveSerializer)
        given = [
            PyindexApproval.objects.get_or_create(
                repository=repository,
                source_version=source,
                role=role,
                user=request.user,
                revoked_at=None,
                defaults={
                    "source_repository": source.repository.name,
                    "source_number": source.number,
                    "note": told["note"],
                    "user_name": request.user.get_username(),
                },
            )[0]
            for role in roles
        ]
        shown = PyindexApprovalSerializer(given, many=True)
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take approvals back",
        description="Take all approvals of a version back that were given by the roles one has, "
        "whoever gave them. What was promoted already stays.",
        request=PyindexRevokeSerializer,
        responses={200: PyindexApprovalSerializer(many=True)},
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=PyindexRevokeSerializer,
        filter_backends=[],
        pagination_class=None,
        schema=TrueSchema(),
    )
    def revoke(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Mark the approvals as taken back; the record stays."""
        repository, source, roles, _ = self._told(request, PyindexRevokeSerializer)
        rows = PyindexApproval.objects.filter(
            repository=repository, source_version=source, role__in=roles, revoked_at=None
        )
        pks = list(rows.values_list("pk", flat=True))
        if not pks:
            raise ValidationError({"source": ["Nobody approved of this version."]})
        rows.update(revoked_at=timezone.now(), revoked_by=request.user.get_username())
        taken = PyindexApproval.objects.filter(pk__in=pks).order_by("pulp_created", "pk")
        return Response(PyindexApprovalSerializer(taken, many=True).data)

    @extend_schema(
        summary="List approvals",
        description="Who approved of which versions, the newest first; those that were taken back "
        "too.",
        parameters=_PAGE,
        responses={200: PyindexApprovalSerializer(many=True)},
    )
    # Without the filters of the list: these parameters are not theirs.
    @action(
        detail=True, methods=["get"], serializer_class=PyindexApprovalSerializer, filter_backends=[]
    )
    def approvals(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """A page of the repository's approvals."""
        return self._page(request, PyindexApproval, PyindexApprovalSerializer)

    @extend_schema(
        summary="List promotions",
        description="What was promoted into the repository, by whom, why, and which gates were "
        "overridden; the newest first.",
        parameters=_PAGE,
        responses={200: PyindexPromotionSerializer(many=True)},
    )
    @action(
        detail=True,
        methods=["get"],
        serializer_class=PyindexPromotionSerializer,
        filter_backends=[],
    )
    def promotions(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """A page of the repository's record of promotions."""
        return self._page(request, PyindexPromotion, PyindexPromotionSerializer)

    def _told(
        self, request: Request, serializer: Any
    ) -> tuple[PyindexRepository, RepositoryVersion, list[str], dict[str, Any]]:
        repository: PyindexRepository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        told = told_by(request, serializer)
        demanded = [
            gate.role for gate in read_gates(repository.gates) if isinstance(gate, Approved)
        ]
        if not demanded:
            raise ValidationError(["No gate of this repository demands an approval."])
        roles = [
            role for role in dict.fromkeys(demanded) if has_role(request.user, role, repository)
        ]
        if not roles:
            raise PermissionDenied(f"This takes one of the roles {', '.join(demanded)}.")
        seen = self.get_queryset()  # type: ignore[attr-defined]  # the viewset's own
        source = find_version(told["source"], "source", seen=seen)
        if source.repository_id == repository.pk:
            raise ValidationError({"source": ["This is a version of the repository itself."]})
        return repository, source, roles, told

    def _page(self, request: Request, model: Any, serializer: Any) -> Response:
        repository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        rows = model.objects.filter(repository=repository).select_related(
            "source_version__repository"
        )
        return page_of(rows.order_by("-pulp_created", "pk"), request, self, serializer)
