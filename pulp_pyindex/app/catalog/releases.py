"""Projects and releases with what their files say of themselves, and lists of projects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.index.feeds import FeedEntry
from pulp_pyindex.index.jsonapi import ReleaseFile, ReleaseInfo

from .held import IN_VERSION, fetch, held, version_values

#: Files whose metadata is the release's: wheels say more, and alike, than what is built from.
_TELLING = {"bdist_wheel": 0, "sdist": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSummary:
    """One project of a version in numbers."""

    name: str
    status: str
    release_count: int
    file_count: int
    #: By PEP 440: the highest final release, else the highest.
    latest_release: str | None
    #: Bytes of the files whose size is known, and how many there are of which it is not.
    size: int
    files_of_unknown_size: int
    first_upload: datetime | None
    last_upload: datetime | None


def releases(version: RepositoryVersion, project: str) -> list[ReleaseInfo]:
    """Every release of a normalised project that a version offers, by version text.

    Empty for an unknown project, and for one in quarantine.
    """
    values = {**version_values(version), "project": project}
    rows = fetch(
        f"""
        SELECT f.version, f.filename, f.packagetype, f.sha256, f.hashes, f.size, f.upload_time,
               f.requires_python, f.metadata_sha256, f.core_metadata, yank.reason
        FROM pyindex_pyindexfile f {held("f.content_ptr_id")}
        LEFT JOIN LATERAL (
            SELECT y.reason FROM pyindex_pyindexyank y {held("y.content_ptr_id")}
            WHERE y.project = f.project AND y.version = f.version AND y.filename = f.filename
              AND {IN_VERSION} LIMIT 1
        ) yank ON true
        WHERE f.project = %(project)s AND {IN_VERSION}
          AND NOT EXISTS (
              SELECT FROM pyindex_pyindexprojectstatus s {held("s.content_ptr_id")}
              WHERE s.project = f.project AND s.status = 'quarantined' AND {IN_VERSION})
        ORDER BY f.version COLLATE "C", f.filename COLLATE "C"
        """,
        values,
    )
    by_version: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_version.setdefault(row[0], []).append(row)
    return [_release(text, files) for text, files in by_version.items()]


def newest_releases(
    version: RepositoryVersion, limit: int, project: str | None = None
) -> list[FeedEntry]:
    """The releases whose first file came last, newest first; of one project, or of all."""
    return _feed(version, limit, project, by="f.project, f.version")


def newest_projects(version: RepositoryVersion, limit: int) -> list[FeedEntry]:
    """The projects whose first file came last, newest first, each by its first release."""
    return _feed(version, limit, None, by="f.project")


def project_summaries(
    version: RepositoryVersion, *, name_part: str = "", limit: int, offset: int
) -> tuple[int, list[ProjectSummary]]:
    """How many projects of a version have `name_part` in their name, and a stretch of them.

    Sorted by name. Only the projects of the stretch are looked at more closely.
    """
    values = {
        **version_values(version),
        "part": f"%{_escaped(name_part)}%",
        "limit": limit,
        "offset": offset,
    }
    names = fetch(
        f"""
        SELECT project, count(*) OVER () FROM (
            SELECT DISTINCT f.project COLLATE "C" FROM pyindex_pyindexfile f
            {held("f.content_ptr_id")} WHERE {IN_VERSION} AND f.project LIKE %(part)s
        ) AS known (project)
        ORDER BY project LIMIT %(limit)s OFFSET %(offset)s
        """,
        values,
    )
    if not names:
        return (0 if not offset else _count(version, values)), []
    return names[0][1], _summaries(version, [row[0] for row in names])


def _count(version: RepositoryVersion, values: dict[str, Any]) -> int:
    rows = fetch(
        f"""
        SELECT count(DISTINCT f.project) FROM pyindex_pyindexfile f {held("f.content_ptr_id")}
        WHERE {IN_VERSION} AND f.project LIKE %(part)s
        """,
        values,
    )
    return int(rows[0][0])


def _summaries(version: RepositoryVersion, names: Sequence[str]) -> list[ProjectSummary]:
    values = {**version_values(version), "projects": list(names)}
    statuses = dict(
        fetch(
            f"""
            SELECT s.project, s.status FROM pyindex_pyindexprojectstatus s
            {held("s.content_ptr_id")} WHERE s.project = ANY(%(projects)s) AND {IN_VERSION}
            """,
            values,
        )
    )
    rows = fetch(
        f"""
        SELECT f.project COLLATE "C", array_agg(DISTINCT f.version), count(*),
               coalesce(sum(f.size), 0), count(*) FILTER (WHERE f.size IS NULL),
               min(f.upload_time), max(f.upload_time)
        FROM pyindex_pyindexfile f {held("f.content_ptr_id")}
        WHERE f.project = ANY(%(projects)s) AND {IN_VERSION} GROUP BY 1 ORDER BY 1
        """,
        values,
    )
    return [
        ProjectSummary(
            name=name,
            status=statuses.get(name, "active"),
            release_count=len(texts),
            file_count=count,
            latest_release=_latest(texts),
            size=int(size),
            files_of_unknown_size=unknown,
            first_upload=first,
            last_upload=last,
        )
        for name, texts, count, size, unknown, first, last in rows
    ]


def _latest(texts: Sequence[str]) -> str | None:
    versions = []
    for text in texts:
        try:
            versions.append(Version(text))
        except InvalidVersion:
            continue  # older than whatever PEP 440 can read
    finals = [one for one in versions if not one.is_prerelease]
    best = max(finals or versions, default=None)
    return str(best) if best is not None else max(texts, default=None)


def _release(text: str, rows: Sequence[tuple[Any, ...]]) -> ReleaseInfo:
    ordered = sorted(rows, key=lambda row: (_TELLING.get(row[2], 2), row[1]))
    metadata = next((_json(row[9]) for row in ordered if row[9] is not None), {})
    return ReleaseInfo(version=text, metadata=metadata, files=tuple(_file(row) for row in rows))


def _file(row: tuple[Any, ...]) -> ReleaseFile:
    _, filename, packagetype, sha256, hashes, size, uploaded, requires, meta, _, yanked = row
    return ReleaseFile(
        filename=filename,
        packagetype=packagetype,
        sha256=sha256,
        hashes=_json(hashes),
        size=size,
        upload_time=uploaded,
        requires_python=requires,
        metadata_sha256=meta,
        yanked=yanked,
    )


def _feed(
    version: RepositoryVersion, limit: int, project: str | None, *, by: str
) -> list[FeedEntry]:
    # A tool that publishes a wheel and a sdist together may give both the same time.
    first = 'f.upload_time, f.filename COLLATE "C"'
    rows = fetch(
        f"""
        SELECT f.project, (array_agg(f.version ORDER BY {first}))[1], min(f.upload_time),
               (array_agg(f.core_metadata ORDER BY {first})
                    FILTER (WHERE f.core_metadata IS NOT NULL))[1]
        FROM pyindex_pyindexfile f {held("f.content_ptr_id")}
        WHERE {IN_VERSION} AND f.upload_time IS NOT NULL
          AND (%(project)s::text IS NULL OR f.project = %(project)s)
          AND NOT EXISTS (
              SELECT FROM pyindex_pyindexprojectstatus s {held("s.content_ptr_id")}
              WHERE s.project = f.project AND s.status = 'quarantined' AND {IN_VERSION})
        GROUP BY {by} ORDER BY 3 DESC, 1, 2 LIMIT %(limit)s
        """,
        {**version_values(version), "project": project, "limit": limit},
    )
    return [_entry(name, text, time, _json(metadata)) for name, text, time, metadata in rows]


def _entry(name: str, text: str, time: datetime, metadata: dict[str, Any]) -> FeedEntry:
    return FeedEntry(
        project=NormalizedName(name),
        name=str(metadata.get("name") or name),
        version=text,
        time=time,
        summary=str(metadata.get("summary") or ""),
        author_email=str(metadata.get("author_email") or ""),
    )


def _json(value: Any) -> dict[str, Any]:
    """A jsonb column as a raw cursor hands it over: text, or NULL."""
    if value is None:
        return {}
    return json.loads(value) if isinstance(value, str) else dict(value)


def _escaped(part: str) -> str:
    """Text as LIKE takes it literally."""
    return part.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
