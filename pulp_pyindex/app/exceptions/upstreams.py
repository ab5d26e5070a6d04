"""Upstreams that do not give what was asked of them."""

from __future__ import annotations

import http.client

from pulpcore.plugin.exceptions import PulpException


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
