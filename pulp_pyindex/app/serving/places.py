"""From the path of a request to an index and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

#: What Pulp calls the domain where there are no domains.
DEFAULT_DOMAIN = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A path: its domain, and its decoded segments below the prefix.

    The last segment is "" where the path ends in a slash.
    """

    domain: str
    segments: tuple[str, ...]


def locate(raw_path: str, prefixes: tuple[str, ...], *, domains: bool) -> Place | None:
    """The place a raw path (with or without query) names below one of the prefixes.

    None for any other path, and for one that nothing can be found at: not UTF-8, a NUL, an
    escaped slash, a dot segment.
    """
    path = raw_path.partition("?")[0]
    for prefix in prefixes:
        if path.startswith(prefix):
            path = path[len(prefix) :]
            break
    else:
        return None
    try:
        segments = tuple(unquote(part, errors="strict") for part in path.split("/"))
    except UnicodeDecodeError:
        return None
    if any("/" in part or "\0" in part or part in (".", "..") for part in segments):
        return None
    if not domains:
        return Place(domain=DEFAULT_DOMAIN, segments=segments)
    return Place(domain=segments[0], segments=segments[1:])


def relative(target: str, raw_path: str) -> str:
    """A Location from the requested path to `target`, which is relative to it; the query stays.

    Relative, so that it holds behind any proxy, whatever path that one serves under.
    """
    _, mark, query = raw_path.partition("?")
    return f"{target}{mark}{query}"


def quoted(segment: str) -> str:
    """A path segment as a link needs it; a colon must not make it look like a scheme."""
    return quote(segment, safe="")


def index_path(prefix: str, domain: str, base_path: str, *, domains: bool) -> str:
    """The path of an index below a prefix of the content app, quoted, with slashes at both ends."""
    below = f"{domain}/{base_path}" if domains else base_path
    return f"{prefix}{quote(below, safe='/+:')}/"
