"""Lists of projects of upstreams, as they arrive."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import ProjectEntry
from pulp_pyindex.index.reading import RootReader
from pulp_pyindex.index.rendering import head, root_tail

URL = "https://example.org/simple/"
DECLARED = '<meta name="pypi:repository-version" content="1.0">'


def read(body: bytes, url: str = URL, size: int = 7) -> tuple[list[ProjectEntry], RootReader]:
    """Read a body in chunks of `size`."""
    reader = RootReader(url)
    entries: list[ProjectEntry] = []
    for start in range(0, len(body), size):
        entries += reader.feed(body[start : start + size])
    return entries + reader.close(), reader


def names(body: bytes, url: str = URL) -> list[str]:
    return [entry.name for entry in read(body, url)[0]]


def html(*anchors: str, head: str = DECLARED) -> bytes:
    lines = "\n".join(anchors)
    return f"<!DOCTYPE html><html><head>{head}</head><body>{lines}</body></html>".encode()


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_json_with_serials(size: int) -> None:
    """Names are normalised; serials, the index's own too, are carried over."""
    body = msgspec.json.encode(
        {
            "meta": {"_last-serial": 9, "api-version": "1.4"},
            "projects": [
                {"name": "Foo.Bar", "_last-serial": 5},
                {"name": "b\u0061z", "_last-serial": "x", "other": {"name": "inner"}},
                {"name": "0"},
            ],
        }
    )
    entries, reader = read(body, size=size)
    assert entries == [
        ProjectEntry(name=normalize("foo-bar"), serial=5),
        ProjectEntry(name=normalize("baz")),
        ProjectEntry(name=normalize("0")),
    ]
    assert (reader.serial, reader.skipped, reader.recognised) == (9, 0, True)


@pytest.mark.parametrize("at", [0, 1, 20, 64, None])
def test_an_empty_chunk_ends_nothing(at: int | None) -> None:
    """Decompression hands out such; only `close` says that the page is whole."""
    body = b'{"meta": {"api-version": "1.4"}, "projects": [{"name": "foo"}, {"name": "bar"}]}'
    reader = RootReader(URL)
    chunks = (body[:at], b"", body[at:] if at is not None else b"")
    entries = [entry for chunk in chunks for entry in reader.feed(chunk)]
    assert [entry.name for entry in entries + reader.close()] == ["foo", "bar"]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_html(size: int) -> None:
    """The last part of each address is the name, however the address is written."""
    body = html(
        '<a href="foo-bar/">Foo.Bar</a>',
        '<a href="/simple/baz/">baz</a><br/>',
        '<a href="https://example.org/simple/qux/#x">qux</a>',
        '<a href="./quux">quux</a>',
        '<a href="%66oo/">foo</a>',
        '<a href="index.cgi?p=1">by-text</a>',
        "<a>nothing</a>",
        "<!--SERIAL 77-->",
    )
    entries, reader = read(body, size=size)
    found = [entry.name for entry in entries]
    assert found == ["foo-bar", "baz", "qux", "quux", "foo", "index-cgi"]
    assert (reader.serial, reader.recognised) == (77, True)


def test_names_that_nothing_can_have_are_skipped_and_counted() -> None:
    """One odd name does not cost the list."""
    body = msgspec.json.encode({"projects": [{"name": "../x"}, {"name": None}, {"name": "ok"}]})
    entries, reader = read(body)
    assert [entry.name for entry in entries] == ["ok"]
    assert reader.skipped == 2
    assert read(html('<a href="a/..%2F..%2Fb/">- -</a>', '<a href="ok/">ok</a>'))[1].skipped == 1


def test_a_list_without_projects() -> None:
    """A new index has none, and says that it is an index."""
    assert names(b'{"meta": {"api-version": "1.0"}, "projects": [ ]}') == []
    assert names(b'\xef\xbb\xbf{"projects":[]}') == []
    assert names(html()) == []
    assert names(html(head="<title>Simple index</title>")) == []


