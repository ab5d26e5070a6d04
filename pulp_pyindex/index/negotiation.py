"""Which of its forms a page is answered in (PEP 691, RFC 9110)."""

from __future__ import annotations

import enum
from functools import lru_cache

from werkzeug.http import parse_accept_header


class Kind(enum.Enum):
    """The forms of a page. HTML and HTML_V1 are the same bytes under two names."""

    JSON = "json"
    HTML = "html"
    HTML_V1 = "html_v1"

    @property
    def content_type(self) -> str:
        """The header to answer with: always the concrete version, never `latest`."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    Kind.JSON: "application/vnd.pypi.simple.v1+json",
    Kind.HTML: "text/html; charset=utf-8",
    Kind.HTML_V1: "application/vnd.pypi.simple.v1+html",
}
_KINDS = {
    "application/vnd.pypi.simple.v1+json": Kind.JSON,
    "application/vnd.pypi.simple.latest+json": Kind.JSON,
    "application/vnd.pypi.simple.v1+html": Kind.HTML_V1,
    "application/vnd.pypi.simple.latest+html": Kind.HTML_V1,
    "text/html": Kind.HTML,
}
#: Between equals the most telling form wins …
_PREFERENCE = {Kind.JSON: 3, Kind.HTML_V1: 2, Kind.HTML: 1}


@lru_cache(maxsize=1024)
def choose_kind(
    accept: str | None,
    format: str | None = None,  # noqa: A002 (what the query calls it)
) -> Kind | None:
    """The form to answer in, or None for 406.

    `format` is the query parameter: it beats the header, and must be one of the exact types.
    No header and `*/*` mean HTML: whoever knows of JSON asks for it.
    """
    if format is not None:
        return _KINDS.get(format)
    if accept is None or not accept.strip():
        return Kind.HTML
    # (specificity, quality) of each form; the most specific range decides (RFC 9110, 12.5.1).
    found: dict[Kind, tuple[int, float]] = {}
    for media_range, quality in parse_accept_header(accept):
        media_range = media_range.lower()
        for media_type, kind in _KINDS.items():
            if media_range == media_type:
                specificity = 2
            elif media_range == media_type.partition("/")[0] + "/*":
                specificity = 1
            elif media_range == "*/*":
                specificity = 0
            else:
                continue
            found[kind] = max(found.get(kind, (0, 0.0)), (specificity, quality))
    if not found:
        return None
    kind = max(found, key=lambda kind: _rank(kind, *found[kind]))
    return kind if found[kind][1] > 0 else None


def _rank(kind: Kind, specificity: int, quality: float) -> tuple[float, int, int]:
    # … but `*/*` is said by those who do not know of the other forms.
    preference = -_PREFERENCE[kind] if specificity == 0 else _PREFERENCE[kind]
    return quality, specificity, preference


@lru_cache(maxsize=1024)
def choose_encoding(accept_encoding: str | None) -> str | None:
    """`gzip` if the client takes it at least as gladly as the plain body, else None."""
    if accept_encoding is None:
        return None
    qualities = {name.lower(): quality for name, quality in parse_accept_header(accept_encoding)}
    anything = qualities.get("*")
    gzip = qualities.get("gzip", qualities.get("x-gzip", anything))
    if not gzip:
        return None
    # Not named, the plain body is always fine, yet less wished for than what is named.
    identity = qualities.get("identity", 0.0)
    return "gzip" if gzip >= identity else None
