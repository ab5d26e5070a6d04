"""Requests to upstreams: credentials stay at home, redirects end, faults have names."""

import re
import socket
from uuid import UUID

import pytest
from aiohttp import web

from pulp_pyindex.app.exceptions import (
    UpstreamError,
    UpstreamFaulty,
    UpstreamForbidden,
    UpstreamMissing,
    UpstreamRefused,
)
from pulp_pyindex.app.upstream import Upstream
from support.scripted import Server, redirect, run


def test_credentials_go_to_the_own_origin_only() -> None:
    """Another host, be it the same machine, does not see them, nor the remote's headers."""

    async def story(server: Server, upstream: Upstream) -> None:
        await upstream.page(server.url("/simple/"))
        await upstream.page(server.url("/simple/", host="localhost"))
        own, other = server.asked
        assert own.headers["Authorization"] == "Basic dXNlcjpzZWNyZXQ="
        assert own.headers["X-Key"] == "1"
        assert "Authorization" not in other.headers
        assert "X-Key" not in other.headers

    run(story, username="user", password="secret", headers=[{"X-Key": "1"}])


def test_a_redirect_to_another_origin_goes_without_credentials() -> None:
    """And back home with them."""

    async def story(server: Server, upstream: Upstream) -> None:
        answer = await upstream.page(server.url("/away/"))
        assert answer.url == server.url("/home/")
        carried = ["Authorization" in request.headers for request in server.asked]
        assert carried == [True, False, True]

    run(
        story,
        {
            "/away/": redirect(lambda r: f"http://localhost:{r.url.port}/other/"),
            "/other/": redirect(lambda r: f"http://127.0.0.1:{r.url.port}/home/"),
        },
        username="user",
        password="secret",
    )


@pytest.mark.parametrize("pk", [UUID(int=7), None])
def test_a_request_tells_what_it_has_passed(pk: UUID | None) -> None:
    """Also on behalf of a remote that was made for one download and is not stored."""

    async def story(server: Server, upstream: Upstream) -> None:
        await upstream.page(server.url("/simple/"))
        own = "[0-9a-f]{32}" if pk is None else pk.hex
        passed = server.asked[0].headers["CDN-Loop"]
        assert re.fullmatch(f"pulp-pyindex; id={own}", passed), passed

    run(story, pk=pk)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1/\r\nX: y"]
)
def test_only_http_is_asked(url: str) -> None:
    """Neither by a link nor by a redirect."""

    async def story(server: Server, upstream: Upstream) -> None:
        with pytest.raises(UpstreamRefused):
            await upstream.page(url)
        assert server.asked == []

    run(story)


def test_redirects_end() -> None:
    """A circle is refused."""

    async def story(server: Server, upstream: Upstream) -> None:
        with pytest.raises(UpstreamRefused, match="redirects"):
            await upstream.page(server.url("/circle/"))

    run(story, {"/circle/": redirect(lambda r: "/circle/")})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, UpstreamForbidden),
        (403, UpstreamForbidden),
        (404, UpstreamMissing),
        (410, UpstreamMissing),
        (406, UpstreamRefused),
        (429, UpstreamFaulty),
        (500, UpstreamFaulty),
        (304, UpstreamRefused),
    ],
)
def test_a_status_names_the_fault(status: int, kind: type[UpstreamError]) -> None:
    """With the URL that was asked; a 304 that was not asked for is no answer."""

    async def story(server: Server, upstream: Upstream) -> None:
        with pytest.raises(kind) as raised:
            await upstream.page(server.url("/x/"))
        assert (raised.value.url, raised.value.status) == (server.url("/x/"), status)

    run(story, {"/x/": lambda request: web.Response(status=status)})


def test_an_error_shows_no_password() -> None:
    """Not even one that was part of the URL."""

    async def story(server: Server, upstream: Upstream) -> str:
        with pytest.raises(UpstreamMissing) as raised:
            await upstream.page(f"http://me:secret@127.0.0.1:{server.port}/x/")
        return str(raised.value)

    assert "secret" not in run(story, {"/x/": lambda request: web.Response(status=404)})


def test_validators_are_sent_and_a_304_comes_back() -> None:
    """As the news that nothing changed."""

    async def story(server: Server, upstream: Upstream) -> None:
        answer = await upstream.page(server.url("/x/"), etag='"a"', last_modified="yesterday")
        assert (answer.status, answer.body) == (304, b"")
        assert server.asked[0].headers["If-None-Match"] == '"a"'
        assert server.asked[0].headers["If-Modified-Since"] == "yesterday"

    run(story, {"/x/": lambda request: web.Response(status=304)})


def test_a_timeout_is_told_apart() -> None:
    """It is the upstream that is slow, not the connection that is gone."""

    async def story(server: Server, upstream: Upstream) -> None:
        with pytest.raises(UpstreamFaulty) as slow:
            await upstream.page(server.url("/slow/"))
        assert slow.value.timeout
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with pytest.raises(UpstreamFaulty) as gone:
            await upstream.page(f"http://127.0.0.1:{port}/")
        assert not gone.value.timeout

    run(story, sock_read_timeout=0.2)
