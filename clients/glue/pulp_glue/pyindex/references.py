"""Objects as people name them: by name, href or PRN, versions as `dev@12`."""

from __future__ import annotations

from typing import Any

from pulp_glue.common.context import (
    PulpContentGuardContext,
    PulpContext,
    PulpEntityContext,
)
from pulp_glue.common.exceptions import PulpEntityNotFound
from pulp_glue.core.context import PulpArtifactContext

from .context import (
    CONTEXTS,
    PulpPyindexDistributionContext,
    PulpPyindexFileContext,
    PulpPyindexPublicationContext,
    repository_context,
    version_context,
)


def resolve(pulp: PulpContext, kind: str, text: str) -> Any:
    """What stands for the object in a request; it is looked up when the request is made.

    Raises PulpException for a version that is not there.
    """
    match kind:
        case "repository":
            return repository_context(pulp, text)
        case "version":
            return version_context(pulp, text)
        case "index":
            return index(pulp, text)
        case "publication":
            return publication(pulp, text)
        case "content":
            return text if text == "*" else _found(PulpPyindexFileContext, pulp, text, "filename")
        case "artifact":
            return _found(PulpArtifactContext, pulp, text, "sha256")
        case "content_guard":
            return _found(PulpContentGuardContext, pulp, text, "name")
        case _ if kind in CONTEXTS:
            return _found(CONTEXTS[kind], pulp, text, "name")
        case _:
            return text


def index(pulp: PulpContext, text: str) -> Any:
    """A distribution of that name, or else a version, for what takes either."""
    if text.startswith(("/", "prn:")):
        return text
    served = PulpPyindexDistributionContext(pulp, entity={"name": text})
    try:
        return served.pulp_href
    except PulpEntityNotFound:
        return version_context(pulp, text)


def publication(pulp: PulpContext, text: str) -> PulpPyindexPublicationContext:
    """A publication by href or PRN, or the newest one of a version that is named as such."""
    if "/publications/" in text:
        return PulpPyindexPublicationContext(pulp, pulp_href=text)
    if text.startswith("prn:pyindex.pyindexpublication:"):
        return PulpPyindexPublicationContext(pulp, entity={"prn__in": [text]})
    version = version_context(pulp, text).pulp_href
    context = PulpPyindexPublicationContext(pulp)
    found = context.call(
        "list",
        parameters={"repository_version": version, "ordering": ["-pulp_created"], "limit": 1},
    )
    if not found["results"]:
        raise PulpEntityNotFound(f"{text} is not published.")
    context.pulp_href = found["results"][0]["pulp_href"]
    return context


def _found(kind: type[PulpEntityContext], pulp: PulpContext, text: str, key: str) -> Any:
    if text.startswith("/"):
        # An address needs no look-up; the server says if it is of something else.
        return text
    if text.startswith("prn:"):
        return kind(pulp, entity={"prn__in": [text]})
    return kind(pulp, entity={key: text})
