"""What an upstream says of files that have passed, as units that a repository can hold.

The pages that are known say it; for provenance the upstream is asked, as by a sync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import connection

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import CachedPage
from pulp_pyindex.app.exceptions import UpstreamError
from pulp_pyindex.app.models import PyindexRemote, PyindexRepository
from pulp_pyindex.app.tasks.attesting import Attested, Known, attest, offered
from pulp_pyindex.app.tasks.rows import add_files, add_provenance, add_status
from pulp_pyindex.app.tasks.writing import FILES, KINDS, Batch, Writer, unhurried
from pulp_pyindex.app.upstream import PROMPT, Upstream
from pulp_pyindex.index.choosing import Kept
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.pages import File

#: Projects whose pages are in memory at once.
_STEP = 50

_KNOWN = """
    SELECT said.filename, said.file_sha256, said.content_ptr_id
    FROM pyindex_pyindexprovenance said
    JOIN core_repositorycontent held ON held.content_id = said.content_ptr_id
     AND held.repository_id = %s AND held.version_removed_id IS NULL
    WHERE said.project = ANY(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A file that has passed through an index and waits for the index's repository."""

    #: Of its row in the cache.
    pk: int
    unit: UUID
    project: str
    filename: str
    sha256: str
    remote_pk: UUID | None
    #: Whether the repository has the unit: then it waits because upstream says something new.
    is_held: bool
    #: Whether the repository had it and let it go.
    has_gone: bool


@dataclass(slots=True)
class Heard:
    """What one upstream says of some files."""

    remote: PyindexRemote
    #: All that is said: of files, yanks, provenance, projects.
    units: list[UUID] = field(default_factory=list)
    #: (filename, sha256) → the file's unit as it is said to be now.
    files: dict[tuple[str, str], UUID] = field(default_factory=dict)
    #: Which pages said so: project → sha256.
    pages: dict[str, str] = field(default_factory=dict)
    #: The projects themselves of which it has the word.
    projects: list[str] = field(default_factory=list)
    #: (project, filename, reason)
    failed_provenance: list[tuple[str, str, str]] = field(default_factory=list)
    #: Files that are to be asked about again.
    postponed: set[str] = field(default_factory=set)


def hear(
    repository: PyindexRepository,
    remote: PyindexRemote,
    passed: Sequence[Passed],
    spoken_of: Set[str],
) -> Heard:
    """What `remote` says of files, no two of one name; written, in no version yet.

    Files that its pages do not have are no part of it. Of the projects `spoken_of` another remote
    has the word: what this one says of them as a whole is left out.
    """
    heard = Heard(remote)
    writer = Writer(repository.pulp_domain_id, remote)
    by_project: dict[str, list[Passed]] = {}
    for one in passed:
        by_project.setdefault(one.project, []).append(one)
    projects = sorted(by_project)
    # What is lost with the database's host is found anew: its files still wait.
    with unhurried():
        for start in range(0, len(projects), _STEP):
            some = {name: by_project[name] for name in projects[start : start + _STEP]}
            _hear_some(heard, repository, writer, some, spoken_of)
    return heard


def _hear_some(
    heard: Heard,
    repository: PyindexRepository,
    writer: Writer,
    some: Mapping[str, list[Passed]],
    spoken_of: Set[str],
) -> None:
    batch = Batch()
    kept: list[Kept] = []
    for project, page in catalog.cached_pages(heard.remote.pk, list(some)).items():
        if page.page is None or page.url != heard.remote.url:
            continue
        heard.pages[project] = page.sha256
        if project not in spoken_of:
            heard.projects.append(project)
            add_status(batch, project, page.page.status)
        kept.extend(_chosen(page, some[project]))
    sha256 = {one.file.filename: one.file.hashes["sha256"] for one in kept}
    add_files(batch, kept, sha256)
    if heard.remote.provenance and offered(kept, sha256):
        attested = _attested(heard.remote, kept, sha256, _known(repository, list(some)))
        add_provenance(batch, sha256, attested)
        heard.units.extend(attested.reused)
        heard.postponed.update(attested.postponed)
        owners = {one.file.filename: one.parsed.project for one in kept}
        heard.failed_provenance.extend(
            (owners[filename], filename, reason) for filename, reason in attested.failed
        )
    if len(batch):
        writer.write(batch)
        _note_written(heard, batch)


def _chosen(page: CachedPage, passed: Sequence[Passed]) -> list[Kept]:
    """Of the files that passed those that are the page's, byte for byte."""
    assert page.page is not None
    links: dict[str, File] = {file.filename: file for file in page.page.files}
    kept = []
    for one in passed:
        file = links.get(one.filename)
        if file is None:
            continue
        told = file.hashes.get("sha256") or page.digests.get(file.url)
        # What a page does not tell may be learnt a moment after the file has passed.
        if told != one.sha256 and (told is not None or one.is_held):
            continue
        try:
            parsed = parse(file.filename, page.page.name)
        except InvalidFilename:
            continue
        hashes = {**file.hashes, "sha256": one.sha256}
        kept.append(Kept(file=replace(file, hashes=hashes), parsed=parsed))
    return kept


def _attested(
    remote: PyindexRemote, kept: Sequence[Kept], sha256: Mapping[str, str], known: Known
) -> Attested:
    async def ask() -> Attested:
        async with Upstream(remote, pace=PROMPT) as upstream:
            return await attest(upstream, kept, sha256, known)

    try:
        found: Attested = async_to_sync(ask)()
    except (UpstreamError, OSError, ValueError) as error:
        # The remote was given an address or TLS settings that cannot be used.
        reason = f"the remote {remote.name!r}: {error}"
        return Attested(failed=[(one.file.filename, reason) for one in offered(kept, sha256)])
    return found


def _known(repository: PyindexRepository, projects: list[str]) -> Known:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [repository.pk, projects])
        return {(filename, sha256): unit for filename, sha256, unit in cursor.fetchall()}


def _note_written(heard: Heard, batch: Batch) -> None:
    with connection.cursor() as cursor:
        for kind in KINDS:
            if batch.rows[kind.table]:
                cursor.execute(f"SELECT content_id FROM {kind.table}")
                heard.units.extend(row[0] for row in cursor.fetchall())
        if batch.rows[FILES.table]:
            cursor.execute(f"SELECT filename, sha256, content_id FROM {FILES.table}")
            heard.files.update(((name, digest), unit) for name, digest, unit in cursor.fetchall())
