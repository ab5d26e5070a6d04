"""What keeps versions from being cleaned away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .held import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One reason for which a version stays."""

    #: label, promotion, distribution, checkpoint.
    kind: str
    #: The label; into what it was promoted; the distribution; when the checkpoint was made.
    name: str
    note: str
    since: datetime | None


_HOLDS = """
    WITH own AS (
        SELECT pulp_id, number FROM core_repositoryversion
        WHERE repository_id = %(repository)s AND complete),
    shown AS (
        SELECT d.name, coalesce(
            d.repository_version_id,
            p.repository_version_id,
            CASE WHEN d.repository_id IS NOT NULL AND NOT d.checkpoint THEN (
                SELECT v.pulp_id FROM own v
                WHERE EXISTS (SELECT FROM core_publication q
                              WHERE q.repository_version_id = v.pulp_id AND q.complete)
                ORDER BY v.number DESC LIMIT 1) END) AS version
        FROM core_distribution d LEFT JOIN core_publication p ON p.pulp_id = d.publication_id
        WHERE d.repository_id = %(repository)s
           OR coalesce(d.repository_version_id, p.repository_version_id)
              IN (SELECT pulp_id FROM own))
    SELECT version, kind, name, note, since FROM (
        SELECT h.repository_version_id, 1, 'label', h.label, h.note, h.held_since
        FROM pyindex_pyindexversionhold h
        UNION ALL
        SELECT p.source_version_id, 2, 'promotion', r.name || ' ' || p.number, p.note,
               p.pulp_created
        FROM pyindex_pyindexpromotion p JOIN core_repository r ON r.pulp_id = p.repository_id
        WHERE p.holds_source
        UNION ALL
        SELECT version, 3, 'distribution', name, '', NULL FROM shown
        UNION ALL
        SELECT c.repository_version_id, 4, 'checkpoint', c.pulp_id::text, '', c.pulp_created
        FROM core_publication c
        WHERE c.checkpoint AND EXISTS (
            SELECT FROM core_distribution d
            WHERE d.repository_id = %(repository)s AND d.checkpoint)
    ) AS held (version, rank, kind, name, note, since)
    WHERE version IN (SELECT pulp_id FROM own)
    ORDER BY version, rank, name
"""


def holds(repository_pk: UUID) -> dict[UUID, list[Hold]]:
    """What holds which versions of a repository; a version that nothing holds is not in it."""
    found: dict[UUID, list[Hold]] = {}
    for version, kind, name, note, since in fetch(_HOLDS, {"repository": repository_pk}):
        found.setdefault(version, []).append(Hold(kind=kind, name=name, note=note, since=since))
    return found
