"""REST of rulesets, and of what one would do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import ProtectedError
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.util import get_objects_for_user
from pulpcore.plugin.viewsets import (
    NAME_FILTER_OPTIONS,
    BaseFilterSet,
    NamedModelViewSet,
    RolesMixin,
)

from pulp_pyindex.app import access
from pulp_pyindex.app.catalog.trial import Trial, try_ruleset
from pulp_pyindex.app.models import (
    PyindexDistribution,
    PyindexPublication,
    PyindexRepository,
    PyindexRuleset,
)
from pulp_pyindex.app.serializers import (
    PyindexDryRunResultSerializer,
    PyindexDryRunSerializer,
    PyindexRulesetSerializer,
)
from pulp_pyindex.app.serving.asked import ViewRefused, trial
from pulp_pyindex.app.serving.sources import SourceFailed
from pulp_pyindex.index.rules import Ruleset, read_ruleset, read_stored_ruleset

from .exchange import told_by
from .named import resource
from .promotion import find_version
from .schema import TrueSchema
from .values import ValuesMixin


class PyindexRulesetFilter(BaseFilterSet):
    """What rulesets can be searched by."""

    class Meta:
        model = PyindexRuleset
        fields = {"name": NAME_FILTER_OPTIONS}


class _InUse(APIException):
    """Something would be left without its rules."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "in_use"


class PyindexRulesetViewSet(
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
    A ruleset is an ordered list of rules: which files an index shows and gives out. Distributions,
    remotes and repositories name one.
    """

    endpoint_name = "pyindex/rulesets"
    queryset = PyindexRuleset.objects.all()
    serializer_class = PyindexRulesetSerializer
    filterset_class = PyindexRulesetFilter
    ordering = ("name",)
    queryset_filtering_required_permission = "pyindex.view_pyindexruleset"

    DEFAULT_ACCESS_POLICY = access.RULESET.policy
    LOCKED_ROLES = access.RULESET.roles

    def perform_destroy(self, instance: PyindexRuleset) -> None:
        """Delete it, unless something is served, synced or filled by its rules."""
        try:
            instance.delete()
        except ProtectedError as error:
            kinds = sorted(map(_named, error.protected_objects))
            raise _InUse(f"The ruleset is in use by {', '.join(kinds[:10])}.") from error

    @extend_schema(
        summary="Try a ruleset",
        description="What the ruleset, or other rules that are sent along, would do with the "
        "files of a repository version or an index, now or at another time. Nothing is changed, "
        "and no upstream is asked.",
        request=PyindexDryRunSerializer,
        responses={200: PyindexDryRunResultSerializer},
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=PyindexDryRunSerializer,
        schema=TrueSchema(),
    )
    def dry_run(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Decide, and say what was decided."""
        row = self.get_object()
        told = told_by(request, PyindexDryRunSerializer)
        ruleset = (
            read_ruleset(row.name, told["rules"])
            if "rules" in told
            else read_stored_ruleset(row.name, row.rules)
        )
        tried = _tried(
            request,
            ruleset,
            told["of"],
            told["at"] or timezone.now(),
            {name: told[name] for name in ("project", "after", "limit")},
        )
        return Response(PyindexDryRunResultSerializer(tried).data)


def _named(row: Any) -> str:
    return f"the {row._meta.model_name.removeprefix('pyindex')} {row.name!r}"


def _tried(
    request: Request, ruleset: Ruleset, named: str, at: datetime, which: dict[str, Any]
) -> Trial:
    """What comes of a ruleset with the index, repository or version that is meant."""
    found = resource(named, "of")
    user = request.user
    if not isinstance(found, PyindexDistribution):
        seen = get_objects_for_user(
            user, "pyindex.view_pyindexrepository", PyindexRepository.objects.all()
        )
        return try_ruleset(ruleset, find_version(named, "of", seen=seen), at, **which)
    seen = get_objects_for_user(
        user, "pyindex.view_pyindexdistribution", PyindexDistribution.objects.all()
    )
    if not seen.filter(pk=found.pk).exists():
        raise ValidationError({"of": ["There is no such distribution."]})
    if found.remote_id is None and not found.base_rows.exists():
        return try_ruleset(ruleset, _version(found), at, **which)
    try:
        return trial(user, found.pk, ruleset, at, **which)
    except ViewRefused as error:
        raise PermissionDenied(str(error)) from error
    except SourceFailed as failure:
        raise ValidationError({"of": [f"{failure}."]}) from failure


def _version(found: PyindexDistribution) -> RepositoryVersion:
    """The version that a distribution without anything behind it serves."""
    version = _served(found)
    if version is None:
        raise ValidationError({"of": ["The distribution serves no repository version."]})
    return version


def _served(distribution: PyindexDistribution) -> RepositoryVersion | None:
    if distribution.publication is not None:
        return distribution.publication.repository_version
    if distribution.repository_version is not None:
        return distribution.repository_version
    newest = (
        PyindexPublication.objects.filter(
            complete=True, repository_version__repository=distribution.repository
        )
        .order_by("-repository_version__number", "-pulp_created")
        .first()
    )
    return newest and newest.repository_version
