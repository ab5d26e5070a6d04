"""Project pages of upstreams: all they tell, their links, and entries that are bad."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.reading import ProjectReading, Refused
from support.reading import FOO, SHA256, file, html_page, json_page, only, only_refused, read

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
