"""What each kind of gate finds, rule by rule, in what the running task lets come.

`pyindex_coming` and `pyindex_going` are settled, see `tasks.versions`: what comes is not there yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from packaging.utils import NormalizedName

from pulp_pyindex.app import catalog
from pulp_pyindex.app.models import PyindexApproval
from pulp_pyindex.index.advisories import Severity
from pulp_pyindex.index.gates import (
    Approved,
    DependenciesHere,
    Finding,
    Gate,
    Licensed,
    MinimalAge,
    NeedsProvenance,
    NotVulnerable,
    NotYanked,
)
from pulp_pyindex.index.licenses.saying import licence_said
from pulp_pyindex.index.requirements import Offered, Requiring, missing

#: Rows that are in memory at once where rows are long.
_BATCH = 2000

#: Files that come, by name.
_COMING = """
    FROM pyindex_coming JOIN pyindex_pyindexfile f ON f.content_ptr_id = pyindex_coming.content_id
"""
_ORDER = 'ORDER BY f.project COLLATE "C", f.filename COLLATE "C"'

#: All that the next version will hold.
_NEXT = """
    next AS MATERIALIZED (
        SELECT content_id FROM pyindex_coming
        UNION ALL
        SELECT held.content_id FROM core_repositorycontent held
        WHERE held.repository_id = %(repository)s AND held.version_removed_id IS NULL
          AND NOT EXISTS (SELECT FROM pyindex_going WHERE content_id = held.content_id))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is promoted, into what, and when."""

    repository: UUID
    domain: UUID
    source: UUID
    now: datetime


@singledispatch
def find(gate: Gate, situation: Situation) -> Iterator[Finding]:
    """Whatever a gate does not let in."""
    raise NotImplementedError(gate)


@find.register
def _(gate: MinimalAge, situation: Situation) -> Iterator[Finding]:
    rows = _rows(
        f"""
        SELECT f.project, f.version, f.filename, f.upload_time {_COMING}
        WHERE f.upload_time > %(until)s OR (f.upload_time IS NULL AND NOT %(unknown)s) {_ORDER}
        """,
        {"until": situation.now - gate.age, "unknown": gate.unknown_passes},
    )
    for project, release, filename, uploaded in rows:
        if not gate.concerns(project):
            continue
        if uploaded is None:
            reason = f"when it was uploaded is not known; {gate.text} are demanded"
        else:
            age = _spoken(situation.now - uploaded)
            reason = (
                f"it was uploaded {age} ago ({uploaded:%Y-%m-%dT%H:%M:%SZ}); {gate.text} are "
                "demanded"
            )
        yield _finding(gate, project, release, filename, reason)


@find.register
def _(gate: NeedsProvenance, situation: Situation) -> Iterator[Finding]:
    # A provenance speaks of one file's bytes; it comes with the file or is there already.
    rows = _rows(
        f"""
        WITH {_NEXT}
        SELECT f.project, f.version, f.filename, p.document {_COMING}
        LEFT JOIN (
            SELECT p.project, p.version, p.filename, p.file_sha256,
                   CASE WHEN %(read)s THEN p.document ELSE '' END AS document
            FROM pyindex_pyindexprovenance p JOIN next ON next.content_id = p.content_ptr_id
        ) p ON p.project = f.project AND p.version = f.version AND p.filename = f.filename
           AND p.file_sha256 = f.sha256
        {"" if gate.publishers else "WHERE p.document IS NULL"} {_ORDER}
        """,
        {"repository": situation.repository, "read": bool(gate.publishers)},
    )
    for project, release, filename, document in rows:
        reason = None
        if document is None:
            reason = "it has no provenance"
        elif gate.publishers:
            publishers = _publishers(document)
            if not any(gate.trusts(one) for one in publishers):
                told = ", ".join(json.dumps(one, sort_keys=True) for one in publishers)
                reason = f"none of the demanded publishers attests it, but {told}"
        if reason is not None and gate.concerns(project):
            yield _finding(gate, project, release, filename, reason)


@find.register
def _(gate: NotYanked, situation: Situation) -> Iterator[Finding]:
    rows = _rows(
        f"""
        WITH {_NEXT}
        SELECT f.project, f.version, f.filename, y.reason
        FROM pyindex_pyindexyank y JOIN next yanked ON yanked.content_id = y.content_ptr_id
        JOIN pyindex_pyindexfile f ON f.project = y.project AND f.filename = y.filename
        JOIN next ON next.content_id = f.content_ptr_id
        WHERE EXISTS (SELECT FROM pyindex_coming
                      WHERE content_id IN (y.content_ptr_id, f.content_ptr_id)) {_ORDER}
        """,
        {"repository": situation.repository},
    )
    for project, release, filename, why in rows:
        if gate.concerns(project):
            reason = f"it is yanked: {why}" if why else "it is yanked"
            yield _finding(gate, project, release, filename, reason)


@find.register
def _(gate: Licensed, situation: Situation) -> Iterator[Finding]:
    rows = _rows(
        f"""
        SELECT f.project, f.version, f.filename, f.core_metadata IS NULL,
               coalesce(f.core_metadata->>'license_expression', ''),
               jsonb_path_query_array(
                   f.core_metadata, '$.classifier[*] ? (@ starts with "License ::")')::text,
               left(coalesce(f.core_metadata->>'license', ''), 200)
        {_COMING} {_ORDER}
        """,
        {},
    )
    for project, release, filename, is_silent, expression, classifiers, text in rows:
        told = tuple(msgspec.json.decode(classifiers)) if classifiers else ()
        licence = licence_said(expression.strip(), told, text.strip())
        allowed = gate.allowed.allows(licence)
        if allowed or (allowed is None and gate.unknown_passes) or not gate.concerns(project):
            continue
        if allowed is False:
            which = ", ".join(gate.allowed.missing(licence))
            reason = f"its licence is not allowed: {licence.said} ({which})"
        elif is_silent:
            reason = "its metadata, hence its licence, is not known here yet"
        elif licence.said:
            reason = f"which licence is meant is not clear: {licence.said}"
        else:
            reason = "it names no licence"
        yield _finding(gate, project, release, filename, reason)


@find.register
def _(gate: NotVulnerable, situation: Situation) -> Iterator[Finding]:
    least = gate.severity if gate.unknown_passes else Severity.UNKNOWN
    for one in catalog.vulnerable_planned(situation.domain, least=least):
        if Severity.UNKNOWN < one.severity < gate.severity or not gate.concerns(one.project):
            continue
        fixed = f"; fixed in {one.fixed_in}" if one.fixed_in else ""
        summary = f" {one.summary}" if one.summary else ""
        reason = f"{one.advisory} ({one.severity.word}){summary}{fixed}"
        for filename in one.filenames:
            yield _finding(gate, one.project, one.release, filename, reason)


@find.register
def _(gate: DependenciesHere, situation: Situation) -> Iterator[Finding]:
    values = {"repository": situation.repository}
    found = missing(_requiring(values), _offered(values), gate.environments)
    for one in found:
        if not gate.concerns(one.project) or (one.requirement is None and gate.unknown_passes):
            continue
        if one.requirement is None:
            reason = one.reason
        else:
            reason = f"requires {one.requirement}: {one.reason} ({', '.join(one.environments)})"
        yield _finding(gate, one.project, one.release, one.filename, reason)


@find.register
def _(gate: Approved, situation: Situation) -> Iterator[Finding]:
    given = PyindexApproval.objects.filter(
        repository=situation.repository,
        source_version=situation.source,
        role=gate.role,
        revoked_at=None,
    )
    if not given.exists():
        reason = f"nobody who has the role {gate.role!r} approved of this version"
        yield Finding(rule=gate.rule, reason=reason)


def _offered(values: dict[str, Any]) -> Offered:
    offered = Offered()
    rows = _rows(
        f"""
        WITH {_NEXT}, yanked AS (
            SELECT y.project, y.filename FROM pyindex_pyindexyank y
            JOIN next ON next.content_id = y.content_ptr_id)
        SELECT f.project, f.version, f.filename, f.requires_python, yanked.filename IS NOT NULL
        FROM next JOIN pyindex_pyindexfile f ON f.content_ptr_id = next.content_id
        LEFT JOIN yanked ON yanked.project = f.project AND yanked.filename = f.filename
        WHERE NOT EXISTS (
            SELECT FROM pyindex_pyindexprojectstatus s
            JOIN next closed ON closed.content_id = s.content_ptr_id
            WHERE s.project = f.project AND s.status = 'quarantined')
        """,
        values,
    )
    for project, release, filename, requires_python, is_yanked in rows:
        offered.add(
            NormalizedName(project),
            release,
            filename,
            requires_python=requires_python,
            is_yanked=is_yanked,
        )
    return offered


def _requiring(values: dict[str, Any]) -> Iterator[Requiring]:
    rows = _rows(
        f"""
        WITH {_NEXT}
        SELECT f.project, f.version, f.filename, f.requires_python, f.core_metadata IS NULL,
               (f.core_metadata->'requires_dist')::text
        FROM next JOIN pyindex_pyindexfile f ON f.content_ptr_id = next.content_id
        WHERE f.packagetype = 'bdist_wheel' {_ORDER}
        """,
        values,
    )
    for project, release, filename, requires_python, is_silent, requires in rows:
        told = msgspec.json.decode(requires) if requires else ()
        yield Requiring(
            project=NormalizedName(project),
            release=release,
            filename=filename,
            requires=None if is_silent else (told,) if isinstance(told, str) else tuple(told),
            requires_python=requires_python,
        )


def _rows(sql: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows in batches: documents of 100,000 files would not fit into a task's memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


def _publishers(document: str) -> list[dict[str, Any]]:
    provenance = json.loads(document)
    return [
        {key: value for key, value in bundle["publisher"].items() if value and key != "claims"}
        for bundle in provenance["attestation_bundles"]
    ]


def _finding(gate: Gate, project: str, release: str, filename: str, reason: str) -> Finding:
    return Finding(
        rule=gate.rule, project=project, release=release, filename=filename, reason=reason
    )


def _spoken(age: timedelta) -> str:
    if age < timedelta(0):
        return "less than a minute"
    if age >= timedelta(days=2):
        return f"{age.days} days"
    minutes = int(age.total_seconds()) // 60
    return f"{minutes // 60} hours" if minutes >= 120 else f"{minutes} minutes"
