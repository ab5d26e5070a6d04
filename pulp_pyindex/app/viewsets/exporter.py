"""REST of exporters of static trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.models import Export, RepositoryVersion
from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.util import get_domain_pk, get_objects_for_user
from pulpcore.plugin.viewsets import (
    ExporterViewSet,
    OperationPostponedResponse,
    RolesMixin,
)

from pulp_pyindex.app import access, stores
from pulp_pyindex.app.models import (
    PyindexDistribution,
    PyindexPublication,
    PyindexRepository,
    PyindexStaticExporter,
)
from pulp_pyindex.app.serializers import (
    PyindexStaticExportedSerializer,
    PyindexStaticExporterSerializer,
    PyindexStaticExportSerializer,
)
from pulp_pyindex.app.tasks.export import export

from .exchange import told_by
from .named import resource
from .values import ValuesMixin


class PyindexStaticExporterViewSet(ValuesMixin, ExporterViewSet, RolesMixin):
    """
    A static exporter writes indexes as plain trees (pages, files, metadata) to a directory or an
    object storage, for any web server to serve.
    """

    endpoint_name = "static"
    queryset = PyindexStaticExporter.objects.all()
    serializer_class = PyindexStaticExporterSerializer
    queryset_filtering_required_permission = "pyindex.view_pyindexstaticexporter"

    DEFAULT_ACCESS_POLICY = access.EXPORTER.policy
    LOCKED_ROLES = access.EXPORTER.roles

    @extend_schema(
        summary="Export an index",
        description="Write an index as a plain tree. What is as it was is not written again.",
        request=PyindexStaticExportSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=PyindexStaticExportSerializer,
        filter_backends=[],
    )
    def exports(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue an export."""
        exporter = self.get_object()
        told = told_by(request, PyindexStaticExportSerializer)
        stores.check_choice(exporter)
        found = find_source(told.pop("source"), request.user)
        version, publication = found.version, found.publication
        task = dispatch(
            export,
            exclusive_resources=[exporter, f"pyindex:tree:{stores.place_of(exporter)}"],
            shared_resources=[version.repository],
            kwargs={
                "exporter_pk": str(exporter.pk),
                "repository_version_pk": str(version.pk),
                "publication_pk": None if publication is None else str(publication.pk),
                "newest": found.newest,
                **told,
            },
        )
        return OperationPostponedResponse(task, request)

    @extend_schema(
        summary="List exports",
        description="The exports that were made, newest first.",
        responses={200: PyindexStaticExportedSerializer(many=True)},
    )
    @exports.mapping.get
    def list_exports(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """A page of them."""
        made = Export.objects.filter(exporter=self.get_object()).select_related("task")
        shown = self.paginate_queryset(made.order_by("-pulp_created"))
        return self.get_paginated_response(
            PyindexStaticExportedSerializer(shown, many=True, context={"request": request}).data
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is to be exported."""

    version: RepositoryVersion
    #: None: the pages are those it would have.
    publication: PyindexPublication | None
    #: The publication was not named: it is the newest one of its version.
    newest: bool = False


def find_source(named: str, user: Any) -> _Found:
    """What an href or PRN stands for.

    Raises ValidationError for what the user may not see, what is not in this domain, and what
    serves nothing.
    """
    found = resource(named, "source")
    if isinstance(found, RepositoryVersion):
        _must_see(found.repository.cast(), user)
        if not found.complete:
            raise _wrong("This version is not complete.")
        return _published(found)
    _must_see(found, user)
    if isinstance(found, PyindexPublication):
        if not found.complete:
            raise _wrong("This publication is not complete.")
        return _Found(version=found.repository_version, publication=found)
    if isinstance(found, PyindexDistribution):
        return _served(found)
    return _newest(found) or _Found(version=found.latest_version(), publication=None)


def _must_see(found: Any, user: Any) -> None:
    """Raise unless it is of a kind that can be exported, of this domain, and may be seen."""
    for model in (PyindexPublication, PyindexDistribution, PyindexRepository):
        if isinstance(found, model):
            view = f"pyindex.view_{model._meta.model_name}"
            seen = model.objects.filter(pk=found.pk, pulp_domain=get_domain_pk())
            if get_objects_for_user(user, view, seen).exists():
                return
            raise _wrong("There is no such thing here.")
    raise _wrong(
        "This names neither a publication, a repository version, a repository nor a distribution "
        "of pyindex."
    )


def _served(distribution: PyindexDistribution) -> _Found:
    """What a distribution serves. A tree cannot decide per request, so that some cannot be."""
    for field, what in (("ruleset", "rules"), ("remote", "a remote")):
        if getattr(distribution, f"{field}_id"):
            raise _wrong(
                f"What this distribution serves depends on {what}, which a tree does not have; "
                "export its repository."
            )
    if distribution.base_rows.exists():
        raise _wrong("This distribution merges others; export each repository.")
    if distribution.publication is not None:
        publication = distribution.publication.cast()
        return _Found(version=publication.repository_version, publication=publication)
    if distribution.repository_version is not None:
        return _published(distribution.repository_version)
    served = None if distribution.repository is None else _newest(distribution.repository)
    if served is None:
        raise _wrong("This distribution serves nothing yet.")
    return served


def _published(version: RepositoryVersion) -> _Found:
    shown = PyindexPublication.objects.filter(repository_version=version, complete=True)
    return _Found(version=version, publication=shown.order_by("-pulp_created").first(), newest=True)


def _newest(repository: Any) -> _Found | None:
    shown = PyindexPublication.objects.filter(
        repository_version__repository=repository, repository_version__complete=True, complete=True
    ).select_related("repository_version")
    newest = shown.order_by("-repository_version__number", "-pulp_created").first()
    if newest is None:
        return None
    return _Found(version=newest.repository_version, publication=newest, newest=True)


def _wrong(reason: str) -> ValidationError:
    return ValidationError({"source": [reason]})
