"""PEP 740 provenance objects (the integrity API)."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from pulp_pyindex.app import catalog
from pulp_pyindex.app.serving import rows
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.pages import cache_control
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.names import normalize

TYPE = "application/vnd.pypi.integrity.v1+json"


class Provenances:
    """The provenance objects of all indexes; they are asked for seldom and not kept in memory."""

    async def answer(
        self, index: Index, name: str, version: str, filename: str, accept: str | None
    ) -> Ready:
        """The provenance of one file, verbatim."""
        if not is_acceptable(accept):
            return message(406, "Request not acceptable")
        document = None
        try:
            project = normalize(name)
        except PyindexError:
            project = None
        if project is not None and index.version_pk is not None:
            document = await in_database(_find, index.version_pk, project, version, filename)
        if document is None:
            return message(404, f"No provenance available for {filename}")
        return provenance_answer(index, document)


def provenance_answer(index: Index, document: str) -> Ready:
    """The answer with a provenance object."""
    body = document.encode()
    headers = {
        "Content-Type": TYPE,
        "Cache-Control": cache_control(index),
        "Vary": "Accept",
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
    }
    return Ready(200, headers, body)


def _find(version_pk: UUID, project: str, version: str, filename: str) -> str | None:
    return catalog.find_provenance(rows.version(version_pk), project, filename)


def is_acceptable(accept: str | None) -> bool:
    """Whether a client takes provenance objects."""
    if not accept:
        return True
    offers = [TYPE, "application/json"]
    return parse_accept_header(accept, MIMEAccept).best_match(offers) is not None


def message(status: int, text: str) -> Ready:
    """An error of the integrity API."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Vary": "Accept"}
    return Ready(status, headers, json.dumps({"message": text}).encode())
