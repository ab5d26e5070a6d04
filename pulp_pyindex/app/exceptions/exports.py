"""Exports that could not be made."""

from __future__ import annotations

import http.client

from pulpcore.plugin.exceptions import PulpException


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
