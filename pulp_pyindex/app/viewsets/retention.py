"""Which versions stay: holds, their release, and the clean-up of the rest."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import OperationPostponedResponse

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexVersionHold
from pulp_pyindex.app.serializers import (
    PyindexCleanupSerializer,
    PyindexHoldReleaseSerializer,
    PyindexHoldSerializer,
    PyindexVersionSerializer,
)
from pulp_pyindex.app.tasks import arriving  # noqa: F401 - connects its receiver
from pulp_pyindex.app.tasks.cleanup import clean_up
from pulp_pyindex.app.tasks.download import download

from .exchange import told_by


class CleanupActionMixin:
    """The clean-up of a repository viewset."""

    @extend_schema(
        summary="Clean up old versions",
        description="Delete versions that are old enough and that nothing holds. With `dry_run` "
        "the task only says which would go, which are held by what, and what that would free.",
        request=PyindexCleanupSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexCleanupSerializer)
    def cleanup(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Queue the clean-up."""
        repository = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        serializer = PyindexCleanupSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        told = serializer.told()
        exclusive = [repository]
        if told["remove_content"]:
            # As Pulp's own orphan clean-up, so that there is never more than one.
            exclusive.append(f"pdrn:{request.pulp_domain.pulp_id}:orphans")
        task = dispatch(
            clean_up,
            exclusive_resources=exclusive,
            kwargs={"repository_pk": str(repository.pk), **told},
        )
        return OperationPostponedResponse(task, request)


class HoldActionsMixin:
    """The holds of a version viewset."""

    @extend_schema(
        summary="Delete a version",
        description="Merge a version into its successor. One that something holds is refused.",
        responses={202: AsyncOperationResponseSerializer},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Queue the deletion. Pulp itself does not ask the plugin what is protected."""
        version = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        if version.repository.cast().protected_versions().filter(pk=version.pk).exists():
            held = catalog.holds(version.repository_id).get(version.pk, [])
            by = ", ".join(f"{hold.kind} {hold.name!r}" for hold in held)
            raise ValidationError([f"Version {version.number} is protected by: {by}."])
        # Of the viewset that this is mixed into.
        deleted: Response = super().destroy(request, *args, **kwargs)  # type: ignore[misc]
        return deleted

    @extend_schema(
        summary="Download a version",
        description="Fetch every file of the version that is at its upstream only, and the "
        "metadata beside it, so that the version can be exported.",
        request=None,
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"])
    def download(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Queue the download."""
        version = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        task = dispatch(
            download,
            shared_resources=[version.repository],
            kwargs={"repository_version_pk": str(version.pk)},
        )
        return OperationPostponedResponse(task, request)

    @extend_schema(
        summary="Hold a version",
        description="Keep a version from being deleted, by retention, clean-up or hand, until the "
        "hold is released. A label that holds it already gets the new note.",
        request=PyindexHoldSerializer,
        responses={200: PyindexVersionSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexHoldSerializer)
    def hold(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the hold down at once."""
        version = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        told = told_by(request, PyindexHoldSerializer)
        PyindexVersionHold.objects.update_or_create(
            repository_version=version,
            label=told["label"],
            defaults={"note": told["note"], "held_by": request.user.get_username()},
        )
        return _shown(version, request)

    @extend_schema(
        summary="Release a version",
        description="Take back a hold. The version stays until a clean-up or retention deletes it.",
        request=PyindexHoldReleaseSerializer,
        responses={200: PyindexVersionSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=PyindexHoldReleaseSerializer)
    def release(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete the hold at once."""
        version = self.get_object()  # type: ignore[attr-defined]  # the viewset's own
        label = told_by(request, PyindexHoldReleaseSerializer)["label"]
        gone, _ = PyindexVersionHold.objects.filter(
            repository_version=version, label=label
        ).delete()
        if not gone:
            raise NotFound(f"Version {version.number} has no hold {label!r}.")
        return _shown(version, request)


def _shown(version: Any, request: Request) -> Response:
    return Response(PyindexVersionSerializer(version, context={"request": request}).data)
