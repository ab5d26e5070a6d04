"""Syncs that change nothing, because what they would make of a repository is not what is wanted."""

from __future__ import annotations

import http.client

from pulpcore.plugin.exceptions import PulpException


class NothingFound(PulpException):
    """The upstream has none of the projects the remote includes."""

    error_code = "PYI008"

    def __init__(self, url: str, projects: list[str]) -> None:
        super().__init__()
        self.url = url
        self.projects = projects

    def __str__(self) -> str:
        shown = ", ".join(self.projects[:10])
        more = f" and {len(self.projects) - 10} more" if len(self.projects) > 10 else ""
        return (
            f"[{self.error_code}] {self.url} has none of the projects the remote includes: "
            f"{shown}{more}. Check the remote's url and its includes."
        )


class AllProjectsFailed(PulpException):
    """No project could be read, hence nothing was changed."""

    error_code = "PYI009"
    http_status_code = http.client.BAD_GATEWAY

    def __init__(self, url: str, failed: int, project: str, reason: str) -> None:
        super().__init__()
        self.url = url
        self.failed = failed
        self.project = project
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] {self.url}: none of the {self.failed} projects asked for could "
            f"be read, nothing was changed. {self.project}: {self.reason}"
        )


class MassRemoval(PulpException):
    """A mirror would lose more of its files than it may without being asked for it."""

    error_code = "PYI010"
    http_status_code = http.client.CONFLICT

    def __init__(self, url: str, removed: int, present: int, limit: float) -> None:
        super().__init__()
        self.url = url
        self.removed = removed
        self.present = present
        self.limit = limit

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] Mirroring {self.url} would remove {self.removed} of "
            f"{self.present} files, more than PYINDEX_MASS_REMOVAL_LIMIT ({self.limit:.0%}) "
            'allows; nothing was changed. If this is meant, sync with "allow_mass_removal": true.'
        )
