"""REST of known vulnerabilities: of the domain, and of one version's releases."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import BooleanFilter, CharFilter, ChoiceFilter
from drf_spectacular.utils import OpenApiParameter, extend_schema
from packaging.utils import canonicalize_name
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.models import PulpTemporaryFile
from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.util import get_domain, get_domain_pk
from pulpcore.plugin.viewsets import (
    DATETIME_FILTER_OPTIONS,
    BaseFilterSet,
    NamedModelViewSet,
    OperationPostponedResponse,
)

from pulp_pyindex.app import access, catalog
from pulp_pyindex.app.models import PyindexAdvisory, PyindexAdvisorySource
from pulp_pyindex.app.serializers import (
    PyindexAdvisoryLoadSerializer,
    PyindexAdvisorySerializer,
    PyindexAdvisorySourceNameSerializer,
    PyindexAdvisorySourceSerializer,
    PyindexVulnerableSerializer,
)
from pulp_pyindex.app.tasks.advisories import load_advisories, remove_advisories
from pulp_pyindex.index.advisories import Severity, read_severity

from .exchange import page_of, page_parameters, paginator_for, told_by
from .values import ValuesMixin

_WORDS = [severity.word for severity in Severity]


class PyindexAdvisoryFilter(BaseFilterSet):
    """What advisories can be searched by."""

    source = CharFilter(field_name="source__name", help_text="Name of the database.")
    advisory = CharFilter(method="filter_advisory", help_text="Its id, or one of its aliases.")
    project = CharFilter(
        method="filter_project", help_text="Name of a project that it is about, in any spelling."
    )
    severity = ChoiceFilter(
        choices=[(word, word) for word in _WORDS],
        method="filter_severity",
        help_text="The least severity.",
    )
    is_withdrawn = BooleanFilter(
        field_name="withdrawn",
        lookup_expr="isnull",
        exclude=True,
        help_text="Whether it was withdrawn.",
    )

    class Meta:
        model = PyindexAdvisory
        fields = {"published": DATETIME_FILTER_OPTIONS, "modified": DATETIME_FILTER_OPTIONS}

    def filter_advisory(self, rows: QuerySet[Any], _: str, value: str) -> QuerySet[Any]:
        return rows.filter(identifier=value) | rows.filter(aliases__contains=[value])

    def filter_project(self, rows: QuerySet[Any], _: str, value: str) -> QuerySet[Any]:
        return rows.filter(pyindex_pyindexaffected__project=canonicalize_name(value))

    def filter_severity(self, rows: QuerySet[Any], _: str, value: str) -> QuerySet[Any]:
        return rows.filter(severity__gte=int(Severity[value.upper()]))


class PyindexAdvisoryViewSet(
    ValuesMixin, NamedModelViewSet, mixins.RetrieveModelMixin, mixins.ListModelMixin
):
    """
    Known vulnerabilities and malware, loaded from OSV databases. They belong to the domain and are
    matched against its repository versions without asking anybody.
    """

    endpoint_name = "pyindex/advisories"
    queryset = PyindexAdvisory.objects.select_related("source").prefetch_related(
        "pyindex_pyindexaffected"
    )
    serializer_class = PyindexAdvisorySerializer
    filterset_class = PyindexAdvisoryFilter
    ordering = ("identifier", "pk")

    DEFAULT_ACCESS_POLICY = access.ADVISORY.policy
    LOCKED_ROLES = access.ADVISORY.roles

    @extend_schema(
        summary="Load a database of advisories",
        description="Trigger a task that replaces what a database told before by the OSV documents "
        "of a zip: uploaded, on the server, or behind an address.",
        request=PyindexAdvisoryLoadSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=False, methods=["post"], serializer_class=PyindexAdvisoryLoadSerializer)
    def load(self, request: Request, **kwargs: Any) -> Response:
        """Queue the load."""
        told = told_by(request, PyindexAdvisoryLoadSerializer)
        way: dict[str, Any] = {name: told[name] for name in ("path", "url") if name in told}
        if "file" in told:
            kept = PulpTemporaryFile.init_and_validate(told["file"])
            kept.save()
            way["temporary"] = str(kept.pk)
        return _queue(request, load_advisories, name=told["source"], **way)

    @extend_schema(
        summary="Load a database of advisories again",
        description="Trigger a task that loads the database from the address it was loaded from, "
        "if it has changed there.",
        request=PyindexAdvisorySourceNameSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=False, methods=["post"], serializer_class=PyindexAdvisorySourceNameSerializer)
    def refresh(self, request: Request, **kwargs: Any) -> Response:
        """Queue the conditional load."""
        source = _source(request)
        if not source.url:
            raise ValidationError(
                {"source": [f"{source.name!r} was not loaded from an address; load it again."]}
            )
        return _queue(request, load_advisories, name=source.name, refresh=True)

    @extend_schema(
        summary="Remove a database of advisories",
        description="Trigger a task that removes a database and all its advisories.",
        request=PyindexAdvisorySourceNameSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=False, methods=["post"], serializer_class=PyindexAdvisorySourceNameSerializer)
    def unload(self, request: Request, **kwargs: Any) -> Response:
        """Queue the removal."""
        return _queue(request, remove_advisories, name=_source(request).name)

    @extend_schema(
        summary="List databases of advisories",
        description="Which databases are loaded, from where, when, and how much they have.",
        parameters=page_parameters("databases"),
        responses={200: PyindexAdvisorySourceSerializer(many=True)},
    )
    # Without the filters of the list: these parameters are not theirs.
    @action(
        detail=False,
        methods=["get"],
        serializer_class=PyindexAdvisorySourceSerializer,
        filter_backends=[],
    )
    def sources(self, request: Request, **kwargs: Any) -> Response:
        """A page of the domain's databases."""
        rows = PyindexAdvisorySource.objects.filter(pulp_domain=get_domain()).order_by("name")
        return page_of(rows, request, self, PyindexAdvisorySourceSerializer)


