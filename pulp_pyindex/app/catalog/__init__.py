"""Repository versions and publications as pages: the only query for pages."""

from .advisories import Vulnerable, vulnerable_planned, vulnerable_releases
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
from .pages import (
    project_names,
    project_page,
    project_pages,
    project_serials,
    root_entries,
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
    "Vulnerable",
    "vulnerable_planned",
    "vulnerable_releases",
    "HeldFile",
    "HeldProvenance",
    "RemoteFile",
    "held_files",
    "held_provenances",
    "missing_files",
    "published_pages",
    "published_projects",
    "planned_totals",
    "planned_differences",
    "differing_projects",
    "differences",
    "Totals",
    "ProjectDifference",
    "FoundFile",
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
    "version_serial",
]
