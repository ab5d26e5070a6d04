"""RSS 2.0 feeds at PyPI's addresses: newest projects, newest releases, releases of one project."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, getaddresses
from urllib.parse import quote

from packaging.utils import NormalizedName

#: How many entries PyPI's feeds have.
MAX_PACKAGES = 40
MAX_UPDATES = 100
MAX_RELEASES = 40

# XML 1.0 has no way to write these.
_not_in_xml = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A release, or a project by its first release."""

    project: NormalizedName
    #: As its owners write it.
    name: str
    version: str
    #: Aware: when the index took in the first file of it.
    time: datetime
    summary: str = ""
    author_email: str = ""


def packages_feed(entries: Iterable[FeedEntry], *, base_url: str) -> bytes:
    """`rss/packages.xml`: the newest projects. `base_url` is the index root, with its slash."""
    channel = _channel(
        "Newest projects", base_url, f"Newest projects of the Python package index {base_url}"
    )
    for entry in _newest(entries, MAX_PACKAGES):
        link = f"{base_url}simple/{entry.project}/"
        _add_item(channel, f"{entry.name} added", link, entry)
    return _rendered(channel)


def updates_feed(entries: Iterable[FeedEntry], *, base_url: str) -> bytes:
    """`rss/updates.xml`: the newest releases of all projects."""
    channel = _channel(
        "Newest releases", base_url, f"Newest releases of the Python package index {base_url}"
    )
    for entry in _newest(entries, MAX_UPDATES):
        _add_item(channel, f"{entry.name} {entry.version}", _release_link(entry, base_url), entry)
    return _rendered(channel)


def releases_feed(project: NormalizedName, entries: Iterable[FeedEntry], *, base_url: str) -> bytes:
    """`rss/project/<project>/releases.xml`: the newest releases of one project."""
    channel = _channel(
        f"Releases of {project}",
        f"{base_url}simple/{project}/",
        f"Newest releases of {project} in the Python package index {base_url}",
    )
    for entry in _newest(entries, MAX_RELEASES):
        _add_item(channel, entry.version, _release_link(entry, base_url), entry)
    return _rendered(channel)


def _newest(entries: Iterable[FeedEntry], limit: int) -> list[FeedEntry]:
    by_name = sorted(entries, key=lambda entry: (entry.project, entry.version))
    return sorted(by_name, key=lambda entry: entry.time, reverse=True)[:limit]


def _release_link(entry: FeedEntry, base_url: str) -> str:
    return f"{base_url}pypi/{entry.project}/{quote(entry.version, '+!')}/json"


def _channel(title: str, link: str, description: str) -> ET.Element:
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    for tag, text in (
        ("title", title),
        ("link", link),
        ("description", description),
        ("language", "en"),
    ):
        _add(channel, tag, text)
    return rss


def _add_item(rss: ET.Element, title: str, link: str, entry: FeedEntry) -> None:
    item = ET.SubElement(rss[0], "item")
    _add(item, "title", title)
    _add(item, "link", link)
    # A permalink by default; equal for equal releases.
    _add(item, "guid", link)
    _add(item, "description", entry.summary)
    author = _author(entry.author_email)
    if author:
        _add(item, "author", author)
    _add(item, "pubDate", format_datetime(entry.time.astimezone(UTC), usegmt=True))


def _author(emails: str) -> str:
    """All addresses, or nothing if one of them is none."""
    addresses = [address for _, address in getaddresses([emails])]
    return ", ".join(addresses) if all("@" in address for address in addresses) else ""


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _not_in_xml.sub("", text)


def _rendered(rss: ET.Element) -> bytes:
    ET.indent(rss)
    data: bytes = ET.tostring(rss, encoding="utf-8", xml_declaration=True)
    return data + b"\n"
