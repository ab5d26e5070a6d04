"""Pages of the project `foo`, and what is read of them."""

from typing import Any

import msgspec

from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.pages import File
from pulp_pyindex.index.reading import ProjectReading, Refused, read_project

FOO = normalize("foo")
URL = "https://example.org/simple/foo/"
SHA256 = "ab" * 32
TRUE_PAGE = {"meta": {"api-version": "1.0"}, "name": "foo", "files": []}


def json_page(*files: object, **rest: object) -> bytes:
    """A page of these files; `rest` is added to it or replaces what it has."""
    return msgspec.json.encode({**TRUE_PAGE, "files": list(files), **rest})


def file(name: str = "foo-1.0.zip", /, **rest: Any) -> dict[str, Any]:
    """An entry of such a page."""
    return {"filename": name, "url": name, "hashes": {"sha256": SHA256}, **rest}


def html_page(*anchors: str, head: str = "") -> bytes:
    """A page of these elements."""
    lines = "\n".join(anchors)
    return f"<!DOCTYPE html><html><head>{head}</head><body>{lines}</body></html>".encode()


def read(body: bytes, url: str = URL) -> ProjectReading:
    """What is made of a page as that of `foo`."""
    return read_project(body, url, FOO)


def only(body: bytes, url: str = URL) -> File:
    """The one file of a page that has no other and nothing to refuse."""
    reading = read(body, url)
    assert reading.refused == ()
    (found,) = reading.page.files
    return found


def only_refused(body: bytes) -> Refused:
    """The one refused file; the good one beside it is kept."""
    reading = read(body)
    assert [kept.filename for kept in reading.page.files] == ["foo-2.0.zip"]
    (refused,) = reading.refused
    return refused
