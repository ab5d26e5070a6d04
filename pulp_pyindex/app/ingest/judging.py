"""May this upload go into the repository as it stands?"""

from __future__ import annotations

import enum

from django.db import connection

from pulp_pyindex.app.models import PyindexRepository, PyindexReservedFilename
from pulp_pyindex.index.errors import FileExists, FilenameReserved, ProjectClosed, SecondSdist
from pulp_pyindex.index.pages import Status


class Ruling(enum.Enum):
    """What becomes of an upload that is not refused."""

    ADD = enum.auto()
    REPLACE = enum.auto()
    #: The repository holds the same bytes under the same name.
    KNOWN = enum.auto()


def judge(
    repository: PyindexRepository,
    *,
    project: str,
    release: str,
    filename: str,
    sha256: str,
    packagetype: str,
) -> Ruling:
    """Rule on an upload by the repository's latest version and its settings.

    The same question is asked twice: when the file has arrived, for a quick answer, and by the
    task that makes the version, which alone knows what others brought meanwhile. Raises
    ProjectClosed, FileExists, FilenameReserved, SecondSdist.
    """
    status, because, held_sha256, other_sdist = _facts(repository, project, release, filename)
    if held_sha256 == sha256:
        return Ruling.KNOWN
    if status in (Status.ARCHIVED, Status.QUARANTINED):
        raise ProjectClosed(project, str(status), because or "")
    if held_sha256 is not None:
        if repository.allow_overwrite:
            return Ruling.REPLACE
        raise FileExists(filename, held_sha256)
    reserved = PyindexReservedFilename.objects.filter(repository=repository, filename=filename)
    if repository.reserve_filenames and reserved.exists():
        raise FilenameReserved(filename)
    if packagetype == "sdist" and other_sdist is not None:
        raise SecondSdist(filename, other_sdist)
    return Ruling.ADD


def _facts(
    repository: PyindexRepository, project: str, release: str, filename: str
) -> tuple[str | None, str | None, str | None, str | None]:
    """Of the latest version: the project's status and why, the file's sha256, another sdist."""
    # What a large version takes in is there before the version is, also of one whose task was
    # killed: only complete versions count.
    complete = "SELECT FROM core_repositoryversion WHERE complete AND pulp_id ="
    # Each unit is looked up by index: of a repository that is younger than its statistics
    # PostgreSQL thinks that nothing is there, and walks all of it.
    held = f"""
        JOIN LATERAL (
            SELECT version_added_id, version_removed_id FROM core_repositorycontent
            WHERE content_id = unit.content_ptr_id AND repository_id = (SELECT %(repository)s::uuid)
            OFFSET 0) held
          ON EXISTS ({complete} held.version_added_id)
         AND (held.version_removed_id IS NULL OR NOT EXISTS ({complete} held.version_removed_id))
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT
              (SELECT unit.status FROM pyindex_pyindexprojectstatus unit {held}
               WHERE unit.project = %(project)s LIMIT 1),
              (SELECT unit.reason FROM pyindex_pyindexprojectstatus unit {held}
               WHERE unit.project = %(project)s LIMIT 1),
              (SELECT unit.sha256 FROM pyindex_pyindexfile unit {held}
               WHERE unit._pulp_domain_id = %(domain)s AND unit.filename = %(filename)s LIMIT 1),
              (SELECT unit.filename FROM pyindex_pyindexfile unit {held}
               WHERE unit.project = %(project)s AND unit.version = %(release)s
                 AND unit.packagetype = 'sdist' AND unit.filename <> %(filename)s LIMIT 1)
            """,
            {
                "repository": repository.pk,
                "domain": repository.pulp_domain_id,
                "project": project,
                "release": release,
                "filename": filename,
            },
        )
        status, because, held_sha256, other_sdist = cursor.fetchone()
    return status, because, held_sha256, other_sdist
