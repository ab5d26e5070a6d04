"""Releases that documents and feeds tell of, and reading both."""

import xml.etree.ElementTree as ET
from typing import Any

from .index import Index
from .pulp import Mirror, Pulp, unique
from .upstream import Upstream
from .wheels import MadeFile, sdist, wheel

Files = dict[str, MadeFile]
OLD = "2022-03-04T05:06:07.008000Z"
NEW = "2025-06-07T08:09:10.111213Z"
YANKED = "Demo_Pkg-2.0-py3-none-any.whl"


def made_files() -> Files:
    """Three releases of one project, the highest a pre-release; more projects beside it."""
    salt = unique()
    made = [
        wheel("Demo.Pkg", "1.0", requires_python=">=3.8", dependencies=["bare"], salt=salt),
        sdist("demo-pkg", "1.0", requires_python=">=3.8", dependencies=["bare"], salt=salt),
        wheel("Demo.Pkg", "1.1", requires_python=">=3.9", payload=100_000, salt=salt),
        wheel("Demo.Pkg", "2.0", requires_python=">=3.10", salt=salt),
        wheel("Demo.Pkg", "3.0rc1", requires_python=">=3.11", salt=salt),
        wheel("bare", "0.1", salt=salt),
        wheel("withheld", "1.0", salt=salt),
    ]
    return {one.filename: one for one in made}


def mirror_them(pulp: Pulp, upstream: Upstream) -> tuple[Mirror, Files]:
    """A mirror of them, and which they are; one release is yanked, one project withheld."""
    files = made_files()
    for made in files.values():
        is_new = made.version not in ("1.0", "0.1")
        upstream.add(made, upload_time=NEW if is_new else OLD)
    upstream.catalogue.yank(YANKED, "broken & gone")
    upstream.catalogue.set_status("withheld", "quarantined", "malware")
    return pulp.mirror(upstream.url, policy="immediate"), files


def document(index: Index, path: str) -> dict[str, Any]:
    """The JSON document of a project or release; it must be there."""
    answer = index.get(f"pypi/{path}/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def items(index: Index, path: str) -> list[dict[str, str]]:
    """What a feed lists."""
    answer = index.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    rss = ET.fromstring(answer.content)
    assert (rss.tag, rss.get("version")) == ("rss", "2.0")
    assert all(rss.findtext(f"channel/{tag}") for tag in ("title", "link", "description"))
    return [{part.tag: part.text or "" for part in item} for item in rss.iterfind("channel/item")]
