"""What a task or view of the plugin can fail with, as Pulp shows it to users.

PulpException
├── UpstreamError              an upstream did not give what was asked of it
│   ├── UpstreamMissing        404, 410
│   ├── UpstreamForbidden      401, 403, 407
│   ├── UpstreamFaulty         5xx, 429, timeouts, broken connections, after all retries
│   ├── UpstreamTooLarge       more bytes than are taken
│   └── UpstreamRefused        any other answer, and URLs that are never asked
├── NotAnIndex                 the remote's URL answers with something else
├── NothingFound               the upstream has none of what is wanted
├── AllProjectsFailed          no project could be read
├── MassRemoval                a mirror would lose more of its files than it may unasked
├── FileMismatch               bytes that are not the promised ones
├── NotHeld                    an edit of what the repository's latest version does not hold
├── CommitFailed               uploads that could not be made a version of
├── UploadRefused              a file that came by REST and is not taken
├── ReliedUpon                 what an index answers from, and others would step in for
├── FilesElsewhere             an export of files that are at their upstream only
├── AdvisoriesRefused          a database of advisories that could not be loaded
├── GatesClosed                a promotion of what the repository's gates do not let in
└── TreeFailed                 a tree outside of Pulp that could not be read or written

Each keeps its values, says what happened to which URL or file, and what to do next. The codes are
described in docs/reference/errors.md and never change their meaning.
"""

from __future__ import annotations

import http.client

from rest_framework.exceptions import ValidationError

from pulpcore.plugin.exceptions import PulpException

from pulp_pyindex.index.errors import InvalidWanted, PyindexError


class UpstreamError(PulpException):
    """An upstream did not give what was asked of it. `url` holds no credentials."""

    error_code = "PYI001"
    http_status_code = http.client.BAD_GATEWAY

    def __init__(
        self, url: str, reason: str, *, status: int | None = None, timeout: bool = False
    ) -> None:
        super().__init__()
        self.url = url
        self.reason = reason
        #: The HTTP status of the answer; None where there was no answer.
        self.status = status
        #: True where the upstream was too slow.
        self.timeout = timeout

    def __str__(self) -> str:
        return f"[{self.error_code}] {self.url}: {self.reason}"


class UpstreamMissing(UpstreamError):
    """The upstream does not have it: 404 or 410."""

    error_code = "PYI002"


class UpstreamForbidden(UpstreamError):
    """The upstream, or the proxy before it, wants other credentials."""

    error_code = "PYI003"


class UpstreamFaulty(UpstreamError):
    """The upstream could not answer, also not after all retries; later it may."""

    error_code = "PYI004"


class UpstreamTooLarge(UpstreamError):
    """The answer is larger than what is taken."""

    error_code = "PYI005"


class UpstreamRefused(UpstreamError):
    """An answer that makes no sense here, or a URL that is never asked."""

    error_code = "PYI006"


class NotAnIndex(PulpException):
    """The remote's URL answers with something that is not a simple index."""

    error_code = "PYI007"
    http_status_code = http.client.BAD_GATEWAY

    def __init__(self, url: str, found: str) -> None:
        super().__init__()
        self.url = url
        self.found = found

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] {self.url} is not a simple index: {self.found}. "
            "Check the remote's url: it is the list of projects itself, nothing is appended to it."
        )


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


class FilesElsewhere(PulpException):
    """Files of a version are at their upstream only, and were not to be or could not be fetched."""

    error_code = "PYI040"
    http_status_code = http.client.CONFLICT

    def __init__(self, count: int, filename: str, reason: str) -> None:
        super().__init__()
        self.count = count
        #: One of them, and why it is not here.
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"[{self.error_code}] {self.count} files are not here, nothing was exported. "
            f"{self.filename}: {self.reason}"
        )


class TreeFailed(PulpException):
    """A directory or object storage did not do what an export asked of it."""

    error_code = "PYI041"

    def __init__(self, place: str, path: str, reason: str) -> None:
        super().__init__()
        self.place = place
        #: Below the place; "" = the place itself.
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        where = f"{self.place}: {self.path}" if self.path else self.place
        return (
            f"[{self.error_code}] {where}: {self.reason}. What was written stays; the next export "
            "goes on from there."
        )


def refusal(error: PyindexError) -> ValidationError:
    """What a REST client gets for an error of the index room; nowhere else is one made of it.

    Where the error knows its field, it is found under that field.
    """
    if isinstance(error, InvalidWanted):
        return ValidationError({error.field: [str(error)]})
    return ValidationError([str(error)])