class VersionAdvisoriesMixin:
    """What is known of a version's releases."""

    @extend_schema(
        summary="List known vulnerabilities",
        description="Releases of the version that advisories of this domain are about, by project, "
        "release and advisory. Nobody else is asked.",
        parameters=[
            OpenApiParameter("severity", str, enum=_WORDS, description="The least severity."),
            OpenApiParameter("project", str, description="Only this project, in any spelling."),
            OpenApiParameter("advisory", str, description="Only this advisory, by id or alias."),
            *page_parameters("entries"),
        ],
        responses={200: PyindexVulnerableSerializer(many=True)},
    )
    # Without the filters of the list: these parameters are not theirs.
    @action(
        detail=True,
        methods=["get"],
        serializer_class=PyindexVulnerableSerializer,
        filter_backends=[],
    )
    def advisories(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of the report."""
        version = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        asked = request.query_params
        least = read_severity(asked.get("severity") or Severity.UNKNOWN.word)
        if least is None:
            raise ValidationError({"severity": [f"It is one of {', '.join(_WORDS)}."]})
        project = asked.get("project")
        paginator = paginator_for(request)
        paginator.count, found = catalog.vulnerable_releases(
            version,
            least=least,
            project=canonicalize_name(project) if project else None,
            advisory=asked.get("advisory") or None,
            limit=paginator.limit,
            offset=paginator.offset,
        )
        return paginator.get_paginated_response(PyindexVulnerableSerializer(found, many=True).data)


def _source(request: Request) -> PyindexAdvisorySource:
    name = told_by(request, PyindexAdvisorySourceNameSerializer)["source"]
    found = PyindexAdvisorySource.objects.filter(name=name, pulp_domain=get_domain()).first()
    if found is None:
        raise NotFound(f"No database of advisories is called {name!r} here.")
    return found


def _queue(request: Request, task: Any, **told: Any) -> Response:
    # One at a time in a domain: severities are taken from one database to another.
    lock = f"pyindex:advisories:{get_domain_pk()}"
    return OperationPostponedResponse(
        dispatch(task, exclusive_resources=[lock], kwargs=told), request
    )
