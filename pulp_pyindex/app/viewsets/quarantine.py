"""REST of quarantines, and of refusals that reached clients."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.util import get_domain, get_objects_for_user
from pulpcore.plugin.viewsets import (
    DATETIME_FILTER_OPTIONS,
    BaseFilterSet,
    NamedModelViewSet,
    RolesMixin,
)

from pulp_pyindex.app import access
from pulp_pyindex.app.models import (
    PyindexDistribution,
    PyindexQuarantine,
    PyindexRefusal,
    PyindexRefusalCount,
)
from pulp_pyindex.app.serializers import (
    PyindexQuarantineSerializer,
    PyindexRefusalCountSerializer,
    PyindexRefusalSerializer,
)

from .filters import PROJECT_HELP, PROJECTS_HELP, ProjectFilter, ProjectsFilter
from .values import ValuesMixin

_EXACTLY = ["exact", "in"]


class PyindexQuarantineFilter(BaseFilterSet):
    """What quarantines can be searched by."""

    project = ProjectFilter(help_text=PROJECT_HELP)
    project__in = ProjectsFilter(field_name="project", lookup_expr="in", help_text=PROJECTS_HELP)

    class Meta:
        model = PyindexQuarantine
        fields = {
            "release": _EXACTLY,
            "filename": _EXACTLY,
            "distribution": ["exact", "isnull"],
        }


class PyindexQuarantineViewSet(
    ValuesMixin,
    NamedModelViewSet,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    mixins.DestroyModelMixin,
    RolesMixin,
):
    """
    A quarantine keeps a project, release or file from everyone, from the moment it is made until
    it is deleted. No repository version changes.
    """

    endpoint_name = "pyindex/quarantines"
    queryset = PyindexQuarantine.objects.select_related("owner")
    serializer_class = PyindexQuarantineSerializer
    filterset_class = PyindexQuarantineFilter
    ordering = ("-pulp_created",)
    queryset_filtering_required_permission = "pyindex.view_pyindexquarantine"

    DEFAULT_ACCESS_POLICY = access.QUARANTINE.policy
    LOCKED_ROLES = access.QUARANTINE.roles

    def perform_create(self, serializer: Any) -> None:
        """Put it there, if the user may change that index, or may do it everywhere."""
        user = self.request.user
        distribution = serializer.validated_data.get("distribution")
        if not _may_hold(user, distribution):
            raise PermissionDenied(
                "You may hold something at indexes that you may change, and everywhere with the "
                "right to add quarantines in the domain."
            )
        is_known = isinstance(user, get_user_model())
        serializer.save(owner=user if is_known else None)


def _may_hold(user: Any, distribution: PyindexDistribution | None) -> bool:
    everywhere = "pyindex.add_pyindexquarantine"
    if user.has_perm(everywhere):
        return True
    if settings.DOMAIN_ENABLED and user.has_perm(everywhere, obj=get_domain()):
        return True
    if distribution is None:
        return False
    changeable = get_objects_for_user(
        user,
        "pyindex.change_pyindexdistribution",
        PyindexDistribution.objects.filter(pk=distribution.pk),
    )
    return bool(changeable.exists())


class PyindexRefusalFilter(BaseFilterSet):
    """What refusals can be searched by."""

    project = ProjectFilter(help_text=PROJECT_HELP)
    project__in = ProjectsFilter(field_name="project", lookup_expr="in", help_text=PROJECTS_HELP)

    class Meta:
        model = PyindexRefusal
        fields = {
            "distribution": ["exact"],
            "base_path": _EXACTLY,
            "filename": _EXACTLY,
            "action": _EXACTLY,
            "ruleset": _EXACTLY,
            "rule": _EXACTLY,
            "client": ["exact", "contains"],
            "address": _EXACTLY,
            "at": DATETIME_FILTER_OPTIONS,
        }

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that are looked for, the latest first unless another order is asked for."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        # By themselves they come in the order in which content processes wrote them down.
        return found if self.form.cleaned_data.get("ordering") else found.order_by("-at", "-pk")


class PyindexRefusalViewSet(
    ValuesMixin,
    NamedModelViewSet,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
):
    """
    A refusal is one time that a rule or a quarantine spoke to a client. Only the latest are kept;
    all of them are counted.
    """

    endpoint_name = "pyindex/refusals"
    queryset = PyindexRefusal.objects.all()
    serializer_class = PyindexRefusalSerializer
    filterset_class = PyindexRefusalFilter

    DEFAULT_ACCESS_POLICY = access.REFUSAL.policy

    def scope_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those at indexes that the user may view; all of them for who may view any refusal."""
        user = self.request.user
        whole = "pyindex.view_pyindexrefusal"
        domain = get_domain()
        if user.has_perm(whole) or (settings.DOMAIN_ENABLED and user.has_perm(whole, obj=domain)):
            there = PyindexDistribution.objects.all()
            return queryset.filter(Q(distribution=None) | Q(distribution__in=there))
        return queryset.filter(distribution__in=_visible(user))

    @extend_schema(
        summary="Count refusals",
        description="How often each rule spoke at each index, the most frequent first.",
        responses={200: PyindexRefusalCountSerializer(many=True)},
    )
    # Without the filters of the list: its fields are not these.
    @action(
        detail=False,
        methods=["get"],
        serializer_class=PyindexRefusalCountSerializer,
        filter_backends=[],
    )
    def counts(self, request: Request, **kwargs: Any) -> Response:
        """The counts of the domain's indexes that the user may view."""
        rows = PyindexRefusalCount.objects.filter(distribution__in=_visible(request.user))
        page = self.paginate_queryset(rows.select_related("distribution").order_by("-count", "id"))
        shown = PyindexRefusalCountSerializer(page, many=True, context={"request": request})
        answer: Response = self.get_paginated_response(shown.data)
        return answer


def _visible(user: Any) -> QuerySet[PyindexDistribution]:
    found: QuerySet[PyindexDistribution] = get_objects_for_user(
        user,
        "pyindex.view_pyindexdistribution",
        PyindexDistribution.objects.filter(pulp_domain=get_domain()),
    )
    return found
