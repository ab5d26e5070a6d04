"""What gives way to what comes, in SQL from and into the tables of `versions`."""

from __future__ import annotations

from typing import Any

from pulp_pyindex.app.models import PyindexYank

#: Lets go what `{table}` says of bytes that give way to others, but for the ids that `{kept}`
#: selects. The order is forced as in `superseded`.
FORGET = """
    INSERT INTO pyindex_going
    SELECT held.content_id FROM pyindex_coming
    JOIN pyindex_pyindexfile new ON new.content_ptr_id = pyindex_coming.content_id
    JOIN LATERAL (
        SELECT said.content_ptr_id AS id FROM {table} said
        WHERE said._pulp_domain_id = new._pulp_domain_id AND said.project = new.project
          AND said.filename = new.filename OFFSET 0
    ) said ON true
    JOIN LATERAL (
        SELECT content_id FROM core_repositorycontent
        WHERE content_id = said.id AND repository_id = %(repository)s
          AND version_removed_id IS NULL OFFSET 0
    ) held ON true
    WHERE held.content_id NOT IN ({kept}) AND NOT EXISTS (
        SELECT FROM pyindex_pyindexfile same
        JOIN core_repositorycontent here ON here.content_id = same.content_ptr_id
        WHERE same._pulp_domain_id = new._pulp_domain_id AND same.filename = new.filename
          AND same.sha256 = new.sha256
          AND here.repository_id = %(repository)s AND here.version_removed_id IS NULL)
    ON CONFLICT DO NOTHING
"""


def superseded(model: Any) -> str:
    """Let go the units of `model` that are there under the repository key of one that comes."""
    table = model._meta.db_table
    # The project adds nothing to a yank's key, it lets the unique index be used.
    keys = ("project", "filename") if model is PyindexYank else model.repo_key_fields
    same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
    # The order is forced: what is known of a new repository's size is nothing, and PostgreSQL would
    # begin with all it holds.
    return f"""
        INSERT INTO pyindex_going
        SELECT held.content_id FROM pyindex_coming
        JOIN {table} new ON new.content_ptr_id = pyindex_coming.content_id
        JOIN LATERAL (
            SELECT old.content_ptr_id AS id FROM {table} old
            WHERE old._pulp_domain_id = new._pulp_domain_id AND {same}
              AND old.content_ptr_id <> new.content_ptr_id OFFSET 0
        ) old ON true
        JOIN LATERAL (
            SELECT content_id FROM core_repositorycontent
            WHERE content_id = old.id AND repository_id = %(repository)s
              AND version_removed_id IS NULL OFFSET 0
        ) held ON true
        ON CONFLICT DO NOTHING
    """
