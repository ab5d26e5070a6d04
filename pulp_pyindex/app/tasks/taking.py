"""Take a file in that came by REST: the same checks as at `<index>/legacy/`, the same messages."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from asgiref.sync import async_to_sync

from pulpcore.plugin.models import Artifact, CreatedResource, PulpTemporaryFile, Upload, UploadChunk
from pulpcore.plugin.util import get_domain

from pulp_pyindex.app import ingest
from pulp_pyindex.app.exceptions import UploadRefused
from pulp_pyindex.app.ingest import Arrived, Brought, Checked, Ruling
from pulp_pyindex.app.models import PyindexFile, PyindexRemote, PyindexRepository, PyindexUpload
from pulp_pyindex.app.tasks import queued, versions
from pulp_pyindex.app.tasks.commit import commit
from pulp_pyindex.app.tasks.downloading import fetch
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.ruled import check_rules, is_denied
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.errors import FileTooLarge, PyindexError
from pulp_pyindex.index.uploads import form_of

_log = logging.getLogger(__name__)


def take_file(
    *,
    filename: str,
    source: Mapping[str, Any],
    repository_pk: str | None = None,
    attestations: str | None = None,
    user_pk: int | None = None,
    client: str = "",
    more_follow: bool = False,
) -> dict[str, Any]:
    """Check a file, store it as content, and add it to the repository if one is named.

    `source` is one of {"temporary": pk}, {"upload": pk}, {"artifact": pk} and {"url": …}.
    `more_follow` says that others are being sent, which are waited for a moment. Returns
    the content unit's key and the number of the version that holds it. Raises UploadRefused.
    """
    repository = None
    if repository_pk is not None:
        repository = present(PyindexRepository.objects.all(), repository_pk)
    path = _local(source, filename)
    try:
        brought = Brought(user_pk=user_pk, client=client)
        file, number = take_path(
            path, filename, repository, attestations, brought, more_follow=more_follow
        )
        CreatedResource.objects.create(content_object=file)
        return {"content": str(file.pk), "version": number}
    finally:
        Path(path).unlink(missing_ok=True)
        _discard(source)


def take_path(
    path: str,
    filename: str,
    repository: PyindexRepository | None,
    attestations: str | None,
    brought: Brought,
    *,
    more_follow: bool = False,
) -> tuple[PyindexFile, int | None]:
    """The same for a file on this machine's disk; the caller must hold the repository.

    Returns the unit, and the number of the repository version that holds it. What else was sent to
    the repository and waits comes in the same version; its tasks then find it there.
    """
    try:
        checked = _checked(path, filename, repository, attestations)
        if repository is not None:
            check_rules(repository, checked, brought)
    except PyindexError as error:
        raise UploadRefused(filename, str(error)) from error
    if repository is None:
        known = _known(filename, checked.arrived.digests["sha256"])
        return known or ingest.keep(checked, get_domain()), None
    versions.drop_incomplete(repository)
    if checked.ruling is Ruling.KNOWN:
        latest = repository.latest_version()
        return _held(repository, filename), latest.number if latest is not None else None
    upload = ingest.take_in(repository, checked, brought)
    if more_follow:
        queued.wait_for_last(repository, _TAKE_FILE)
    commit(repository, [upload, *_others(repository, filename)])
    upload.refresh_from_db()
    if upload.state == PyindexUpload.State.REFUSED or upload.file is None:
        raise UploadRefused(filename, upload.reason)
    return upload.file, upload.version_number


def _checked(
    path: str, filename: str, repository: PyindexRepository | None, attestations: str | None
) -> Checked:
    """The file once it is checked, but for the ruleset. Raises PyindexError."""
    digests, size = ingest.digests_of(path, {"md5": "", "blake2b_256": ""})
    limit = repository.max_file_size if repository is not None else None
    if limit is not None and size > limit:
        raise FileTooLarge(filename, limit)
    form = form_of(filename, digests, attestations)
    return ingest.check(Arrived(path=path, size=size, digests=digests, form=form), repository)


def _others(repository: PyindexRepository, filename: str) -> list[PyindexUpload]:
    """What was sent behind a file, put up beside it as far as nothing speaks against it."""
    others = []
    for sent in queued.next_sent(repository, _TAKE_FILE):
        if sent.filename == filename:
            break
        try:
            upload = _put_up(repository, sent)
        except Exception as error:
            # Whatever is wrong with it, it is not this task's file: its own task fails of it.
            _log.info("%s is left to its own task: %s", sent.filename, error)
            continue
        if upload is not None:
            others.append(upload)
    return others


def _put_up(repository: PyindexRepository, sent: queued.Sent) -> PyindexUpload | None:
    """A file that waits, checked and stored; None where it is there already or is denied."""
    path = _local({"temporary": sent.temporary_pk}, sent.filename)
    try:
        checked = _checked(path, sent.filename, repository, sent.attestations)
        if checked.ruling is Ruling.KNOWN or is_denied(repository, checked):
            return None
        return ingest.take_in(repository, checked, sent.brought)
    finally:
        Path(path).unlink(missing_ok=True)


def _known(filename: str, sha256: str) -> PyindexFile | None:
    """A unit of the same bytes and name: without a repository another one would say no more."""
    units = PyindexFile.objects.filter(
        filename=filename,
        sha256=sha256,
        _pulp_domain=get_domain(),
        contentartifact__artifact__isnull=False,
    )
    return units.order_by("-pulp_created").first()


def _held(repository: PyindexRepository, filename: str) -> PyindexFile:
    return PyindexFile.objects.get(
        filename=filename,
        version_memberships__repository=repository,
        version_memberships__version_removed=None,
    )


def _local(source: Mapping[str, Any], filename: str) -> str:
    """The bytes as a file in the task's working directory."""
    if "url" in source:
        return _downloaded(source["url"], filename)
    # In WORKING_DIRECTORY, from where `ingest` can move it.
    with NamedTemporaryFile(dir=Path.cwd(), delete=False) as target:
        if "temporary" in source:
            _copy(PulpTemporaryFile.objects.get(pk=source["temporary"]).file, target)
        elif "artifact" in source:
            _copy(Artifact.objects.get(pk=source["artifact"]).file, target)
        else:
            for chunk in UploadChunk.objects.filter(upload=source["upload"]).order_by("offset"):
                _copy(chunk.file, target)
    return target.name


def _copy(stored: Any, target: IO[bytes]) -> None:
    with stored.open("rb") as file:
        shutil.copyfileobj(file, target, 1024 * 1024)


def _downloaded(url: str, filename: str) -> str:
    parts = urlsplit(url)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    remote = PyindexRemote(
        url=plain,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )

    async def download() -> str:
        async with Upstream(remote) as upstream:
            return (await fetch(upstream, plain, filename=filename)).path

    path: str = async_to_sync(download)()
    return path


def _discard(source: Mapping[str, Any]) -> None:
    """What was kept for this task only is not needed any more, whatever became of the file."""
    kept: Any = ()
    if "temporary" in source:
        kept = PulpTemporaryFile.objects.filter(pk=source["temporary"])
    elif "upload" in source:
        kept = Upload.objects.filter(pk=source["upload"])
    for one in kept:
        one.delete()  # not the query's delete: it would leave the stored file


#: What Pulp calls the task.
_TAKE_FILE = f"{take_file.__module__}.{take_file.__name__}"