@pytest.mark.parametrize(
    "body",
    [
        html('<a href="foo/">foo</a>', '<a href="bar/">Bar</a>', head=""),
        b'<a href="foo/">foo</a><a href="bar/">bar</a>',
        html('<a href="/simple/foo/">foo</a>', '<a href="/simple/bar/">bar</a>', head=""),
        html(
            '<a href="../">Parent Directory</a>',
            '<a href="?C=N;O=D">Name</a>',
            '<a href="foo/">foo/</a>',
            '<a href="bar/">bar/</a>',
            head="<title>Index of /simple</title>",
        ),
    ],
)
def test_lists_that_declare_nothing(body: bytes) -> None:
    """Old indexes and listings are known by where their links lead."""
    for url in (URL, URL.removesuffix("/")):
        assert names(body, url) == ["foo", "bar"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "an empty body"),
        (b" \n\t", "an empty body"),
        (b" " * 2000, "an empty body"),
        (b"upstream connect error", "not a list of projects: 'upstrea'"),
        (b"\x1f\x8b\x08\0", "not a list of projects"),
        (b"[]", "not a list of projects"),
        (b"{", "cut off JSON"),
        (b'{"projects": [{"name": "a"}', "cut off JSON"),
        (b'{"projects": [{"name": "a"}]', "cut off JSON"),
        (b'{"projects": [{"name": "a"} {', "broken"),
        (b'{"projects": "\xff"}', "JSON"),
        (b"{}", "it holds nothing"),
        (b'{"error": "down", "code": 5}', "it holds code, error"),
        (b'{"projects": {}}', "'projects' are not"),
        (b'{"projects": [1, 2]}', "'projects' are not"),
        (b'{"projects": [{"title": "a"}]}', "'projects' are not"),
        (b'{"name": "foo", "files": []}', "the page of one project"),
        (b'{"meta": {"api-version": "2.0"}, "projects": []}', "version '2.0'"),
        (html(head='<meta name="pypi:repository-version" content="2.0">'), "version '2.0'"),
        (html(head="<title>503 Service Unavailable</title>"), "503 Service Unavailable"),
        (html("<h1>Please log in</h1>", '<a href="/help">help</a>', head=""), "Please log in"),
        (html('<a href="https://status.example.com/foo/">foo</a>', head=""), "not a list"),
        (html('<a href="/forgot/">Forgot password</a>', head=""), "not a list"),
        (html(*(f'<a href="/n/{n}">read more</a>' for n in range(3000)), head=""), "do not lead"),
        (b"<html>\0</html>", "binary"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "not a list"),
    ],
)
def test_what_is_no_list_is_told_with_what_was_found(body: bytes, found: str) -> None:
    """An error page with 200, a login page, broken JSON: InvalidPage, and no project from it."""
    reader = RootReader(URL)
    with pytest.raises(InvalidPage) as caught:
        read(body)
    assert caught.value.url == URL
    assert found in caught.value.reason
    assert len(str(caught.value)) < 400
    assert not reader.recognised


def test_a_list_is_recognised_early() -> None:
    """A caller that only wants to know may stop after the first chunk."""
    for kind in Kind:
        reader = RootReader(URL)
        assert not reader.recognised
        entries = [ProjectEntry(name=normalize(f"p{n}")) for n in range(1000)]
        body = head(kind, 5) + root_tail(kind, entries)
        reader.feed(body[:500])
        assert reader.recognised
        if kind is not Kind.JSON:
            assert reader.serial == 5


def test_nothing_is_handed_out_before_it_is_sure() -> None:
    """Links of a page that turns out to be none are held back."""
    reader = RootReader(URL)
    assert reader.feed(b"<html><body>" + b'<a href="/x/news">more news</a>' * 50) == []
    with pytest.raises(InvalidPage):
        reader.close()


def endless(kind: Kind) -> Iterator[bytes]:
    """40,000 projects, in chunks of 500."""
    yield head(kind, 5)
    if kind is Kind.JSON:
        yield b'"projects":[{"name":"some-project","_last-serial":12345678}'
        chunk = b',{"name":"some-project","_last-serial":12345678}' * 500
    else:
        yield b"<title>Simple index</title></head><body>"
        chunk = b'<a href="/simple/some-project/">some-project</a><br/>\n' * 500
    for _ in range(80):
        yield chunk
    yield b"]}" if kind is Kind.JSON else b"</body></html>"


def resident() -> int:
    """Bytes of this process in memory; tracemalloc knows nothing of libxml2's trees."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("kind", [Kind.JSON, Kind.HTML])
def test_memory_does_not_grow_with_the_list(kind: Kind) -> None:
    """What was read is forgotten."""
    reader = RootReader(URL)
    count, before = 0, 0
    for number, chunk in enumerate(endless(kind)):
        count += len(reader.feed(chunk))
        if number == 10:
            before = resident()
    growth = resident() - before
    count += len(reader.close())
    assert count == 40_000 + (kind is Kind.JSON)
    assert growth < 4_000_000
