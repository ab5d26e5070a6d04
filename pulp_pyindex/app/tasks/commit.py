"""Take uploads into versions: one task for a burst of uploads, few versions for many files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection
from django.db.models import QuerySet

from pulp_pyindex.app.exceptions import CommitFailed
from pulp_pyindex.app.ingest import Ruling, judge
from pulp_pyindex.app.models import PyindexFile, PyindexRepository, PyindexUpload
from pulp_pyindex.app.models.notices import UPLOADED, UPLOADS_SETTLED, notify
from pulp_pyindex.app.tasks import queued, versions, writing
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.index.errors import FileExists, PyindexError, SecondSdist

#: Uploads taken into one version at most.
BATCH = 500

#: Seconds the task stays for further uploads. Starting a task takes Pulp 0.1 to 0.2 s, so a
#: client that sends file after file is served several times faster while one is there.
LINGER = 2.0

#: Seconds after which it looks for work that it was not told of.
GLANCE = 0.1

#: Versions one task makes at most: Pulp keeps a list of what each task made.
MOST_VERSIONS = 200

#: What is said of uploads that the server is to blame for; the task's error says more.
FAILED = "The server could not take the file in, by no fault of yours. Try again later."


def commit_uploads(repository_pk: str) -> dict[str, Any]:
    """Take pending uploads into versions until no more come or somebody waits for the repository.

    Returns how many uploads were taken and refused, and the numbers of the versions made.
    """
    repository = present(PyindexRepository.objects.all(), repository_pk)
    committed = refused = 0
    numbers: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {UPLOADED}")
    while len(numbers) < MOST_VERSIONS:
        repository.refresh_from_db()
        uploads = list(_pending(repository).select_related("file")[:BATCH])
        if uploads:
            number, taken = commit(repository, uploads)
            committed += taken
            refused += len(uploads) - taken
            if number is not None:
                numbers.append(number)
        elif not _more_come(repository):
            break
        if queued.waiting_for(repository).exists():
            # Uploads that never end must not keep a sync or an edit waiting for ever.
            break
    return {"committed": committed, "refused": refused, "versions": numbers}


def _pending(repository: PyindexRepository) -> QuerySet[PyindexUpload]:
    return (
        PyindexUpload.objects.filter(repository=repository, state=PyindexUpload.State.PENDING)
        .select_related("user")
        .order_by("pulp_created")
    )


def commit(
    repository: PyindexRepository, uploads: Sequence[PyindexUpload]
) -> tuple[int | None, int]:
    """Make one version of uploads and settle them; its number and how many files are in.

    The version, its publication and what is said of the uploads come in one transaction: all of it
    is there or nothing, and the disk is waited for once.
    """
    try:
        return versions.whole(lambda: _commit(repository, uploads))
    except OperationalError:
        # The database is away or has no place: the uploads stay pending, for the next task.
        raise
    except Exception as error:
        _settle(uploads, reason=FAILED)
        raise CommitFailed(repository.name, str(_first(error))) from error


def _commit(
    repository: PyindexRepository, uploads: Sequence[PyindexUpload]
) -> tuple[int | None, int]:
    with versions.change(repository) as change:
        accepted = _accept(repository, uploads, change)
        change.settle()
        version = change.commit(
            info={
                "source": "upload",
                "files": [one.filename for one in accepted[:100]],
                "users": sorted({_by(one) for one in accepted}),
            }
        )
    number = version.number if version is not None else None
    held_in = number
    if number is None:
        latest = repository.latest_version()
        held_in = latest.number if latest is not None else None
    _settle(accepted, number=held_in)
    return number, len(accepted)


def _by(upload: PyindexUpload) -> str:
    """Who brought a file; empty where that is not known."""
    return "" if upload.user is None else str(upload.user.get_username())


def _first(error: BaseException) -> BaseException:
    """What went wrong first: cleaning up in a broken transaction fails as well."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _accept(
    repository: PyindexRepository, uploads: Sequence[PyindexUpload], change: versions.Change
) -> list[PyindexUpload]:
    """Let the acceptable uploads come; the others are settled as refused at once."""
    accepted: list[PyindexUpload] = []
    coming: dict[str, PyindexUpload] = {}
    sdists: dict[tuple[str, str], str] = {}
    for upload in uploads:
        file = upload.file
        if file is None:
            _settle([upload], reason="The uploaded file is gone. Upload it again.")
            continue
        try:
            _admit(repository, upload, file, coming, sdists)
        except PyindexError as error:
            _settle([upload], reason=str(error))
            continue
        accepted.append(upload)
        coming[file.filename] = upload
        if file.packagetype == "sdist":
            sdists[file.project, file.version] = file.filename
    change.cursor.execute(
        "INSERT INTO pyindex_coming SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING",
        [[upload.file_id for upload in coming.values()]],
    )
    _bring_provenance(repository, list(coming.values()), change)
    change.forget_replaced()
    return accepted


