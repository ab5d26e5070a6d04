"""What a page says of one file, checked; shared by the JSON and the HTML reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from pulp_pyindex.index.digests import checked
from pulp_pyindex.index.errors import InvalidDigest, InvalidFilename
from pulp_pyindex.index.filenames import check_safe
from pulp_pyindex.index.pages import File

MAX_URL = 8192

#: Ports from 60000 on are taken apart like all that is out of the ordinary.
_is_plain_url = re.compile(r"https?://[A-Za-z0-9.-]+(?::[1-5]?\d{1,4})?/[!-~]*\Z").match
#: No dots as segments, no query, no scheme: such links need not be taken apart one by one.
_RELATIVE = re.compile(
    r"(?P<up>(?:\.\./)*|/)"
    r"(?P<rest>(?:[A-Za-z0-9_%~!+-][A-Za-z0-9._%~!+-]*/)*[A-Za-z0-9_%~!+-][A-Za-z0-9._%~!+-]*)\Z"
)
#: PostgreSQL's text cannot hold NUL; nobody can read the rest.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that a page lists and that is left out, and why."""

    filename: str
    reason: str


class Unusable(ValueError):
    """Something a page says of one file that makes the file unusable. Stays in this package."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What a page says of one file, in words common to JSON and HTML, not yet checked."""

    filename: str
    url: str
    hashes: Mapping[str, str]
    requires_python: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: str | None = None
    core_metadata: Mapping[str, str] | None = None
    provenance: str | None = None


@dataclass(slots=True)
class Files:
    """The files of one page as they are read, the refused ones beside them."""

    base: str
    kept: dict[str, File] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Keep the file, or refuse it with a reason."""
        try:
            file = _checked_file(record, self.base)
        except InvalidFilename as e:
            self.refuse(record.filename, e.reason)
        except (InvalidDigest, Unusable) as e:
            self.refuse(record.filename, str(e))
        else:
            first = self.kept.setdefault(file.filename, file)
            if first is not file and first != file:
                self.refuse(file.filename, "the page lists the file twice, differently")

    def refuse(self, filename: str, reason: str) -> None:
        """Leave a file out."""
        self.refused.append(Refused(filename=clean(filename)[:255], reason=reason))


def clean(text: str) -> str:
    """Text without the signs that neither a database nor a reader could take."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def absolute_url(url: str, base: str) -> str:
    """`url`, seen from `base`, without fragment; raises Unusable unless it is http(s) and whole."""
    if len(url) > MAX_URL:
        raise Unusable(f"its link is longer than {MAX_URL} signs")
    if "#" in url:
        url = url.partition("#")[0]
    if _is_plain_url(url):
        return url
    relative = _RELATIVE.match(url)
    if relative is not None:
        url = _directory(base, relative["up"]) + relative["rest"]
        if _is_plain_url(url):
            return url
    try:
        joined = urljoin(base, url.strip().replace(" ", "%20"))
        if _is_plain_url(joined):
            return joined
        parts = urlsplit(joined)
        has_host = bool(parts.hostname)
        _ = parts.port
    except ValueError as e:
        raise Unusable(f"its link {clean(url)[:200]!r} is broken: {e}") from e
    if parts.scheme not in ("http", "https"):
        raise Unusable(
            f"its link has the scheme {parts.scheme!r}, and only http and https are read"
        )
    if not has_host or not joined.isprintable() or "\\" in joined:
        raise Unusable(f"its link {clean(url)[:200]!r} is broken")
    return joined


@lru_cache(maxsize=256)
def _directory(base: str, up: str) -> str:
    return urljoin(base, up or "./")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as e:
        raise Unusable(f"its upload-time {clean(text)[:40]!r} is not a moment") from e


def _provenance(link: str | None, base: str) -> str | None:
    # A bad link here says nothing against the file itself.
    if not link:
        return None
    try:
        return absolute_url(link, base)
    except Unusable:
        return None


def _checked_file(record: Record, base: str) -> File:
    check_safe(record.filename)
    metadata = record.core_metadata
    size = record.size
    if size is not None and not 0 <= size < 2**63:
        raise Unusable(f"its size {str(size)[:30]} is out of range")
    return File(
        filename=record.filename,
        url=absolute_url(record.url, base),
        hashes=checked(record.hashes),
        requires_python=clean(record.requires_python) if record.requires_python else None,
        size=size,
        upload_time=_moment(record.upload_time) if record.upload_time else None,
        yanked=None if record.yanked is None else clean(record.yanked),
        core_metadata=checked(metadata) if metadata else metadata,
        provenance=_provenance(record.provenance, base),
    )
