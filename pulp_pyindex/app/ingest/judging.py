"""May this upload go into the repository as it stands?"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.db import connection

from pulp_pyindex.app.models import PyindexRepository, PyindexReservedFilename
from pulp_pyindex.index.pages import Status


class Ruling(enum.Enum):
    """What becomes of an upload."""

    ADD = enum.auto()
    REPLACE = enum.auto()
    #: The repository holds the same bytes under the same name.
    KNOWN = enum.auto()
    REFUSE = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A ruling, and where it refuses the reason, as the Python Package Index words it."""

    ruling: Ruling
    reason: str = ""


_CLOSED = {
    Status.ARCHIVED: "Project {project!r} is archived: no new files are taken.",
    Status.QUARANTINED: "Project {project!r} is in quarantine: no new files are taken.",
}


def judge(
    repository: PyindexRepository,
    *,
    project: str,
    release: str,
    filename: str,
    sha256: str,
    packagetype: str,
) -> Verdict:
    """Rule on an upload by the repository's latest version and its settings.

    The same question is asked twice: when the file has arrived, for a quick answer, and by the
    task that makes the version, which alone knows what others brought meanwhile.
    """
    status, held_sha256, other_sdist = _facts(repository, project, release, filename)
    if held_sha256 == sha256:
        return Verdict(ruling=Ruling.KNOWN)
    if status is not None and Status(status) in _CLOSED:
        reason = _CLOSED[Status(status)].format(project=project)
        return Verdict(ruling=Ruling.REFUSE, reason=reason)
    if held_sha256 is not None:
        if repository.allow_overwrite:
            return Verdict(ruling=Ruling.REPLACE)
        return Verdict(ruling=Ruling.REFUSE, reason=already_exists(filename, held_sha256))
    reserved = PyindexReservedFilename.objects.filter(repository=repository, filename=filename)
    if repository.reserve_filenames and reserved.exists():
        return Verdict(
            ruling=Ruling.REFUSE,
            reason=f"This filename was previously used by a file that has since been deleted: "
            f"{filename!r}. Use a different version.",
        )
    if packagetype == "sdist" and other_sdist is not None:
        return Verdict(
            ruling=Ruling.REFUSE,
            reason=f"Only one sdist may be uploaded per release: there is {other_sdist!r}.",
        )
    return Verdict(ruling=Ruling.ADD)


def already_exists(filename: str, sha256: str) -> str:
    """The words twine's --skip-existing and others look for."""
    return f"File already exists ({filename!r}, with sha256 hash {sha256!r})."


def _facts(
    repository: PyindexRepository, project: str, release: str, filename: str
) -> tuple[str | None, str | None, str | None]:
    """Of the latest version: the project's status, the file's sha256, another sdist's name."""
    held = """
        JOIN core_repositorycontent held ON held.content_id = unit.content_ptr_id
         AND held.repository_id = %(repository)s AND held.version_removed_id IS NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT
              (SELECT unit.status FROM pyindex_pyindexprojectstatus unit {held}
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
        status, held_sha256, other_sdist = cursor.fetchone()
    return status, held_sha256, other_sdist
