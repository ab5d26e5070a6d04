"""What can be done with what an index keeps of its remote."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import OperationPostponedResponse

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexCachedPage, PyindexDistribution, PyindexRemote
from pulp_pyindex.app.serializers import (
    PyindexCacheSerializer,
    PyindexEvictedSerializer,
    PyindexEvictSpecSerializer,
    PyindexInvalidatedSerializer,
    PyindexInvalidateSpecSerializer,
)
from pulp_pyindex.app.tasks.evict import chosen, evict_files

from .exchange import told_by

_FIRST = 100


class CacheActionsMixin:
    """The cache of a distribution viewset."""

    @extend_schema(
        summary="Show the cache",
        description="What the index keeps of its remote, and how it gets on with it.",
        responses={200: PyindexCacheSerializer},
    )
    @action(detail=True, methods=["get"], serializer_class=PyindexCacheSerializer)
    def cache(self, request: Request, pk: str, **kwargs: Any) -> Response:
        distribution = self._cached()
        totals = catalog.cache_totals(distribution.pk, distribution.remote_id)
        return Response(PyindexCacheSerializer(asdict(totals)).data)

    @extend_schema(
        summary="Invalidate pages",
        description="Have upstream asked for pages before they are served again; for all indexes "
        "that pass through the same remote. Where upstream cannot be asked, what is known is "
        "served all the same.",
        responses={200: PyindexInvalidatedSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexInvalidateSpecSerializer)
    def invalidate(self, request: Request, pk: str, **kwargs: Any) -> Response:
        distribution = self._cached()
        projects = told_by(request, PyindexInvalidateSpecSerializer)["projects"]
        pages = PyindexCachedPage.objects.filter(remote_id=distribution.remote_id)
        if projects:
            pages = pages.filter(project__in=projects)
        with transaction.atomic():
            count = pages.update(is_invalid=True)
            # With another moment of their remote, processes look at everything anew.
            PyindexRemote.objects.get(pk=distribution.remote_id).save()
        return Response(PyindexInvalidatedSerializer({"pages": count}).data)

    @extend_schema(
        summary="Evict files",
        description="Let the bytes of files go that went unused for longest, until the cache is "
        "within its limits. The files stay on their pages and in their repository, and are fetched "
        "again when they are next wanted. With `dry_run` the answer tells what would go.",
        responses={200: PyindexEvictedSerializer, 202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexEvictSpecSerializer)
    def evict(self, request: Request, pk: str, **kwargs: Any) -> Response:
        distribution = self._cached()
        asked = told_by(request, PyindexEvictSpecSerializer)
        size, age = asked["max_cache_size"], asked["max_age_unused"]
        if size is None and age is None:
            size, age = distribution.max_cache_size, distribution.max_age_unused
        if size is None and age is None:
            raise ValidationError(
                ["The distribution has no limits: name `max_cache_size` or `max_age_unused`."]
            )
        if asked["dry_run"]:
            gone = chosen(distribution, size, age)
            told = {
                "files": len(gone),
                "bytes": sum(one.size for one in gone),
                "first": [asdict(one) for one in gone[:_FIRST]],
            }
            return Response(PyindexEvictedSerializer(told).data)
        task = dispatch(
            evict_files,
            exclusive_resources=[distribution],
            kwargs={"distribution_pk": str(distribution.pk), "max_size": size, "max_age": age},
        )
        return OperationPostponedResponse(task, request)

    def _cached(self) -> PyindexDistribution:
        distribution: PyindexDistribution = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        if distribution.remote_id is None:
            raise ValidationError(["The distribution has no remote: nothing passes through it."])
        return distribution
