"""Pages as bytes: the one writer of simple index JSON and HTML.

A page is a head and a tail. The head holds what is told of the moment (serial, API version), the
tail all the rest, so that equal projects have equal tails, whatever their serials, and a tail is
rendered and compressed once. Same values, same bytes: everything is in a fixed order and nothing
looks at a clock.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

import msgspec

from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import API_VERSION, File, ProjectEntry, ProjectPage

#: What a client must be told where sizes are not known: `size` is mandatory from 1.1 on (PEP 700).
API_VERSION_WITHOUT_SIZES = "1.0"

#: Stands for the index's absolute URL, which a tail does not know. PEP 740 wants provenance links
#: fully qualified.
ORIGIN = "{ORIGIN}"

# With what surrounds them in each form; a quote inside a value is always escaped, so that nothing
# an upstream says can be taken for the placeholder.
_JSON_ORIGIN = b'"provenance":"' + ORIGIN.encode()
_HTML_ORIGIN = b' data-provenance="' + ORIGIN.encode()

# Best first.
_FRAGMENT_HASHES = ("sha256", "sha512", "sha384", "sha224", "sha1", "md5")
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_STORED_BLOCK_LIMIT = 0xFFFF

_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """One form of a page, ready to be sent. The ETags are strong and come with their quotes."""

    kind: Kind
    body: bytes
    gzip: bytes
    etag: str
    gzip_etag: str


def page_api_version(page: ProjectPage) -> str:
    """The API version that may honestly be declared for a page."""
    if all(file.size is not None for file in page.files):
        return API_VERSION
    return API_VERSION_WITHOUT_SIZES


def head(kind: Kind, serial: int | None, api_version: str = API_VERSION) -> bytes:
    """The beginning of a page or of the list of projects."""
    if kind is Kind.JSON:
        meta: dict[str, str | int] = {"api-version": api_version}
        if serial is not None:
            meta["_last-serial"] = serial
        return b'{"meta":' + _encoder.encode(meta) + b","
    text = (
        "<!DOCTYPE html>\n<html>\n<head>\n"
        f'<meta name="pypi:repository-version" content="{escape(api_version)}">\n'
    )
    if serial is not None:
        text += f"<!--SERIAL {serial}-->\n"
    return text.encode()


def project_tail(kind: Kind, page: ProjectPage) -> bytes:
    """A project's page but for its head. The order of files and versions is the page's."""
    if kind is Kind.JSON:
        status = {"status": page.status.status.value}
        if page.status.reason:
            status["reason"] = page.status.reason
        document = {
            "files": [_json_file(file) for file in page.files],
            "name": page.name,
            "project-status": status,
            "versions": page.versions,
        }
        return _encoder.encode(document)[1:]
    status_text = escape(page.status.status.value)
    lines = [f'<meta name="pypi:project-status" content="{status_text}">\n']
    if page.status.reason:
        reason = escape(page.status.reason)
        lines.append(f'<meta name="pypi:project-status-reason" content="{reason}">\n')
    title = f"Links for {escape(page.name)}"
    lines.append(f"<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n")
    lines.extend(_html_file(file) for file in page.files)
    lines.append("</body>\n</html>\n")
    return "".join(lines).encode()


def root_tail(kind: Kind, entries: Iterable[ProjectEntry]) -> bytes:
    """The list of projects but for its head. The order is that of `entries`."""
    return _joined(kind, [_root_entry(kind, entry) for entry in entries])


def changed_root_tail(kind: Kind, tail: bytes, changes: Mapping[str, ProjectEntry | None]) -> bytes:
    """The list of projects after changes to it: entries by name, None where there is none any more.

    `tail` is sorted by name, and so is what comes back: the same bytes as of the whole list.
    """
    begin, opening, between, closing, end = _ROOT_FRAMES[kind]
    inside = tail[len(begin) + len(opening) : -len(closing + end)]
    entries = inside.split(between) if len(tail) > len(begin + end) else []

    def name_of(entry: bytes) -> bytes:
        if kind is Kind.JSON:
            return entry[entry.rindex(b':"') + 2 : -1]
        return entry[len(b'<a href="') : entry.index(b'/">')]

    for name, change in changes.items():
        key = name.encode()
        at = bisect_left(entries, key, key=name_of)
        is_there = at < len(entries) and name_of(entries[at]) == key
        entries[at : at + is_there] = [] if change is None else [_root_entry(kind, change)]
    return _joined(kind, entries)


_HTML_ROOT = (
    b"<title>Simple index</title>\n</head>\n<body>\n",
    b"",
    b"\n",
    b"\n",
    b"</body>\n</html>\n",
)
#: Of a list of projects: its begin, what opens the first entry, stands between two, closes the
#: last one, and its end.
_ROOT_FRAMES = {
    Kind.JSON: (b'"projects":[', b"{", b"},{", b"}", b"]}"),
    Kind.HTML: _HTML_ROOT,
    Kind.HTML_V1: _HTML_ROOT,
}


def _joined(kind: Kind, entries: Sequence[bytes]) -> bytes:
    begin, opening, between, closing, end = _ROOT_FRAMES[kind]
    if not entries:
        return begin + end
    return b"".join((begin, opening, between.join(entries), closing, end))


def _root_entry(kind: Kind, entry: ProjectEntry) -> bytes:
    if kind is Kind.JSON:
        told: dict[str, str | int] = {"name": entry.name}
        if entry.serial is not None:
            told["_last-serial"] = entry.serial
        return _encoder.encode(told)[1:-1]
    name = escape(entry.name)
    return f'<a href="{name}/">{name}</a><br>'.encode()


def has_origin(kind: Kind, tail: bytes) -> bool:
    """Whether a tail must be told the index's URL before it can be sent."""
    return (_JSON_ORIGIN if kind is Kind.JSON else _HTML_ORIGIN) in tail


