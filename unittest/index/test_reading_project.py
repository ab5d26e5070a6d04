"""Project pages of upstreams, good and bad."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.reading import ProjectReading, Refused, read_project

FOO = normalize("foo")
URL = "https://example.org/simple/foo/"
SHA256 = "ab" * 32
TRUE_PAGE = {"meta": {"api-version": "1.0"}, "name": "foo", "files": []}


def json_page(*files: object, **rest: object) -> bytes:
    return msgspec.json.encode({**TRUE_PAGE, "files": list(files), **rest})


def file(name: str = "foo-1.0.zip", /, **rest: Any) -> dict[str, Any]:
    return {"filename": name, "url": name, "hashes": {"sha256": SHA256}, **rest}


def html_page(*anchors: str, head: str = "") -> bytes:
    lines = "\n".join(anchors)
    return f"<!DOCTYPE html><html><head>{head}</head><body>{lines}</body></html>".encode()


def read(body: bytes, url: str = URL) -> ProjectReading:
    return read_project(body, url, FOO)


def only(body: bytes, url: str = URL) -> File:
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


EVERYTHING = File(
    filename="foo-1.0-py3-none-any.whl",
    url="https://files.example.org/a/foo-1.0-py3-none-any.whl",
    hashes={"sha256": SHA256},
    requires_python=">=3.9",
    size=12,
    upload_time=datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC),
    yanked="it's <bad>",
    core_metadata={"sha256": "c" * 64},
    provenance="https://example.org/integrity/foo/1.0/foo-1.0-py3-none-any.whl/provenance",
)


def test_json_with_everything() -> None:
    """Each key of the specification is carried over exactly."""
    body = json_page(
        {
            "filename": EVERYTHING.filename,
            "url": EVERYTHING.url,
            "hashes": {"sha256": SHA256.upper(), "crc32": "unknown"},
            "requires-python": ">=3.9",
            "size": 12,
            "upload-time": "2024-05-06T07:08:09.123456Z",
            "yanked": "it's <bad>",
            "core-metadata": {"sha256": "c" * 64},
            "data-dist-info-metadata": False,
            "provenance": EVERYTHING.provenance,
            "gpg-sig": True,
            "_private": [],
        },
        meta={"api-version": "1.4", "_last-serial": 42},
        versions=["1.0", "2.0.0-rc1", "1.0"],
        **{"project-status": {"status": "deprecated", "reason": "use bar"}},
    )
    assert read(body) == ProjectReading(
        page=ProjectPage(
            name=FOO,
            files=(EVERYTHING,),
            versions=("1.0", "2.0.0rc1"),
            status=ProjectStatus(status=Status.DEPRECATED, reason="use bar"),
            serial=42,
        ),
        refused=(),
    )


def test_html_with_everything() -> None:
    """The same page in HTML is the same value, versions told by the file names."""
    body = html_page(
        f'<a href="{EVERYTHING.url}#sha256={SHA256}" data-requires-python="&gt;=3.9"'
        f' data-yanked="it&#x27;s &lt;bad&gt;" data-core-metadata="sha256={"c" * 64}"'
        f' data-provenance="{EVERYTHING.provenance}" data-size="12"'
        ' data-upload-time="2024-05-06T07:08:09.123456Z">foo-1.0-py3-none-any.whl</a>',
        head='<meta name="pypi:repository-version" content="1.4">'
        '<meta name="pypi:project-status" content="deprecated">'
        '<meta name="pypi:project-status-reason" content="use bar">',
    )
    assert read(body + b"<!--SERIAL 42-->") == ProjectReading(
        page=ProjectPage(
            name=FOO,
            files=(EVERYTHING,),
            versions=("1.0",),
            status=ProjectStatus(status=Status.DEPRECATED, reason="use bar"),
            serial=42,
        ),
        refused=(),
    )


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("foo-1.0.zip", "https://example.org/simple/foo/foo-1.0.zip"),
        ("./foo-1.0.zip", "https://example.org/simple/foo/foo-1.0.zip"),
        ("../../p/a/foo-1.0.zip", "https://example.org/p/a/foo-1.0.zip"),
        ("../../../../../p/foo-1.0.zip", "https://example.org/p/foo-1.0.zip"),
        ("/p/foo-1.0.zip", "https://example.org/p/foo-1.0.zip"),
        ("a/../b/./foo-1.0.zip", "https://example.org/simple/foo/b/foo-1.0.zip"),
        ("//cdn.example.org/foo-1.0.zip", "https://cdn.example.org/foo-1.0.zip"),
        ("http://h:8080/foo-1.0.zip", "http://h:8080/foo-1.0.zip"),
        ("HTTPS://h/foo-1.0.zip", "https://h/foo-1.0.zip"),
        ("http://[::1]:80/foo-1.0.zip", "http://[::1]:80/foo-1.0.zip"),
        ("https://h/foo-1.0.zip?sig=a/b&c=d", "https://h/foo-1.0.zip?sig=a/b&c=d"),
        ("https://h/a b/foo-1.0.zip", "https://h/a%20b/foo-1.0.zip"),
        ("https://h/é/foo-1.0.zip", "https://h/é/foo-1.0.zip"),
        ("c++/foo-1.0.zip", "https://example.org/simple/foo/c++/foo-1.0.zip"),
    ],
)
def test_links_are_seen_from_the_page(link: str, expected: str) -> None:
    """Relative, absolute, on another host: each becomes the address that a browser would take."""
    assert only(json_page(file(url=link))).url == expected
    assert only(html_page(f'<a href="{link}">foo-1.0.zip</a>')).url == expected


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/foo-1.0.zip", "ftp://h/foo-1.0.zip", "javascript:foo-1.0.zip",
        "data:foo-1.0.zip", "http:///foo-1.0.zip", "http://[::1/foo-1.0.zip", "https://h:x/foo-1.0.zip",
        "https://h:99999/foo-1.0.zip", "https://h\\@evil/foo-1.0.zip",
        "https://h/\N{RIGHT-TO-LEFT OVERRIDE}/foo-1.0.zip", f"https://h/{'a' * 9000}/foo-1.0.zip",
    ],
)  # fmt: skip
def test_a_link_that_nobody_should_follow_costs_its_file_only(link: str) -> None:
    """Other schemes and broken addresses are refused with a reason, the rest goes on."""
    good = "foo-2.0.zip"
    for body in (
        json_page(file(url=link), file(good)),
        html_page(f'<a href="{link}">foo-1.0.zip</a><a href="{good}">{good}</a>'),
    ):
        refused = only_refused(body)
        assert refused.filename.endswith("foo-1.0.zip")
        assert refused.reason.startswith("its link ")


def test_base_href_is_honoured() -> None:
    """Links are seen from where the page says it is."""
    for base, expected in (
        ("https://cdn.example.org/x/", "https://cdn.example.org/x/foo-1.0.zip"),
        ("../y/", "https://example.org/simple/y/foo-1.0.zip"),
        ("http://[", "https://example.org/simple/foo/foo-1.0.zip"),
    ):
        body = html_page('<a href="foo-1.0.zip">x</a>', head=f'<base href="{base}">')
        assert only(body).url == expected


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (file("../foo-1.0.zip", url="x"), "path separator"),
        (file("/etc/foo-1.0.zip", url="x"), "path separator"),
        (file("foo-1.0\n.zip", url="x"), "unprintable"),
        (file("", url="x"), "empty"),
        (file("x" * 300, url="x"), "longer than 255 bytes"),
        (file(hashes={"sha256": "ab"}), "has 2 digits, not 64"),
        (file(hashes={"sha256": "x" * 64}), "not hexadecimal"),
        (file(**dict[str, Any]({"core-metadata": {"sha256": "ab"}})), "has 2 digits"),
        (file(size=-1), "out of range"),
        (file(size=2**63), "out of range"),
        (file(size="12"), "Expected `int | null`, got `str`"),
        (file(hashes=[]), "`$.hashes`"),
        (file(yanked=3), "`$.yanked`"),
        (file(**{"upload-time": "yesterday"}), "'yesterday' is not a moment"),
        (file(**{"upload-time": "0001-01-01T00:00:00+14:00"}), "is not a moment"),
        (file(url=None), "`$.url`"),
        ({"filename": "foo-1.0.zip"}, "missing required field `url`"),
        ({"url": "foo-1.0.zip"}, "missing required field `filename`"),
        ({"filename": 3}, "`$.filename`"),
        ([], "Expected `object`, got `array`"),
        (None, "Expected `object`, got `null`"),
        ("foo-1.0.zip", "Expected `object`, got `str`"),
    ],
)  # fmt: skip
def test_a_bad_entry_costs_its_file_only(entry: object, reason: str) -> None:
    """Whatever is wrong with one file is told, and the others are read."""
    refused = only_refused(json_page(entry, file("foo-2.0.zip")))
    assert reason in refused.reason
    assert len(refused.filename) <= 255
    assert len(refused.reason) < 500


def test_a_climbing_name_in_html_is_refused() -> None:
    """A quoted slash does not smuggle a path in."""
    refused = only_refused(
        html_page(
            '<a href="x/..%2F..%2Fetc%2Ffoo-1.0.zip">x</a>', '<a href="foo-2.0.zip">foo-2.0.zip</a>'
        )
    )
    assert "path separator" in refused.reason


def test_a_file_that_is_listed_twice() -> None:
    """The same twice is one; of two that differ the first is kept and the second refused."""
    twice = json_page(file(), file())
    assert only(twice).filename == "foo-1.0.zip"
    different = read(json_page(file(size=1), file(size=2)))
    assert [kept.size for kept in different.page.files] == [1]
    assert different.refused == (
        Refused(filename="foo-1.0.zip", reason="the page lists the file twice, differently"),
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        ({"core-metadata": None}, None),
        ({"core-metadata": False}, None),
        ({"core-metadata": True}, {}),
        ({"core-metadata": {}}, {}),
        ({"core-metadata": {"crc32": "x"}}, {}),
        ({"core-metadata": {"sha256": SHA256}}, {"sha256": SHA256}),
        ({"dist-info-metadata": {"sha256": SHA256}}, {"sha256": SHA256}),
        ({"data-dist-info-metadata": {"sha256": SHA256}}, {"sha256": SHA256}),
        ({"core-metadata": False, "dist-info-metadata": True}, None),
        ({"core-metadata": True, "dist-info-metadata": {"sha256": SHA256}}, {}),
    ],
)
def test_core_metadata_by_all_its_names(
    told: dict[str, Any], expected: dict[str, str] | None
) -> None:
    """PEP 714's name first, then the older one, then the one PyPI writes."""
    assert only(json_page(file(**told))).core_metadata == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", None),
        ('data-core-metadata="false"', None),
        ('data-core-metadata="true"', {}),
        ("data-core-metadata", {}),
        (f'data-core-metadata="sha256={SHA256}"', {"sha256": SHA256}),
        (f'data-dist-info-metadata="sha256={SHA256}"', {"sha256": SHA256}),
        (f'data-dist-info-metadata="sha256={SHA256}" data-core-metadata="true"', {}),
    ],
)
def test_core_metadata_in_html(attributes: str, expected: dict[str, str] | None) -> None:
    """The attribute and its older name."""
    body = html_page(f'<a href="foo-1.0.zip" {attributes}>foo-1.0.zip</a>')
    assert only(body).core_metadata == expected


