"""How an index answers: forms, redirects, conditions, ranges, odd requests."""

import gzip
import hashlib
import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from support.index import Index
from support.markup import HTML_TYPE, JSON_TYPE
from support.pulp import Mirror, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

V1_HTML = "application/vnd.pypi.simple.v1+html"
PIP = f"{JSON_TYPE}, {V1_HTML}; q=0.1, text/html; q=0.01"
SMALL = wheel("Alpha.One", "1.0", requires_python=">=3.8")
LARGE = sdist("alpha-one", "1.0")


@pytest.fixture(scope="module")
def made(stack: Stack) -> Iterator[tuple[Mirror, MadeFile]]:
    """One mirror for all tests of this file, and its large file."""
    pulp = stack.client()
    upstream = Upstream().start()
    large = wheel("alpha-one", "2.0", payload=400_000, salt=unique("salt"))
    upstream.add(SMALL, LARGE, large, wheel("beta", "1.0"))
    mirror = pulp.mirror(upstream.url, policy="immediate")
    yield mirror, large
    upstream.stop()
    pulp.clean_up()


@pytest.fixture
def index(made: tuple[Mirror, MadeFile]) -> Index:
    return made[0].index


def raw(url: str, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """An answer to a path as it stands, which no client would send."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as answer:
            return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        (PIP, JSON_TYPE),
        (f"{JSON_TYPE};q=0, */*", "text/html; charset=utf-8"),
        ("application/vnd.pypi.simple.latest+json", JSON_TYPE),
        ("application/vnd.pypi.simple.latest+html", V1_HTML),
        (V1_HTML, V1_HTML),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("path", ["simple/", "simple/beta/"])
def test_pages_are_negotiated(
    index: Index, path: str, accept: str | None, content_type: str
) -> None:
    """By the Accept header."""
    answer = index.get(path, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert answer.headers["X-PyPI-Last-Serial"].isdecimal()


def test_the_format_parameter_beats_the_header(index: Index) -> None:
    """And is refused where it is none."""
    answer = index.get("simple/beta/", params={"format": JSON_TYPE}, headers={"Accept": HTML_TYPE})
    assert answer.headers["Content-Type"] == JSON_TYPE
    assert index.get("simple/beta/", params={"format": "text/plain"}).status_code == 406


def test_what_cannot_be_had_is_not_acceptable(index: Index) -> None:
    """406 says what can be had."""
    answer = index.get("simple/beta/", headers={"Accept": "application/json"})
    assert answer.status_code == 406
    assert JSON_TYPE in answer.text


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("", 302, "simple/"),
        ("simple", 301, "simple/"),
        ("simple/beta", 301, "beta/"),
        ("simple/Beta/", 301, "../beta/"),
        ("simple/Alpha._One", 301, "alpha-one/"),
        (f"simple/Alpha_One/?format={JSON_TYPE}", 301, f"../alpha-one/?format={JSON_TYPE}"),
    ],
)
def test_redirects_are_relative(index: Index, path: str, status: int, location: str) -> None:
    """They hold behind any proxy."""
    answer = index.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (status, location)
    assert requests.get(f"{index.base}{path}", timeout=30).status_code == 200


def test_the_index_itself_wants_a_slash(index: Index) -> None:
    """Also where the last part of its path is all that is left to say."""
    bare = index.base.rstrip("/")
    answer = requests.get(bare, allow_redirects=False, timeout=30)
    assert answer.status_code == 301
    assert requests.get(bare, timeout=30).url == f"{index.base}simple/"


@pytest.mark.parametrize(
    "path",
    [
        "simple/gamma/",
        "simple/Gamma/",
        "simple/gamma",
        "simple/beta/more/",
        "simple//",
        "simple/%00/",
        "simple/%ff/",
        "simple/..%2fbeta/",
        "simple/-/",
        "nothing/",
        "packages/",
        "packages/00/11/22/x.whl",
        f"packages/00/11/{'2' * 60}/x.whl",
        f"packages/00/11/{'2' * 60}/x.whl.metadata",
        f"packages/00/11/{'2' * 60}/{'x' * 5000}",
        "integrity/beta/1.0/beta-1.0-py3-none-any.whl/provenance",
        "\u212a/",
    ],
)
def test_what_is_not_there_is_not_found(index: Index, path: str) -> None:
    """404 with a body, never 500."""
    answer = index.get(path)
    assert answer.status_code == 404
    assert answer.text


@pytest.mark.parametrize(
    "path",
    ["//simple/beta/", "/../..", "/%2e%2e/%2e%2e", "/simple/%", "/simple/\x7f/", "/" + "a/" * 2000],
)
def test_odd_paths_do_no_harm(index: Index, path: str) -> None:
    """As no client sends them."""
    base = urlsplit(index.base).path.rstrip("/")
    assert raw(index.base, f"{base}{path}".replace("\x7f", "%7f"))[0] in (400, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_are_only_read(index: Index, method: str) -> None:
    """405 says how."""
    answer = index.get("simple/beta/", method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_each_representation_has_its_own_etag(index: Index) -> None:
    """JSON, both HTML types, plain and gzip; each is confirmed by 304."""
    etags = set()
    for accept in (JSON_TYPE, HTML_TYPE, V1_HTML):
        for encoding in ("identity", "gzip"):
            headers = {"Accept": accept, "Accept-Encoding": encoding}
            etag = index.get("simple/alpha-one/", headers=headers).headers["ETag"]
            etags.add(etag)
            for known in (etag, f'"x", W/{etag}', "*"):
                answer = index.get("simple/alpha-one/", headers={**headers, "If-None-Match": known})
                assert (answer.status_code, answer.content) == (304, b"")
                assert answer.headers["ETag"] == etag
                assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert len(etags) == 2 * len({JSON_TYPE, HTML_TYPE, V1_HTML})
    assert not any(etag.startswith("W/") for etag in etags)


def test_gzip_holds_the_same_page(index: Index) -> None:
    """Chosen by Accept-Encoding; HEAD tells the length of what GET sends."""
    headers = {"Accept": JSON_TYPE, "Accept-Encoding": "identity"}
    plain = index.get("simple/alpha-one/", headers=headers)
    assert "Content-Encoding" not in plain.headers
    headers["Accept-Encoding"] = "br, gzip;q=0.5"
    packed = index.get("simple/alpha-one/", headers=headers, stream=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    body = packed.raw.read(decode_content=False)
    assert gzip.decompress(body) == plain.content
    head = index.get("simple/alpha-one/", headers=headers, method="HEAD")
    assert head.headers["Content-Length"] == str(len(body))
    assert head.content == b""


def test_files_are_served_for_ever(index: Index, made: tuple[Mirror, MadeFile]) -> None:
    """Small ones from memory, large ones from disk; whole, in part, HEAD, conditional."""
    for file in (SMALL, made[1]):
        entry = index.files("alpha-one")[file.filename]
        whole = index.get(entry["url"])
        assert whole.content == file.body
        assert whole.headers["Cache-Control"] == "public, max-age=365000000, immutable"
        assert whole.headers["ETag"] == f'"{file.sha256}"'
        assert whole.headers["Accept-Ranges"] == "bytes"
        assert "Content-Encoding" not in whole.headers
        part = index.get(
            entry["url"], headers={"Range": "bytes=-100", "If-Range": whole.headers["ETag"]}
        )
        assert (part.status_code, part.content) == (206, file.body[-100:])
        assert part.headers["Content-Range"].endswith(f"/{file.size}")
        again = index.get(entry["url"], headers={"If-None-Match": whole.headers["ETag"]})
        assert again.status_code == 304
        head = index.get(entry["url"], method="HEAD")
        assert (head.headers["Content-Length"], head.content) == (str(file.size), b"")
        beyond = index.get(entry["url"], headers={"Range": f"bytes={file.size}-"})
        assert beyond.status_code == 416


def test_metadata_is_what_the_page_says(index: Index) -> None:
    """Byte for byte."""
    entry = index.files("alpha-one")[SMALL.filename]
    body = index.get(f"{entry['url']}.metadata").content
    assert body == SMALL.metadata
    assert entry["core-metadata"] == {"sha256": hashlib.sha256(body).hexdigest()}
    other = index.files("alpha-one")[LARGE.filename]
    assert index.get(f"{other['url']}.metadata").status_code == 404


def test_the_address_of_a_file_holds_its_name(index: Index) -> None:
    """Another name for the right digest is no file."""
    url = index.files("alpha-one")[SMALL.filename]["url"]
    assert index.get(url.replace("Alpha", "alpha").replace("1.0", "2.0")).status_code == 404