def deflate(tail: bytes) -> bytes:
    """A tail compressed (a raw deflate stream, complete in itself), as `assemble` takes it."""
    # Clearing a window of 32 kB costs ten times what compressing a small page does.
    window, memory = (12, 7) if len(tail) <= 4096 else (zlib.MAX_WBITS, 8)
    compressor = zlib.compressobj(level=6, wbits=-window, memLevel=memory)
    return compressor.compress(tail) + compressor.flush()


def inflate(deflated: bytes) -> bytes:
    """The tail that `deflate` compressed."""
    return zlib.decompress(deflated, wbits=-zlib.MAX_WBITS)


def assemble(kind: Kind, head: bytes, deflated: bytes, origin: str | None = None) -> Representation:
    """A page of its head and its compressed tail.

    `origin` is the index's absolute URL; a tail that holds links on it is completed, and then
    compressed anew. Otherwise the compressed form is put together, not made again.
    """
    tail = inflate(deflated)
    if origin is not None and has_origin(kind, tail):
        tail = _with_origin(kind, tail, origin)
        deflated = deflate(tail)
    body = head + tail
    digest = hashlib.sha256(body).digest()
    return Representation(
        kind=kind,
        body=body,
        gzip=_gzip(head, deflated, body),
        etag=_etag(digest, kind, "identity"),
        gzip_etag=_etag(digest, kind, "gzip"),
    )


def _gzip(head: bytes, deflated: bytes, body: bytes) -> bytes:
    # Deflate streams can be joined at block borders: the head goes in front of the tail's blocks
    # as a stored block of its own that is not the last one.
    if len(head) > _STORED_BLOCK_LIMIT:
        raise ValueError(f"the head of a page has {len(head)} bytes")
    size = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF)
    trailer = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join((_GZIP_HEADER, size, head, deflated, trailer))


def _etag(digest: bytes, kind: Kind, encoding: str) -> str:
    seed = digest + f"{kind.value} {encoding}".encode()
    return f'"{hashlib.sha256(seed).hexdigest()[:40]}"'


def _with_origin(kind: Kind, tail: bytes, origin: str) -> bytes:
    root = origin if origin.endswith("/") else origin + "/"
    if kind is Kind.JSON:
        return tail.replace(_JSON_ORIGIN, b'"provenance":' + _encoder.encode(root)[:-1])
    return tail.replace(_HTML_ORIGIN, f' data-provenance="{escape(root)}'.encode())


def _is_absolute(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _upload_time(moment: datetime) -> str:
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def _json_file(file: File) -> dict[str, Any]:
    found: dict[str, Any] = {"filename": file.filename, "hashes": file.hashes, "url": file.url}
    if file.core_metadata is not None:
        # Not under its older name too, as in HTML: pip 22.3 to 23.1 fail on what stands there.
        found["core-metadata"] = file.core_metadata or True
    if file.provenance is not None:
        is_absolute = _is_absolute(file.provenance)
        found["provenance"] = file.provenance if is_absolute else ORIGIN + file.provenance
    if file.requires_python is not None:
        found["requires-python"] = file.requires_python
    if file.size is not None:
        found["size"] = file.size
    if file.upload_time is not None:
        found["upload-time"] = _upload_time(file.upload_time)
    if file.yanked is not None:
        found["yanked"] = file.yanked or True
    else:
        found["yanked"] = False
    return found


def _fragment(hashes: Mapping[str, str]) -> str:
    for algorithm in _FRAGMENT_HASHES:
        if algorithm in hashes:
            return f"{algorithm}={hashes[algorithm]}"
    return ""


def _html_file(file: File) -> str:
    fragment = _fragment(file.hashes)
    parts = [f'<a href="{escape(file.url)}{"#" if fragment else ""}{escape(fragment)}"']
    if file.requires_python is not None:
        parts.append(f'data-requires-python="{escape(file.requires_python)}"')
    if file.yanked is not None:
        parts.append(f'data-yanked="{escape(file.yanked)}"')
    if file.core_metadata is not None:
        told = escape(_fragment(file.core_metadata) or "true")
        parts.append(f'data-dist-info-metadata="{told}" data-core-metadata="{told}"')
    if file.provenance is not None:
        origin = "" if _is_absolute(file.provenance) else ORIGIN
        parts.append(f'data-provenance="{origin}{escape(file.provenance)}"')
    if file.size is not None:
        parts.append(f'data-size="{file.size}"')
    if file.upload_time is not None:
        parts.append(f'data-upload-time="{_upload_time(file.upload_time)}"')
    return f"{' '.join(parts)}>{escape(file.filename)}</a><br>\n"
