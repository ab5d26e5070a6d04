"""Files and orders that a repository, an index or the table of advisories does not take."""

from __future__ import annotations

import http.client

from pulpcore.plugin.exceptions import PulpException


class FileMismatch(PulpException):
    """Bytes that are not the promised ones: they are neither stored nor served."""

    error_code = "PYI011"
    http_status_code = http.client.BAD_GATEWAY

    def __init__(self, filename: str, what: str, promised: str, found: str) -> None:
        super().__init__()
        self.filename = filename
        self.what = what
        self.promised = promised
        self.found = found

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] {self.filename}: {self.what} is {self.found}, "
            f"promised was {self.promised}"
        )


class NotHeld(PulpException):
    """An edit speaks of what the repository's latest version does not hold."""

    error_code = "PYI012"
    http_status_code = http.client.NOT_FOUND

    def __init__(
        self, repository: str, project: str, release: str | None, filename: str | None
    ) -> None:
        super().__init__()
        self.repository = repository
        self.project = project
        self.release = release
        self.filename = filename

    def __str__(self) -> str:
        what = f"project {self.project!r}"
        if self.release is not None:
            what += f", release {self.release!r}"
        if self.filename is not None:
            what += f", file {self.filename!r}"
        return (
            f"[{self.error_code}] The version of repository {self.repository!r} that was looked at "
            f"holds no file of {what}; nothing was changed."
        )


class Gone(PulpException):
    """What a task was to work on or with was deleted before its turn came."""

    error_code = "PYI015"
    http_status_code = http.client.NOT_FOUND

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] The {self.what} of this order was deleted before the task began; "
            "nothing was changed."
        )


class CommitFailed(PulpException):
    """Uploads could not be made a version of; they are refused and can be sent again."""

    error_code = "PYI013"

    def __init__(self, repository: str, reason: str) -> None:
        super().__init__()
        self.repository = repository
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] Uploads to repository {self.repository!r} could not be taken "
            f"in: {self.reason}"
        )


class UploadRefused(PulpException):
    """A file that came by REST is not taken; nothing of it is left."""

    error_code = "PYI014"
    http_status_code = http.client.BAD_REQUEST

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__()
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return f"[{self.error_code}] {self.filename!r} is not taken: {self.reason}"


class ReliedUpon(PulpException):
    """Something that an index answers from is not deleted: others would step in for it."""

    error_code = "PYI050"
    http_status_code = http.client.CONFLICT

    def __init__(self, what: str, distribution: str) -> None:
        super().__init__()
        self.what = what
        self.distribution = distribution

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] The {self.what} is not deleted: the distribution "
            f"{self.distribution!r} answers from it, and has other indexes behind it or is a base "
            "of some. Names that it owns would pass to those. Change that distribution first."
        )


class AdvisoriesRefused(PulpException):
    """A database of advisories could not be loaded; the one that was there stays."""

    error_code = "PYI060"
    http_status_code = http.client.BAD_REQUEST

    def __init__(self, source: str, reason: str) -> None:
        super().__init__()
        self.source = source
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] Advisories of {self.source!r} were not loaded, nothing was "
            f"changed. {self.reason}"
        )


class GatesClosed(PulpException):
    """A promotion of what the repository's gates do not let in; nothing was changed.

    `lines` are some of the findings, of `total`.
    """

    error_code = "PYI061"
    http_status_code = http.client.CONFLICT

    def __init__(self, repository: str, total: int, lines: list[str]) -> None:
        super().__init__()
        self.repository = repository
        self.total = total
        self.lines = lines

    def __str__(self) -> str:
        more = self.total - len(self.lines)
        lines = [*self.lines, f"… and {more} more"] if more else self.lines
        return (
            f"[{self.error_code}] The gates of {self.repository!r} do not let this in, nothing was "
            f'changed. {self.total} findings; a promotion with "dry_run": true lists all.\n'
            + "\n".join(lines)
        )
