"""What was counted at an index."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from pulp_pyindex.app.models import (
    PyindexAnswerCount,
    PyindexRefusalCount,
    PyindexUpstreamCount,
)
from pulp_pyindex.app.serializers import PyindexTrafficSerializer


class TrafficActionsMixin:
    """The counts of a distribution viewset."""

    @extend_schema(
        summary="Show the traffic",
        description="How often the index gave which kind of answer, how often its upstream did, "
        "and how often rules spoke, since the index was made. Content apps write it down every "
        "few seconds.",
        responses={200: PyindexTrafficSerializer},
    )
    @action(detail=True, methods=["get"], serializer_class=PyindexTrafficSerializer)
    def traffic(self, request: Request, pk: str, **kwargs: Any) -> Response:
        distribution = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        here = {"distribution_id": distribution.pk}
        answers = PyindexAnswerCount.objects.filter(**here)
        upstream = PyindexUpstreamCount.objects.filter(remote_id=distribution.remote_id)
        refusals = PyindexRefusalCount.objects.filter(**here)
        told = {
            "answers": answers.order_by("kind", "cache", "status"),
            "upstream": upstream.order_by("kind", "outcome"),
            "refusals": refusals.order_by("action", "ruleset", "rule"),
        }
        return Response(PyindexTrafficSerializer(told).data)
