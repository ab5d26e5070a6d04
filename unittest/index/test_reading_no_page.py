"""What passes for the page of a project, and what does not."""

import pytest

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.pages import ProjectPage
from pulp_pyindex.index.reading import ProjectReading
from support.reading import FOO, URL, file, html_page, json_page, only, read


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "an empty body"),
        (b"   \n ", "an empty body"),
        (b"Not found", "'Not found'"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither JSON nor HTML"),
        (b"{", "broken or cut off JSON"),
        (json_page(file())[:-5], "broken or cut off JSON"),
        (b'{"files": "\xff"}', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "JSON, but not"),
        (b"{}", "it holds nothing"),
        (b'{"message": "no", "status": 500}', "it holds message, status"),
        (b'{"files": {}}', "its 'files' are not"),
        (b'{"meta": {}, "projects": []}', "a list of projects"),
        (json_page(meta={"api-version": "2.0"}), "version '2.0'"),
        (json_page(meta={"api-version": 2}), "version '2'"),
        (json_page(name="bar"), "the page of 'bar', not of 'foo'"),
        (json_page(name="../bar"), "the page of '../bar'"),
        (html_page(head='<meta name="pypi:repository-version" content="2.0">'), "version '2.0'"),
        (html_page("<h1>502 Bad Gateway</h1>", head="<title>502</title>"), "('502')"),
        (html_page("<h1>502 Bad Gateway</h1>"), "('502 Bad Gateway')"),
        (html_page("Please wait"), "('Please wait')"),
        (html_page('<a href="/login">Log in</a>', head="<title>Sign in</title>"), "('Sign in')"),
        (
            html_page(
                '<a href="foo/">foo</a>',
                head='<meta name="pypi:repository-version" content="1.0"><title>Simple</title>',
            ),
            "('Simple')",
        ),
        (b"<html><body><a href='foo-1.0.zip'>x</a>\0</body></html>", "binary"),
        (b"<!DOCTYPE html><html><body><a href='foo-1.0.zip'>x</a>", "cut off"),
        (b"<!DOCTYPE html><a href='foo-1.0.zip'>x</a><a href='foo-2", "cut off"),
        (b"<!DOCTYPE html><a href='foo-1.0.zip'>x</a><a href='foo-2.0.zip'>foo-2.", "cut off"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
    ],
)
def test_what_is_no_page_is_told_with_what_was_found(body: bytes, found: str) -> None:
    """An error page with 200 never passes for an empty project."""
    with pytest.raises(InvalidPage) as caught:
        read(body)
    assert caught.value.url == URL
    assert found in caught.value.reason
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "body",
    [
        json_page(),
        b"\xef\xbb\xbf" + json_page(),
        b"\n " + json_page(),
        html_page(),
        html_page(head='<meta name="pypi:repository-version" content="1.0">'),
        html_page("<h1>Links for foo</h1>", head="<title>Links for foo</title>"),
        html_page('<a href="../">Parent Directory</a>', head="<title>Index of /foo</title>"),
        html_page("<h1>Directory listing for /foo/</h1><hr><ul></ul>"),
    ],
)
def test_an_empty_project_is_a_page(body: bytes) -> None:
    """A project without files, however an index or a web server shows it."""
    assert read(body) == ProjectReading(page=ProjectPage(name=FOO, files=()), refused=())


def test_a_plain_listing_is_a_page() -> None:
    """What a web server makes of a folder: sorting links, the way up, signatures, and files."""
    body = (
        b"<html><head><title>Index of /foo</title></head><body><table>"
        b'<a href="?C=N;O=D">Name</a><a href="/">Parent Directory</a>'
        b'<a href="foo-1.0.tar.gz">foo-1.0.tar.gz</a> 2020-01-01 1.2K'
        b'<a href="foo-1.0.tar.gz.asc">foo-1.0.tar.gz.asc</a>'
        b'<a href="foo-1.0%2Bcu12-py3-none-any.whl">foo-1.0+cu12-py3-none-any.whl</a>'
        b"</table></body></html>"
    )
    names = [found.filename for found in read(body).page.files]
    assert names == ["foo-1.0.tar.gz", "foo-1.0+cu12-py3-none-any.whl"]


def test_bare_anchors_are_a_page() -> None:
    """PyTorch's pages have links and nothing else."""
    body = b'<a href="cpu/foo-1.0%2Bcpu-cp311-cp311-linux_x86_64.whl">foo</a><br>\n'
    assert only(body).filename == "foo-1.0+cpu-cp311-cp311-linux_x86_64.whl"


def test_addresses_that_end_otherwise_are_named_by_their_text() -> None:
    """Some servers hand files out by number."""
    found = only(html_page('<a href="/download?id=5">foo-1.0.zip</a>'))
    assert (found.filename, found.url) == ("foo-1.0.zip", "https://example.org/download?id=5")


def test_a_page_that_is_not_utf_8_is_read() -> None:
    """Odd bytes in a text cost nothing else."""
    body = b'<html><body>caf\xe9 <a href="foo-1.0.zip">foo-1.0.zip</a></body></html>'
    assert only(body).filename == "foo-1.0.zip"