@pytest.mark.parametrize(
    ("yanked", "expected"),
    [(None, None), (False, None), ("", None), (True, ""), ("why", "why"), ("a\0b", "a\ufffdb")],
)
def test_yanked_in_json(yanked: object, expected: str | None) -> None:
    """True is a yank without a reason; an empty text is none, as in pip."""
    assert only(json_page(file(yanked=yanked))).yanked == expected


def test_yanked_in_html() -> None:
    """The attribute alone yanks."""
    for attribute, expected in ((" ", None), ("data-yanked", ""), ('data-yanked="why"', "why")):
        assert only(html_page(f'<a href="foo-1.0.zip" {attribute}>x</a>')).yanked == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05.6Z", datetime(2024, 1, 2, 3, 4, 5, 600000, tzinfo=UTC)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05.123456789Z", datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
    ],
)
def test_upload_times(text: str, expected: datetime) -> None:
    """Any way to write a moment becomes UTC."""
    found = only(json_page(file(**{"upload-time": text}))).upload_time
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


def test_a_bad_provenance_link_is_ignored() -> None:
    """It says nothing against the file."""
    assert only(json_page(file(provenance="file:///x"))).provenance is None


def test_empty_texts_are_nothing() -> None:
    """PyPI writes null, others an empty text, for no restriction."""
    told: dict[str, Any] = {"requires-python": "", "upload-time": "", "hashes": None}
    found = only(json_page(file(**told)))
    assert (found.requires_python, found.upload_time, found.hashes) == (None, None, {})


