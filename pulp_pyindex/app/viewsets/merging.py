"""What can be asked of an index that is made of several, and what it forbids."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.serializers import AsyncOperationResponseSerializer

from pulp_pyindex.app.serializers import (
    PyindexExplainQuerySerializer,
    PyindexExplanationSerializer,
)
from pulp_pyindex.app.serving.asked import ViewRefused, explanation
from pulp_pyindex.app.tasks import relying  # noqa: F401 - connects its receivers


class MergingActionsMixin:
    """Explanations, and the deletion of bases."""

    @extend_schema(
        summary="Explain a project",
        description="Which of the places behind the index answers for a project, what each other "
        "one would have given, and which rule kept or dropped each file. Upstreams are asked as "
        "for an installer; those that are not entitled to the name do not hear of it.",
        parameters=[PyindexExplainQuerySerializer],
        responses={200: PyindexExplanationSerializer},
    )
    @action(
        detail=True,
        methods=["get"],
        serializer_class=PyindexExplanationSerializer,
        filter_backends=[],
    )
    def explain(self, request: Request, pk: str, **kwargs: Any) -> Response:
        distribution = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        query = PyindexExplainQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        user, name, filename = request.user, asked["project"], asked["filename"]
        try:
            return Response(explanation(user, distribution.pk, name, filename))
        except ViewRefused as error:
            raise PermissionDenied(str(error)) from error

    @extend_schema(
        description="Trigger an asynchronous delete task. A distribution that is a base of others "
        "cannot be deleted: names that it owns would pass to those behind it.",
        responses={202: AsyncOperationResponseSerializer},
    )
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Delete an index that nothing stands on."""
        distribution = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        above = distribution.above.values_list("distribution__name", flat=True)
        if above:
            names = ", ".join(sorted(above))
            raise ValidationError(
                f"It is a base of {names}: take it out of the bases there first. Names that it "
                "owns would pass to the indexes behind it."
            )
        answer: Response = super().destroy(request, pk, **kwargs)  # type: ignore[misc]  # Pulp's
        return answer
