"""Project pages in HTML (PEP 503 and its successors), and plain listings of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from lxml import etree

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.filenames import extension
from pulp_pyindex.index.pages import ProjectStatus
from pulp_pyindex.index.reading.json_page import check_api_version, read_number, read_status
from pulp_pyindex.index.reading.records import Files, Record, clean

#: What indexes and listings call themselves. Nothing else without links counts as an empty project.
is_index_title = re.compile(
    r"\s*(?:links (?:for|in)|simple (?:package )?(?:index|repository)|(?:package )?index of"
    r"|directory listing)\b",
    re.IGNORECASE,
).match
_SERIAL = re.compile(rb"<!--\s*SERIAL\s+(\d{1,19})\s*-->")
#: A tag or a link that is begun and not ended.
_CUT_OFF = re.compile(rb"(?:<[a-z/!][^<>]*|<a\s(?:(?!</a).)*)\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage:
    """What an HTML page says besides its files."""

    status: ProjectStatus
    serial: int | None


def read(body: bytes, url: str, files: Files) -> HtmlPage:
    """Put the page's files into `files` and return the rest; raises InvalidPage."""
    root = _parse(body, url)
    base = root.find(".//base")
    if base is not None:
        files.base = _rebased(url, base.get("href", ""))
    metas = {
        name: meta.get("content", "")
        for meta in root.iter("meta")
        if (name := meta.get("name", "").lower()).startswith("pypi:")
    }
    check_api_version(metas.get("pypi:repository-version"), url)
    anchors = 0
    for anchor in root.iter("a"):
        href = anchor.get("href")
        if href is not None:
            anchors += 1
            _read_anchor(anchor, href, files)
    if not files.kept and not files.refused:
        _check_may_be_empty(root, "pypi:repository-version" in metas, anchors, url)
    serial = _SERIAL.search(body)
    return HtmlPage(
        status=read_status(
            metas.get("pypi:project-status"), metas.get("pypi:project-status-reason")
        ),
        serial=read_number(serial[1].decode()) if serial else None,
    )


def text_of(element: etree._Element) -> str:
    """All the text in an element, in one line."""
    return " ".join("".join(map(str, element.itertext())).split())


def title_of(root: etree._Element) -> str:
    """What a document calls itself: its title, else its first heading."""
    for tag in ("title", "h1"):
        element = root.find(f".//{tag}")
        if element is not None:
            text = text_of(element)
            if text:
                return clean(text)[:200]
    return ""


def _parse(body: bytes, url: str) -> etree._Element:
    if b"\x00" in body:
        raise InvalidPage(url, "binary data, not a page of a simple index")
    lowered_end = body[-64:].lower()
    if b"</html" not in lowered_end and _looks_cut_off(body):
        raise InvalidPage(url, f"HTML that is cut off after {len(body)} bytes")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError) as e:
        raise InvalidPage(url, f"HTML that cannot be read: {e}") from e
    if root is None:
        raise InvalidPage(url, "an empty document, not a page of a simple index")
    return root


def _looks_cut_off(body: bytes) -> bool:
    if _CUT_OFF.search(body[-4096:].rstrip()):
        return True
    lowered = body.lower()
    return b"<html" in lowered and b"</html" not in lowered and b"</body" not in lowered


def _rebased(url: str, href: str) -> str:
    try:
        return urljoin(url, href.strip())
    except ValueError:
        return url


def _read_anchor(anchor: etree._Element, href: str, files: Files) -> None:
    link, _, fragment = href.strip().partition("#")
    filename = link.partition("?")[0].rpartition("/")[2]
    if "%" in filename:
        filename = unquote(filename)
    if extension(filename) is None:
        # Some servers hand files out at addresses that do not end in their names.
        filename = text_of(anchor)
        if extension(filename) is None:
            return
    get = anchor.get
    metadata = get("data-core-metadata")
    if metadata is None:
        metadata = get("data-dist-info-metadata")
    size = get("data-size")
    files.add(
        Record(
            filename=filename,
            url=link,
            hashes=_hashes(fragment),
            requires_python=get("data-requires-python"),
            size=read_number(size),
            upload_time=get("data-upload-time"),
            yanked=get("data-yanked"),
            core_metadata=_core_metadata(metadata),
            provenance=get("data-provenance"),
        )
    )


def _hashes(fragment: str) -> Mapping[str, str]:
    if not fragment:
        return {}
    pairs = (part.partition("=") for part in fragment.split("&"))
    return {name: value for name, equals, value in pairs if equals}


def _core_metadata(value: str | None) -> Mapping[str, str] | None:
    if value is None or value.lower() == "false":
        return None
    return _hashes(value)


def _check_may_be_empty(
    root: etree._Element, declares_version: bool, anchors: int, url: str
) -> None:
    title = title_of(root)
    if is_index_title(title) or (declares_version and not anchors):
        return
    text = text_of(root)
    if not text and not anchors:
        return
    shown = title or clean(text)[:200]
    raise InvalidPage(url, f"an HTML page without files ({shown!r}), not a page of a simple index")
