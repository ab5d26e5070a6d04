"""New units of bytes that are here already get what was learnt of them."""

from __future__ import annotations

from typing import Any

from pulp_pyindex.app.models.keys import new_keys
from pulp_pyindex.index.paths import METADATA_SUFFIX

# The twin is a unit of the same bytes that has been read, best one whose METADATA is here too.
_FIND = f"""
    CREATE TEMP TABLE pyindex_inherited ON COMMIT DROP AS
    SELECT fresh.content_id, artifact.size, twin.core_metadata,
           twin.metadata_sha256, twin.metadata_artifact
    FROM {{table}} fresh
    JOIN core_contentartifact own ON own.content_id = fresh.content_id
     AND own.relative_path = fresh.filename
    JOIN core_artifact artifact ON artifact.pulp_id = own.artifact_id
    LEFT JOIN LATERAL (
        SELECT other.core_metadata, stored.sha256 AS metadata_sha256,
               stored.pulp_id AS metadata_artifact
        FROM pyindex_pyindexfile other
        LEFT JOIN core_contentartifact beside
          ON beside.content_id = other.content_ptr_id
         AND beside.relative_path = other.filename || '{METADATA_SUFFIX}'
        LEFT JOIN core_artifact stored ON stored.pulp_id = beside.artifact_id
        WHERE other.sha256 = fresh.sha256 AND other.core_metadata IS NOT NULL
          AND other._pulp_domain_id = artifact.pulp_domain_id
        ORDER BY stored.pulp_id NULLS LAST LIMIT 1
    ) twin ON true
    WHERE NOT fresh.known
"""
_FILL = """
    UPDATE pyindex_pyindexfile unit
    SET size = COALESCE(unit.size, old.size),
        core_metadata = COALESCE(unit.core_metadata, old.core_metadata),
        metadata_sha256 = COALESCE(NULLIF(unit.metadata_sha256, ''),
                                   old.metadata_sha256, unit.metadata_sha256)
    FROM pyindex_inherited old WHERE unit.content_ptr_id = old.content_id
"""
_ADD = f"""
    INSERT INTO core_contentartifact
        (pulp_id, pulp_created, pulp_last_updated, relative_path, artifact_id, content_id)
    SELECT {{keys}}, now(), now(), unit.filename || '{METADATA_SUFFIX}',
           old.metadata_artifact, unit.content_ptr_id
    FROM pyindex_inherited old
    JOIN pyindex_pyindexfile unit ON unit.content_ptr_id = old.content_id
     AND unit.metadata_sha256 = old.metadata_sha256
    ORDER BY unit.filename
    ON CONFLICT (content_id, relative_path) DO NOTHING
"""


def inherit(cursor: Any, table: str) -> None:
    """Let new units whose artifact is here already have what was learnt of it.

    `table` holds `content_id`, `sha256` and `known` of units as a bulk writer just made them.
    """
    cursor.execute(_FIND.format(table=table))
    if cursor.rowcount:
        cursor.execute(_FILL)
        cursor.execute(_ADD.format(keys=new_keys("unit.filename")))
    cursor.execute("DROP TABLE pyindex_inherited")
