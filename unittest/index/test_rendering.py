"""Pages as bytes."""

import gzip
import zlib
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.rendering import (
    ORIGIN,
    assemble,
    changed_root_tail,
    deflate,
    has_origin,
    head,
    page_api_version,
    project_tail,
    root_tail,
)

FOO = normalize("foo")
SHA256 = "0123456789abcdef" * 4
FILE = File(
    filename="foo-1.0-py3-none-any.whl",
    url=f"../../packages/01/23/{SHA256[4:]}/foo-1.0-py3-none-any.whl",
    hashes={"sha256": SHA256, "md5": "a" * 32},
    requires_python=">=3.9,<4",
    size=1234,
    upload_time=datetime(2024, 1, 2, 3, 4, 5, 600000, tzinfo=UTC),
    yanked='<broken> & "bad"',
    core_metadata={"sha256": "b" * 64},
    provenance="integrity/foo/1.0/foo-1.0-py3-none-any.whl/provenance",
)
BARE = File(filename="foo-1.0.zip", url="../../packages/x/foo-1.0.zip", hashes={}, size=0)
PAGE = ProjectPage(
    name=FOO,
    files=(FILE, BARE),
    versions=("1.0",),
    status=ProjectStatus(status=Status.ARCHIVED, reason="no <time>"),
)


def whole(kind: Kind, page: ProjectPage, serial: int | None = 7) -> bytes:
    return head(kind, serial, page_api_version(page)) + project_tail(kind, page)


def test_json_has_every_key_of_the_specification() -> None:
    """A page in JSON is what PEP 691 and its successors say, the deprecated alias included."""
    metadata = {"sha256": "b" * 64}
    assert msgspec.json.decode(whole(Kind.JSON, PAGE)) == {
        "meta": {"api-version": "1.4", "_last-serial": 7},
        "name": "foo",
        "versions": ["1.0"],
        "project-status": {"status": "archived", "reason": "no <time>"},
        "files": [
            {
                "filename": FILE.filename,
                "url": FILE.url,
                "hashes": {"sha256": SHA256, "md5": "a" * 32},
                "requires-python": ">=3.9,<4",
                "size": 1234,
                "upload-time": "2024-01-02T03:04:05.600000Z",
                "yanked": '<broken> & "bad"',
                "core-metadata": metadata,
                "provenance": ORIGIN + str(FILE.provenance),
            },
            {
                "filename": "foo-1.0.zip",
                "url": BARE.url,
                "hashes": {},
                "size": 0,
                "yanked": False,
            },
        ],
    }


def test_html_has_every_attribute_and_escapes_each() -> None:
    """A page in HTML, to the byte."""
    metadata = f"sha256={'b' * 64}"
    assert whole(Kind.HTML, PAGE).decode().splitlines() == [
        "<!DOCTYPE html>",
        "<html>",
        "<head>",
        '<meta name="pypi:repository-version" content="1.4">',
        "<!--SERIAL 7-->",
        '<meta name="pypi:project-status" content="archived">',
        '<meta name="pypi:project-status-reason" content="no &lt;time&gt;">',
        "<title>Links for foo</title>",
        "</head>",
        "<body>",
        "<h1>Links for foo</h1>",
        (
            f'<a href="{FILE.url}#sha256={SHA256}" data-requires-python="&gt;=3.9,&lt;4"'
            ' data-yanked="&lt;broken&gt; &amp; &quot;bad&quot;"'
            f' data-dist-info-metadata="{metadata}" data-core-metadata="{metadata}"'
            f' data-provenance="{ORIGIN}{FILE.provenance}"'
            ' data-size="1234" data-upload-time="2024-01-02T03:04:05.600000Z">'
            "foo-1.0-py3-none-any.whl</a><br>"
        ),
        f'<a href="{BARE.url}" data-size="0">foo-1.0.zip</a><br>',
        "</body>",
        "</html>",
    ]
    assert whole(Kind.HTML_V1, PAGE) == whole(Kind.HTML, PAGE)


