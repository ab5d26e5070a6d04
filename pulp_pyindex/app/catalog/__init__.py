"""Repository versions and publications as pages: the only query for pages."""

from .advisories import Vulnerable, vulnerable_planned, vulnerable_releases
from .cache import CacheTotals, Victim, cache_totals, still_free, victims
from .cached import (
    CachedPage,
    KeptFile,
    LearntFile,
    cached_pages,
    encode_page,
    kept_file,
    known_metadata,
    learnt_files,
)
from .differences import (
    ProjectDifference,
    Totals,
    differences,
    differing_projects,
    planned_differences,
    planned_totals,
)
from .exported import (
    HeldFile,
    HeldProvenance,
    RemoteFile,
    held_files,
    held_provenances,
    missing_files,
    published_pages,
    published_projects,
)
from .files import FoundFile, find_file, find_provenance
from .holds import Hold, holds
from .origins import Origin, origin
from .pages import (
    project_names,
    project_page,
    project_pages,
    project_serials,
    root_entries,
    version_order,
    version_serial,
)
from .published import StoredPage, changed_projects, published_page, published_serials
from .releases import (
    ProjectSummary,
    newest_projects,
    newest_releases,
    project_summaries,
    releases,
)

__all__ = [
    "Origin",
    "origin",
    "Hold",
    "holds",
    "CacheTotals",
    "Victim",
    "cache_totals",
    "still_free",
    "victims",
    "Vulnerable",
    "vulnerable_planned",
    "vulnerable_releases",
    "CachedPage",
    "KeptFile",
    "LearntFile",
    "cached_pages",
    "encode_page",
    "kept_file",
    "known_metadata",
    "learnt_files",
    "planned_totals",
    "planned_differences",
    "differing_projects",
    "differences",
    "Totals",
    "ProjectDifference",
    "FoundFile",
    "HeldFile",
    "HeldProvenance",
    "RemoteFile",
    "held_files",
    "held_provenances",
    "missing_files",
    "published_pages",
    "published_projects",
    "ProjectSummary",
    "StoredPage",
    "changed_projects",
    "find_file",
    "find_provenance",
    "newest_projects",
    "newest_releases",
    "project_names",
    "project_page",
    "project_pages",
    "project_serials",
    "project_summaries",
    "published_page",
    "published_serials",
    "releases",
    "root_entries",
    "version_order",
    "version_serial",
]