def _admit(
    repository: PyindexRepository,
    upload: PyindexUpload,
    file: PyindexFile,
    coming: dict[str, PyindexUpload],
    sdists: dict[tuple[str, str], str],
) -> None:
    """Raise a PyindexError where an upload cannot be taken in beside those before it."""
    before = coming.get(file.filename)
    if before is not None:
        if before.sha256 != file.sha256:
            raise FileExists(file.filename, before.sha256)
        upload.file_id = before.file_id
        return
    rival = sdists.get((file.project, file.version))
    if file.packagetype == "sdist" and rival is not None:
        raise SecondSdist(file.filename, rival)
    ruling = judge(
        repository,
        project=file.project,
        release=file.version,
        filename=file.filename,
        sha256=file.sha256,
        packagetype=file.packagetype,
    )
    if ruling is Ruling.KNOWN:
        upload.file_id = _held_unit(repository, file)


def _held_unit(repository: PyindexRepository, file: PyindexFile) -> Any:
    """The unit of the same bytes that the repository holds already: it stays what it was."""
    return PyindexFile.objects.values_list("pk", flat=True).get(
        filename=file.filename,
        sha256=file.sha256,
        version_memberships__repository=repository,
        version_memberships__version_removed=None,
    )


def _bring_provenance(
    repository: PyindexRepository, uploads: Sequence[PyindexUpload], change: versions.Change
) -> None:
    batch = writing.Batch()
    for upload in uploads:
        if upload.provenance:
            row = writing.provenance_row(
                upload.project, upload.release, upload.filename, upload.sha256, upload.provenance
            )
            batch.add(writing.PROVENANCES, row)
    if len(batch):
        writing.Writer(repository.pulp_domain_id).write(batch)
        change.cursor.execute(
            f"INSERT INTO pyindex_coming SELECT content_id FROM {writing.PROVENANCES.table}"
            " ON CONFLICT DO NOTHING"
        )


def _settle(
    uploads: Sequence[PyindexUpload], *, reason: str = "", number: int | None = None
) -> None:
    """Write down what became of uploads and wake whoever waits for them."""
    if not uploads:
        return
    state = PyindexUpload.State.REFUSED if reason else PyindexUpload.State.COMMITTED
    PyindexUpload.objects.filter(pk__in=[upload.pk for upload in uploads]).update(
        state=state, reason=reason, version_number=number
    )
    notify(UPLOADS_SETTLED)


def _more_come(repository: PyindexRepository) -> bool:
    """Wait for the next upload; False when none came in time or the worker is of more use."""
    until = time.monotonic() + LINGER
    while time.monotonic() < until:
        # psycopg's own generator: Django has no notion of notices. One that came in while other
        # statements ran may be lost, so the table is looked at as well.
        for _ in connection.connection.notifies(timeout=GLANCE, stop_after=1):
            pass
        if _pending(repository).exists():
            return True
        if queued.waiting_for(repository).exists() or queued.is_in_the_way():
            return False
    return False