def test_a_tail_knows_no_serial() -> None:
    """Two states that differ in their serial only share the tail."""
    for kind in Kind:
        seven, eight = whole(kind, PAGE, 7), whole(kind, PAGE, 8)
        assert seven != eight
        tail = project_tail(kind, PAGE)
        assert seven.endswith(tail)
        assert eight.endswith(tail)
        assert b"SERIAL" not in whole(kind, PAGE, None)
        assert b"_last-serial" not in whole(kind, PAGE, None)


def test_metadata_without_a_digest_is_told_as_true() -> None:
    """There is a `.metadata`, and its digest is not known."""
    page = ProjectPage(
        name=FOO, files=(File(filename="f", url="f", hashes={}, size=1, core_metadata={}),)
    )
    assert msgspec.json.decode(whole(Kind.JSON, page))["files"][0]["core-metadata"] is True
    assert b'data-core-metadata="true"' in whole(Kind.HTML, page)


def test_a_yank_without_a_reason_is_told_as_true() -> None:
    """An empty text would mean the opposite in JSON."""
    page = ProjectPage(name=FOO, files=(File(filename="f", url="f", hashes={}, size=1, yanked=""),))
    assert msgspec.json.decode(whole(Kind.JSON, page))["files"][0]["yanked"] is True
    assert b' data-yanked=""' in whole(Kind.HTML, page)