def test_other_fragments_are_read_past() -> None:
    """Old pages put more than a hash there."""
    body = html_page(f'<a href="foo-1.0.zip#egg=foo&amp;md5={"a" * 32}&amp;x">foo</a>')
    assert only(body).hashes == {"md5": "a" * 32}


def test_versions_are_derived_where_none_are_told() -> None:
    """An index of version 1.0 lists files only."""
    names = ("foo-1.0.zip", "foo-1.0-py3-none-any.whl", "foo-2.0a1.tar.gz", "other-3.zip")
    assert read(json_page(*map(file, names))).page.versions == ("1.0", "2.0a1")
    assert read(json_page(versions=["7"])).page.versions == ("7",)


def test_an_unknown_status_is_none() -> None:
    """What a later specification may add does not break a sync."""
    unknown: tuple[object, ...] = ("sleeping", 3, None, {})
    for status in unknown:
        body = json_page(**{"project-status": {"status": status}})
        assert read(body).page.status == ProjectStatus()
    in_meta = json_page(meta={"api-version": "1.4", "project-status": "quarantined"})
    assert read(in_meta).page.status == ProjectStatus(status=Status.QUARANTINED)


@pytest.mark.parametrize(
    ("serial", "expected"), [(5, 5), ("5", 5), (-1, None), (2**70, None), (True, None), ([], None)]
)
def test_serials(serial: object, expected: int | None) -> None:
    """A number that a database can hold, or none."""
    assert read(json_page(meta={"_last-serial": serial})).page.serial == expected


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
