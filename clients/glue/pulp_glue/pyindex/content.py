"""Content: what repository versions are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pulp_glue.common.context import PulpContentContext

from .entities import PyindexEntityContext
from .tables import RESOURCES


class PulpPyindexFileContext(PyindexEntityContext, PulpContentContext):
    """One file of a release."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "files"
    MODEL_NAME = "pyindexfile"
    ENTITY = "file"
    ENTITIES = "files"
    RESOURCE = RESOURCES["file"]
    CAPABILITIES = {"upload": []}

    def create(
        self,
        body: Any,
        parameters: Mapping[str, Any] | None = None,
        non_blocking: bool = False,
    ) -> Any:
        """Check and store a file: `file` is its path, `repository` what it is added to."""
        told = dict(body)
        given = told.pop("file", None)
        chunk_size = told.pop("chunk_size", None)
        if self.repository_ctx is not None:
            told["repository"] = self.repository_ctx
        if given is None:
            return super().create(told, parameters, non_blocking)
        with _opened(given) as file:
            told.setdefault("filename", Path(file.name).name)
            self._prepare_upload(told, file, chunk_size)
            return super().create(told, parameters, non_blocking)


class PulpPyindexYankContext(PyindexEntityContext, PulpContentContext):
    """That a file is yanked, in the versions that hold this."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "yanks"
    MODEL_NAME = "pyindexyank"
    ENTITY = "yank"
    ENTITIES = "yanks"
    RESOURCE = RESOURCES["yank"]
    CAPABILITIES = {}


class PulpPyindexProjectStatusContext(PyindexEntityContext, PulpContentContext):
    """What the index says of a project."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "project_statuses"
    MODEL_NAME = "pyindexprojectstatus"
    ENTITY = "project status"
    ENTITIES = "project statuses"
    RESOURCE = RESOURCES["project_status"]
    CAPABILITIES = {}


class PulpPyindexProvenanceContext(PyindexEntityContext, PulpContentContext):
    """The provenance object of a file."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "provenances"
    MODEL_NAME = "pyindexprovenance"
    ENTITY = "provenance"
    ENTITIES = "provenances"
    RESOURCE = RESOURCES["provenance"]
    CAPABILITIES = {}


@contextmanager
def _opened(file: str | Path | IO[bytes]) -> Iterator[IO[bytes]]:
    if isinstance(file, str | Path):
        with Path(file).open("rb") as opened:
            yield opened
    else:
        yield file
