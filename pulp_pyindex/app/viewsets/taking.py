"""Files that come by REST: in a task, or while the client waits."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pulpcore.plugin.models import PulpTemporaryFile
from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.viewsets import OperationPostponedResponse

from pulp_pyindex.app.exceptions import UploadRefused
from pulp_pyindex.app.ingest import Brought
from pulp_pyindex.app.serializers import (
    PyindexFileCreateSerializer,
    PyindexFileSerializer,
    PyindexFileUploadSerializer,
)
from pulp_pyindex.app.tasks.taking import take_file, take_path

from .exchange import told_by


class TakesFilesMixin:
    """The ways in of the content viewset. The checks are those of `<index>/legacy/`."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let Pulp's conditions, which read the order by the view's serializer, understand it."""
        if self.action == "create":  # type: ignore[attr-defined]  # set by the framework
            self.serializer_class = PyindexFileCreateSerializer
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the viewset's own

    @extend_schema(
        summary="Create a file",
        description="Check a wheel or sdist and store it, in a task; with `repository` it is "
        "added to a new version of that.",
        request=PyindexFileCreateSerializer,
        responses={202: AsyncOperationResponseSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Queue the task that checks and stores the file."""
        told = told_by(request, PyindexFileCreateSerializer)
        repository = told.get("repository")
        upload = told.get("upload")
        task = dispatch(
            take_file,
            exclusive_resources=[held for held in (repository, upload) if held is not None],
            kwargs={
                "filename": told["filename"],
                "source": _source(told),
                "repository_pk": None if repository is None else str(repository.pk),
                "attestations": told.get("attestations"),
                "user_pk": request.user.pk,
                "client": request.headers.get("User-Agent", ""),
                "more_follow": told["more_follow"],
            },
        )
        return OperationPostponedResponse(task, request)

    @extend_schema(
        summary="Upload a file synchronously",
        description="Check a wheel or sdist and store it before answering. It is added to no "
        "repository.",
        request=PyindexFileUploadSerializer,
        responses={201: PyindexFileSerializer},
    )
    @action(detail=False, methods=["post"], serializer_class=PyindexFileUploadSerializer)
    def upload(self, request: Request, **kwargs: Any) -> Response:
        """Check and store the file at once."""
        told = told_by(request, PyindexFileUploadSerializer)
        if "file" not in told:
            raise ValidationError({"file": ["Only `file` can be taken while the client waits."]})
        with NamedTemporaryFile(dir=settings.WORKING_DIRECTORY, delete=False) as target:
            for chunk in told["file"].chunks():
                target.write(chunk)
        try:
            brought = Brought(user_pk=request.user.pk)
            file, _ = take_path(
                target.name, told["filename"], None, told.get("attestations"), brought
            )
        except UploadRefused as error:
            raise ValidationError([str(error)]) from error
        finally:
            Path(target.name).unlink(missing_ok=True)
        shown = PyindexFileSerializer(file, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)


def _source(told: dict[str, Any]) -> dict[str, Any]:
    """Where the task finds the bytes; an uploaded file is put where every worker can read it."""
    if "file" in told:
        kept = PulpTemporaryFile.init_and_validate(told["file"])
        kept.save()
        return {"temporary": str(kept.pk)}
    if "upload" in told:
        return {"upload": str(told["upload"].pk)}
    if "artifact" in told:
        return {"artifact": str(told["artifact"].pk)}
    return {"url": told["file_url"]}
