"""The types of units a sync writes: their columns and what makes two of them the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectStatus,
    PyindexProvenance,
    PyindexYank,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of unit: how its rows go from a temporary table into its own."""

    model: Any
    table: str
    #: Column → SQL type, as in the rows that are copied.
    columns: dict[str, str]
    #: What makes two rows the same unit, beside the domain.
    key: tuple[str, ...]
    #: Columns that are carried along and belong to other tables.
    carried: tuple[str, ...] = ()

    @property
    def own(self) -> str:
        return ", ".join(name for name in self.columns if name not in self.carried)

    @property
    def same(self) -> str:
        return " AND ".join(f"unit.{name} = fresh.{name}" for name in self.key)


FILES = Kind(
    model=PyindexFile,
    table="pyindex_fresh_file",
    columns={
        "project": "text",
        "version": "text",
        "filename": "text",
        "sha256": "text",
        "packagetype": "text",
        "hashes": "jsonb",
        "requires_python": "text",
        "size": "bigint",
        "upload_time": "timestamptz",
        "metadata_sha256": "text",
        "facts_sha256": "text",
        "url": "text",
    },
    key=("filename", "sha256", "facts_sha256"),
    carried=("url",),
)
YANKS = Kind(
    model=PyindexYank,
    table="pyindex_fresh_yank",
    columns={"project": "text", "version": "text", "filename": "text", "reason": "text"},
    key=("project", "version", "filename", "reason"),
)
STATUSES = Kind(
    model=PyindexProjectStatus,
    table="pyindex_fresh_status",
    columns={"project": "text", "status": "text", "reason": "text"},
    key=("project", "status", "reason"),
)
PROVENANCES = Kind(
    model=PyindexProvenance,
    table="pyindex_fresh_provenance",
    columns={
        "project": "text",
        "version": "text",
        "filename": "text",
        "file_sha256": "text",
        "sha256": "text",
        "document": "text",
    },
    key=("filename", "file_sha256", "sha256"),
)
#: In the order in which they are written, by every task.
KINDS = (FILES, YANKS, STATUSES, PROVENANCES)
