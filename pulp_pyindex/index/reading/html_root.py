"""The list of projects in HTML, as it arrives."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from pulp_pyindex.index.errors import InvalidName, InvalidPage
from pulp_pyindex.index.names import NormalizedName, normalize
from pulp_pyindex.index.pages import ProjectEntry
from pulp_pyindex.index.reading.html_page import is_index_title, text_of
from pulp_pyindex.index.reading.json_page import check_api_version, read_number
from pulp_pyindex.index.reading.records import clean

#: So many links may come before it must be clear that they lead to projects.
_PENDING_LIMIT = 1000
_SERIAL = re.compile(r"\s*SERIAL\s+(\d{1,19})\s*\Z")


class HtmlRoot:
    """Feed, then close. See RootReader.

    A list of projects is known by its `pypi:repository-version`, by its title, or by a link that
    leads one level down to what its text says. A page of news has none of these.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.skipped = 0
        self.serial: int | None = None
        self.recognised = False
        self._base = url
        self._title = ""
        self._pending: list[ProjectEntry] = []
        self._parser = etree.HTMLPullParser(
            events=("end", "comment"), tag=("a", "base", "h1", "meta", "title"), encoding="utf-8"
        )

    def feed(self, chunk: bytes) -> list[ProjectEntry]:
        if b"\x00" in chunk:
            raise InvalidPage(self.url, "binary data, not a list of projects")
        try:
            self._parser.feed(chunk)
        except etree.LxmlError as e:
            raise InvalidPage(self.url, f"HTML that cannot be read: {e}") from e
        return self._taken()

    def close(self) -> list[ProjectEntry]:
        try:
            self._parser.close()
        except etree.LxmlError as e:
            raise InvalidPage(self.url, f"HTML that cannot be read: {e}") from e
        entries = self._taken()
        if not self.recognised:
            shown = f" ({self._title!r})" if self._title else ""
            raise InvalidPage(self.url, f"an HTML page{shown} that is not a list of projects")
        return entries

    def _taken(self) -> list[ProjectEntry]:
        for _, element in self._parser.read_events():
            # Other kinds of events, which bring other values, were not asked for.
            assert isinstance(element, etree._Element)
            tag = element.tag
            if tag == "a":
                self._read_anchor(element)
            elif isinstance(element, etree._Comment):
                serial = _SERIAL.match(element.text or "")
                self.serial = read_number(serial[1]) if serial else self.serial
                continue
            else:
                self._read_head(tag, element)
            _forget(element)
        if not self.recognised:
            if len(self._pending) > _PENDING_LIMIT:
                raise InvalidPage(self.url, "an HTML page whose links do not lead to projects")
            return []
        entries, self._pending = self._pending, []
        return entries

    def _read_head(self, tag: str, element: etree._Element) -> None:
        if tag == "base":
            try:
                self._base = urljoin(self.url, element.get("href", "").strip())
            except ValueError:
                self._base = self.url
        elif tag == "meta":
            if element.get("name", "").lower() == "pypi:repository-version":
                check_api_version(element.get("content"), self.url)
                self.recognised = True
        else:
            text = clean(text_of(element))[:200]
            self._title = self._title or text
            self.recognised = self.recognised or is_index_title(text) is not None

    def _read_anchor(self, anchor: etree._Element) -> None:
        href = (anchor.get("href") or "").strip()
        path = href.partition("#")[0].partition("?")[0].rstrip("/")
        if not path or path in (".", "..") or path.endswith("/.."):
            # Sorting links and the way up in listings.
            return
        last = path.rpartition("/")[2]
        name = _name(unquote(last) if "%" in last else last)
        if name is None or not self.recognised:
            told = _name(text_of(anchor).rstrip("/"))
            if name is not None and name == told:
                self.recognised = self._is_one_level_down(path, last)
            name = name or told
        if name is None:
            self.skipped += 1
        else:
            self._pending.append(ProjectEntry(name=name))

    def _is_one_level_down(self, path: str, last: str) -> bool:
        try:
            here = urlsplit(self._base)
            there = urlsplit(urljoin(self._base, path))
        except ValueError:
            return False
        if there.netloc != here.netloc:
            return False
        parent = there.path.removesuffix(last)
        # The address may have been asked for without its slash.
        return parent in (here.path, here.path + "/", here.path.rpartition("/")[0] + "/")


def _name(text: str) -> NormalizedName | None:
    try:
        return normalize(text)
    except InvalidName:
        return None


def _forget(element: etree._Element) -> None:
    # What has been read must not stay in the tree: neither the element nor what came before it.
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
