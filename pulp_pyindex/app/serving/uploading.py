"""Publishing through an index: the legacy upload API at `<index>/legacy/`.

200 means that the file can be installed from the index, whichever process answers the installer.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from aiohttp import web
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from pulpcore.plugin.util import set_domain

from pulp_pyindex.app.exceptions import FileMismatch
from pulp_pyindex.app.ingest import Arrived, Brought, Checked, Ruling, check, take_in
from pulp_pyindex.app.models import PyindexDistribution, PyindexRepository
from pulp_pyindex.app.serving.credentials import Identity
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.receiving import Received, received
from pulp_pyindex.app.serving.refusals import refused
from pulp_pyindex.app.serving.rights import Refusal
from pulp_pyindex.app.serving.settling import Settling, ensure_commit
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.tasks.commit import FAILED
from pulp_pyindex.app.tasks.ruled import check_rules
from pulp_pyindex.index.errors import DeniedByRule, FileTooLarge, ProjectClosed, PyindexError
from pulp_pyindex.index.merging import Patterns, read_patterns
from pulp_pyindex.index.uploads import read_form

_log = logging.getLogger(__name__)

#: Bytes that the form around a file takes at most, for refusing by Content-Length alone.
_FORM = 16 * 1024 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

#: Whether somebody may upload to a project of an index; None as project: to any at all.
Right = Callable[[Identity | None, Index, str | None], Awaitable[Refusal | None]]


class _Refused(Exception):
    """An upload that ends here."""

    def __init__(self, status: int, message: str, challenge: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.challenge = challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Where uploads to an index go."""

    repository_pk: UUID
    max_file_size: int | None
    #: What may be uploaded; empty: every project.
    projects: Patterns


class Uploads:
    """Uploads to the indexes of one content process."""

    def __init__(
        self,
        *,
        folder: Path,
        settling: Settling,
        may_upload: Right,
        make_visible: Callable[[], Awaitable[None]],
    ) -> None:
        self._folder = folder
        self._settling = settling
        self._may_upload = may_upload
        self._make_visible = make_visible

    async def refusal(
        self, request: web.Request, index: Index, identity: Identity | None
    ) -> web.Response | None:
        """What can be refused before the body is read."""
        try:
            await self._admit(request, index, identity)
        except _EXPECTED as error:
            return _answer_to(request, error)
        return None

    async def answer(
        self, request: web.Request, index: Index, identity: Identity | None
    ) -> web.Response:
        """Take an upload in, or say why not. Nothing is left behind where it is refused."""
        try:
            target = await self._admit(request, index, identity)
            self._folder.mkdir(parents=True, exist_ok=True)
            async with received(request, self._folder, target.max_file_size) as body:
                await self._take(request, index, identity, target, body)
        except _EXPECTED as error:
            return _answer_to(request, error)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            _log.error("An upload does not fit on the disk: %s", error)
            return refused(request, 507, f"The server's disk is full: {error.strerror}.")
        return web.Response(text="", headers={"Cache-Control": "no-store"})

    async def _admit(
        self, request: web.Request, index: Index, identity: Identity | None
    ) -> _Target:
        await self._check_right(identity, index, None)
        target = await in_database(_target, index.distribution_pk)
        length = request.content_length
        limit = target.max_file_size
        if limit is not None and length is not None and length > limit + _FORM:
            raise FileTooLarge("", limit)
        return target

    async def _check_right(
        self, identity: Identity | None, index: Index, project: str | None
    ) -> None:
        refusal = await self._may_upload(identity, index, project)
        if refusal is not None:
            raise _Refused(refusal.status, refusal.message, refusal.challenge)

    async def _take(
        self,
        request: web.Request,
        index: Index,
        identity: Identity | None,
        target: _Target,
        body: Received,
    ) -> None:
        form = read_form(body.fields, body.filename)
        await self._check_right(identity, index, form.project)
        if target.projects and target.projects.match(form.project) is None:
            raise _Refused(
                403,
                f"This index takes no uploads of {form.project!r}: what may be uploaded is "
                f"{', '.join(target.projects.texts)} (upload_projects).",
            )
        for held in index.rules.quarantine.of_project(form.project):
            if held.holds(form.version, body.filename):
                raise ProjectClosed(form.project, "in quarantine", held.reason)
        arrived = Arrived(path=body.path, size=body.size, digests=body.digests, form=form)
        brought = Brought(
            user_pk=identity.user_pk if identity is not None else None,
            token_name=identity.token.name if identity is not None and identity.token else "",
            client=request.headers.get("User-Agent", ""),
            address=request.remote or "",
        )
        upload_pk = await in_database(
            _check_and_take_in, target.repository_pk, index, arrived, brought
        )
        if upload_pk is None:
            return
        try:
            settled = await self._settling.wait(
                upload_pk, target.repository_pk, settings.PYINDEX_UPLOAD_TIMEOUT
            )
        except TimeoutError:
            raise _Refused(
                503,
                "The file is stored, but its repository is busy with something long: it will be "
                "in the index when that has ended. Uploading it again does no harm.",
            ) from None
        if not settled.is_in:
            raise _Refused(503 if settled.reason == FAILED else 400, settled.reason)
        await self._make_visible()


_EXPECTED = (_Refused, PyindexError, FileMismatch, DatabaseGone)


def _answer_to(request: web.Request, error: Exception) -> web.Response:
    """How an expected error is told to the client."""
    match error:
        case _Refused():
            headers = {"WWW-Authenticate": error.challenge} if error.challenge else {}
            return refused(request, error.status, error.message, headers)
        case FileTooLarge():
            return refused(request, 413, str(error))
        case DeniedByRule():
            return refused(request, 403, str(error))
        case DatabaseGone():
            return refused(request, 503, f"Try again in a moment: {error}.", {"Retry-After": "2"})
    return refused(request, 400, str(error))


def _target(distribution_pk: UUID) -> _Target:
    distribution = PyindexDistribution.objects.select_related("repository").get(pk=distribution_pk)
    if not distribution.allow_uploads:
        raise _Refused(403, "This index takes no uploads (allow_uploads is off).")
    if distribution.repository is None:
        raise _Refused(
            403,
            "This index takes no uploads: it follows no repository of its own. One that serves a "
            "fixed version or publication, or only what is behind it, cannot take any.",
        )
    repository = PyindexRepository.objects.get(pk=distribution.repository_id)
    return _Target(
        repository_pk=repository.pk,
        max_file_size=repository.max_file_size,
        projects=read_patterns("upload_projects", distribution.upload_projects),
    )


def _check_and_take_in(
    repository_pk: UUID, index: Index, arrived: Arrived, brought: Brought
) -> UUID | None:
    """Check and store; the upload to wait for, or None where the file is there already."""
    repository = PyindexRepository.objects.select_related("pulp_domain").get(pk=repository_pk)
    set_domain(repository.pulp_domain)
    checked: Checked = check(arrived, repository)
    check_rules(
        repository,
        checked,
        brought,
        distribution_pk=index.distribution_pk,
        base_path=index.base_path,
    )
    if checked.ruling is Ruling.KNOWN:
        return None
    try:
        upload = take_in(repository, checked, brought)
    except (OperationalError, InterfaceError) as error:
        # Not once more from the beginning: the file may have been moved already.
        connection.close()
        raise DatabaseGone from error
    ensure_commit(repository)
    return upload.pk
