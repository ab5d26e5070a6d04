"""What rows know of a project's files that no page tells: for rules to decide by."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from packaging.utils import NormalizedName

from pulp_pyindex.index.advisories import Affected, Severity, Span

from .held import fetch, held

#: Of the core metadata, what rules ask for: descriptions can be long.
_FIELDS = ("license_expression", "license", "classifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One file as a domain knows it, by name and digest."""

    #: When a row of it was first made in the domain.
    first_seen: datetime
    #: Some fields, as `metadata.CoreMetadata.fields` has them; None while nothing is known.
    metadata: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAdvisory:
    """One advisory that holds, and which releases of the project it is about."""

    id: str
    aliases: tuple[str, ...]
    severity: Severity
    affected: Affected


def known_files(domain_pk: UUID, project: str) -> dict[tuple[str, str], KnownFile]:
    """The files of a normalised project in a domain, by (filename, sha256)."""
    fields = ", ".join(f"'{name}', f.core_metadata -> '{name}'" for name in _FIELDS)
    rows = fetch(
        f"""
        SELECT f.filename, f.sha256, min(c.pulp_created),
               (array_agg(jsonb_strip_nulls(jsonb_build_object({fields}))::text)
                    FILTER (WHERE f.core_metadata IS NOT NULL))[1]
        FROM pyindex_pyindexfile f JOIN core_content c ON c.pulp_id = f.content_ptr_id
        WHERE f._pulp_domain_id = %(domain)s AND f.project = %(project)s
        GROUP BY 1, 2
        """,
        {"domain": domain_pk, "project": project},
    )
    return {
        (filename, sha256): KnownFile(
            first_seen=first_seen, metadata=None if metadata is None else json.loads(metadata)
        )
        for filename, sha256, first_seen, metadata in rows
    }


def provenance_documents(
    version_pks: Collection[UUID], project: str
) -> dict[tuple[str, str], list[str]]:
    """The provenance objects that some versions hold for a project, by (filename, sha256)."""
    rows = fetch(
        f"""
        SELECT p.filename, p.file_sha256, p.document
        FROM pyindex_pyindexprovenance p {held("p.content_ptr_id")}
        JOIN core_repositoryversion seen ON seen.repository_id = held.repository_id
         AND added.number <= seen.number
         AND (removed.number IS NULL OR removed.number > seen.number)
        WHERE p.project = %(project)s AND seen.pulp_id = ANY(%(versions)s)
        """,
        {"project": project, "versions": list(version_pks)},
    )
    found: dict[tuple[str, str], list[str]] = {}
    for filename, sha256, document in rows:
        found.setdefault((filename, sha256), []).append(document)
    return found


def known_advisories(domain_pk: UUID, project: str) -> list[KnownAdvisory] | None:
    """The advisories about a project that hold; None: the domain has no database of them."""
    values = {"domain": domain_pk, "project": project}
    rows = fetch(
        """
        SELECT a.identifier, a.aliases, a.severity, affected.ranges::text, affected.versions
        FROM pyindex_pyindexaffected affected
        JOIN pyindex_pyindexadvisory a ON a.pulp_id = affected.advisory_id
        WHERE affected.project = %(project)s AND a.pulp_domain_id = %(domain)s
          AND (a.withdrawn IS NULL OR a.withdrawn > now())
        ORDER BY a.identifier COLLATE "C"
        """,
        values,
    )
    if not rows and not fetch(
        """
        SELECT FROM pyindex_pyindexadvisorysource
        WHERE pulp_domain_id = %(domain)s AND loaded_at IS NOT NULL LIMIT 1
        """,
        values,
    ):
        return None
    return [
        KnownAdvisory(
            id=identifier,
            aliases=tuple(aliases),
            severity=Severity(severity),
            affected=Affected(
                project=NormalizedName(project),
                ranges=tuple(
                    Span(introduced=introduced, fixed=fixed, last_affected=last)
                    for introduced, fixed, last in msgspec.json.decode(ranges)
                ),
                versions=frozenset(versions),
            ),
        )
        for identifier, aliases, severity, ranges, versions in rows
    ]