def test_upload_times_are_told_in_utc() -> None:
    """Whatever the zone, the moment is written with a Z and microseconds."""
    moment = datetime(2024, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    page = ProjectPage(
        name=FOO, files=(File(filename="f", url="f", hashes={}, upload_time=moment),)
    )
    for kind in Kind:
        assert b"2023-12-31T23:00:00.000000Z" in whole(kind, page)


def test_a_page_with_unknown_sizes_claims_no_more_than_it_has() -> None:
    """`size` is mandatory from 1.1 on; one file without is enough."""
    assert page_api_version(PAGE) == "1.4"
    assert page_api_version(ProjectPage(name=FOO, files=())) == "1.4"
    unknown = File(filename="f", url="f", hashes={})
    assert page_api_version(ProjectPage(name=FOO, files=(FILE, unknown))) == "1.0"
    assert b'"api-version":"1.0"' in head(Kind.JSON, None, "1.0")
    assert b'content="1.0"' in head(Kind.HTML, None, "1.0")


def test_the_list_of_projects() -> None:
    """Names with serials in JSON, links one level down in HTML."""
    entries = [ProjectEntry(name=FOO, serial=3), ProjectEntry(name=normalize("x-y"))]
    assert msgspec.json.decode(head(Kind.JSON, 3) + root_tail(Kind.JSON, iter(entries))) == {
        "meta": {"api-version": "1.4", "_last-serial": 3},
        "projects": [{"name": "foo", "_last-serial": 3}, {"name": "x-y"}],
    }
    html = (head(Kind.HTML, 3) + root_tail(Kind.HTML, iter(entries))).decode()
    assert '<a href="foo/">foo</a><br>\n<a href="x-y/">x-y</a><br>\n' in html
    assert msgspec.json.decode(head(Kind.JSON, None) + root_tail(Kind.JSON, [])) == {
        "meta": {"api-version": "1.4"},
        "projects": [],
    }


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("count", [0, 1, 40, 2000])
def test_the_compressed_form_unpacks_to_the_body(kind: Kind, count: int) -> None:
    """Head and compressed tail are joined without compressing again, and are valid gzip."""
    page = ProjectPage(name=FOO, files=(BARE,) * count)
    tail = project_tail(kind, page)
    made = assemble(kind, head(kind, 7), deflate(tail))
    assert made.body == head(kind, 7) + tail
    assert gzip.decompress(made.gzip) == made.body
    assert zlib.decompressobj(wbits=31).decompress(made.gzip) == made.body
    assert made.kind is kind


def test_each_representation_has_its_own_etag() -> None:
    """Form, encoding and content each make another ETag; the same input makes the same."""
    pages = [PAGE, ProjectPage(name=FOO, files=())]
    tails = [(kind, deflate(project_tail(kind, page))) for kind in Kind for page in pages]
    made = [assemble(kind, head(kind, 7), tail) for kind, tail in tails]
    again = [assemble(kind, head(kind, 7), tail) for kind, tail in tails]
    etags = [etag for one in made for etag in (one.etag, one.gzip_etag)]
    assert len(set(etags)) == len(etags) == 12
    assert made == again
    assert all(etag.startswith('"') and etag.endswith('"') for etag in etags)
    assert assemble(tails[0][0], head(Kind.JSON, 8), tails[0][1]).etag not in etags


@pytest.mark.parametrize("origin", ["https://example.org/pypi/a", "https://example.org/pypi/a/"])
def test_provenance_links_are_completed(origin: str) -> None:
    """A page with links on the index itself is given the index's URL when it is put together."""
    link = f'"https://example.org/pypi/a/{FILE.provenance}"'.encode()
    for kind in Kind:
        tail = project_tail(kind, PAGE)
        assert has_origin(kind, tail)
        made = assemble(kind, head(kind, 7), deflate(tail), origin)
        assert link in made.body
        assert ORIGIN.encode() not in made.body
        assert gzip.decompress(made.gzip) == made.body
        assert ORIGIN.encode() in assemble(kind, head(kind, 7), deflate(tail)).body


def test_a_hostile_origin_cannot_break_out() -> None:
    """The URL may come from a request; it is escaped like all else."""
    origin = 'https://h/"><script>\\'
    json = assemble(Kind.JSON, head(Kind.JSON, 7), deflate(project_tail(Kind.JSON, PAGE)), origin)
    assert msgspec.json.decode(json.body)["files"][0]["provenance"].startswith(origin)
    html = assemble(Kind.HTML, head(Kind.HTML, 7), deflate(project_tail(Kind.HTML, PAGE)), origin)
    assert b"<script>" not in html.body


def test_the_placeholder_cannot_be_forged() -> None:
    """What an upstream writes into a reason stays what it wrote."""
    reason = f'" data-provenance="{ORIGIN}","provenance":"{ORIGIN}'
    file = File(filename="f", url="f", hashes={}, yanked=reason, requires_python=ORIGIN)
    page = ProjectPage(name=FOO, files=(file,))
    for kind in Kind:
        tail = project_tail(kind, page)
        assert not has_origin(kind, tail)
        made = assemble(kind, head(kind, 7), deflate(tail), "https://example.org/")
        assert made.body == head(kind, 7) + tail


def test_provenance_elsewhere_keeps_its_address() -> None:
    """An absolute link needs no completing."""
    file = File(filename="f", url="f", hashes={}, provenance="https://other.example/p")
    for kind in Kind:
        tail = project_tail(kind, ProjectPage(name=FOO, files=(file,)))
        assert not has_origin(kind, tail)
        assert b'"https://other.example/p"' in tail


def test_equal_pages_are_equal_bytes() -> None:
    """The order in which hashes were told does not show."""
    turned = File(
        filename="f", url="f", hashes={"sha256": SHA256, "md5": "a" * 32}, core_metadata={}
    )
    straight = File(
        filename="f", url="f", hashes={"md5": "a" * 32, "sha256": SHA256}, core_metadata={}
    )
    for kind in Kind:
        tails = {
            project_tail(kind, ProjectPage(name=FOO, files=(file,))) for file in (turned, straight)
        }
        assert len(tails) == 1


@pytest.mark.parametrize("kind", [Kind.JSON, Kind.HTML])
@given(
    before=st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**13)),
    after=st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**13)),
)
def test_a_changed_list_of_projects_is_the_whole_list(
    kind: Kind, before: dict[str, int], after: dict[str, int]
) -> None:
    """To the byte, whatever came, went and changed."""
    changes = {
        name: ProjectEntry(name=normalize(name), serial=after[name]) if name in after else None
        for name in before.keys() | after.keys()
    }

    def tail(serials: dict[str, int]) -> bytes:
        return root_tail(
            kind,
            [ProjectEntry(name=normalize(name), serial=serials[name]) for name in sorted(serials)],
        )

    assert changed_root_tail(kind, tail(before), changes) == tail(after)
