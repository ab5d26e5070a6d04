"""What a sync did, as its task's result tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

#: So many of a list are shown; `…_count` says how many there are.
SHOWN = 1000


@dataclass(slots=True)
class Listed:
    """A list of which the first entries are kept and the others counted."""

    entries: list[dict[str, str]] = field(default_factory=list)
    count: int = 0

    def add(self, **entry: str) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.entries.append(entry)


@dataclass(slots=True)
class Report:
    """Filled while a sync goes on."""

    #: How many projects upstream lists; None where the list was not read to its end.
    listed: int | None = None
    #: How many entries of upstream's list are no names of projects.
    nameless: int = 0
    wanted: int = 0
    asked: int = 0
    unchanged: int = 0
    changed: int = 0
    files_added: int = 0
    files_removed: int = 0
    files_downloaded: int = 0
    failed_projects: Listed = field(default_factory=Listed)
    refused_files: Listed = field(default_factory=Listed)
    failed_files: Listed = field(default_factory=Listed)
    failed_provenance: Listed = field(default_factory=Listed)
    missing: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def result(self, repository_version: str | None) -> dict[str, Any]:
        """The task's result."""
        shown: dict[str, Any] = {}
        for name in ("failed_projects", "refused_files", "failed_files", "failed_provenance"):
            entries: Listed = getattr(self, name)
            shown[name] = entries.entries
            shown[f"{name}_count"] = entries.count
        return {
            "repository_version": repository_version,
            "projects": {
                "listed": self.listed,
                "nameless": self.nameless,
                "wanted": self.wanted,
                "asked": self.asked,
                "unchanged": self.unchanged,
                "changed": self.changed,
                "failed": self.failed_projects.count,
                "missing": len(self.missing),
            },
            "files": {
                "added": self.files_added,
                "removed": self.files_removed,
                "downloaded": self.files_downloaded,
            },
            **shown,
            "missing": self.missing[:SHOWN],
            "left_out": dict(sorted(self.left_out.items())),
        }
