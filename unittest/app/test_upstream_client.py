"""Requests to upstreams: credentials stay at home, answers are bounded, faults have names."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from pulp_pyindex.app.exceptions import (
    UpstreamError,
    UpstreamFaulty,
    UpstreamForbidden,
    UpstreamMissing,
    UpstreamRefused,
    UpstreamTooLarge,
)
from pulp_pyindex.app.upstream import Upstream

_REMOTE: dict[str, Any] = {
    "username": None,
    "password": None,
    "headers": None,
    "ca_cert": None,
    "client_cert": None,
    "client_key": None,
    "tls_validation": True,
    "proxy_url": None,
    "proxy_username": None,
    "proxy_password": None,
    "download_concurrency": None,
    "max_retries": 0,
    "rate_limit": None,
    "total_timeout": None,
    "connect_timeout": None,
    "sock_connect_timeout": None,
    "sock_read_timeout": 5.0,
}


@dataclass
class Server:
    """Answers as `routes` says and remembers what it was asked."""

    routes: dict[str, Callable[[web.Request], web.StreamResponse]]
    asked: list[web.Request] = field(default_factory=list)
    port: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if request.path == "/slow/":
            await asyncio.sleep(1)
        route = self.routes.get(request.path)
        return web.Response(text="fine") if route is None else route(request)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def serving(
    routes: dict[str, Callable[[web.Request], web.StreamResponse]], **remote: Any
) -> AsyncIterator[tuple[Server, Upstream]]:
    """A server, and the upstream of a remote whose index is its `/simple/`."""
    server = Server(routes)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    row: Any = SimpleNamespace(url=server.url("/simple/"), **{**_REMOTE, **remote})
    async with Upstream(row) as upstream:
        yield server, upstream
    await runner.cleanup()


def run(
    story: Callable[[Server, Upstream], Awaitable[Any]],
    routes: dict[str, Callable[[web.Request], web.StreamResponse]] | None = None,
    **remote: Any,
) -> Any:
    async def all_of_it() -> Any:
        async with serving(routes or {}, **remote) as (server, upstream):
            return await story(server, upstream)

    return asyncio.run(all_of_it())


def redirect(target: Callable[[web.Request], str]) -> Callable[[web.Request], web.Response]:
    return lambda request: web.Response(status=302, headers={"Location": target(request)})


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


def zipped(body: bytes) -> Callable[[web.Request], web.Response]:
    packed = gzip.compress(body)
    return lambda request: web.Response(body=packed, headers={"Content-Encoding": "gzip"})


def test_a_bomb_is_not_unpacked() -> None:
    """The bound is on what comes out."""

    async def story(server: Server, upstream: Upstream) -> None:
        assert len((await upstream.page(server.url("/good/"))).body) == 100_000
        with pytest.raises(UpstreamTooLarge):
            await upstream.page(server.url("/bomb/"), max_bytes=1_000_000)

    run(story, {"/good/": zipped(b"x" * 100_000), "/bomb/": zipped(b"x" * 10_000_000)})


def test_a_stream_has_no_empty_chunks() -> None:
    """Readers take one for the end."""

    async def story(server: Server, upstream: Upstream) -> None:
        async with upstream.page_stream(server.url("/x/")) as stream:
            chunks = [chunk async for chunk in stream.chunks]
        assert all(chunks)
        assert b"".join(chunks) == b"x" * 100_000

    run(story, {"/x/": zipped(b"x" * 100_000)})


def test_a_page_that_is_cut_within_its_encoding_is_no_page() -> None:
    """Although the connection ended well."""
    packed = gzip.compress(b"x" * 1000)[:-10]

    async def story(server: Server, upstream: Upstream) -> None:
        with pytest.raises(UpstreamFaulty, match="cut short"):
            await upstream.page(server.url("/x/"))

    run(
        story,
        {"/x/": lambda request: web.Response(body=packed, headers={"Content-Encoding": "gzip"})},
    )


def test_a_large_page_is_announced_once_it_is_known_to_be_large() -> None:
    """The caller can wait there until there is room."""
    announced: list[bool] = []

    async def on_large() -> None:
        announced.append(True)

    async def story(server: Server, upstream: Upstream) -> None:
        await upstream.page(server.url("/small/"), on_large=on_large)
        assert announced == []
        await upstream.page(server.url("/large/"), on_large=on_large)
        assert announced == [True]

    run(story, {"/large/": zipped(b"x" * 5_000_000)})


def test_a_file_comes_as_it_is_stored() -> None:
    """Whatever encoding the server believes it has."""
    packed = gzip.compress(b"sdist")

    async def story(server: Server, upstream: Upstream) -> bytes:
        async with upstream.file(server.url("/x.tar.gz")) as answer:
            assert (answer.status, answer.size, answer.start) == (200, len(packed), 0)
            return b"".join([chunk async for chunk in answer.chunks])

    assert run(story, {"/x.tar.gz": zipped(b"sdist")}) == packed


@pytest.mark.parametrize(
    ("headers", "status", "start", "size"),
    [({"Content-Range": "bytes 3-9/10"}, 206, 3, 10), ({}, 200, 0, 7)],
)
def test_the_rest_of_a_file_begins_where_the_answer_says(
    headers: dict[str, str], status: int, start: int, size: int
) -> None:
    """Servers without ranges send all of it."""

    async def story(server: Server, upstream: Upstream) -> None:
        async with upstream.file(server.url("/x"), start=3) as answer:
            assert (answer.start, answer.size) == (start, size)
        assert server.asked[0].headers["Range"] == "bytes=3-"

    run(story, {"/x": lambda r: web.Response(status=status, body=b"3456789", headers=headers)})


def test_another_range_than_the_one_asked_for_is_refused() -> None:
    """Its bytes would land in the wrong place."""

    async def story(server: Server, upstream: Upstream) -> None:
        with pytest.raises(UpstreamRefused, match="another range"):
            async with upstream.file(server.url("/x"), start=3):
                pass

    run(
        story,
        {
            "/x": lambda request: web.Response(
                status=206, body=b"456", headers={"Content-Range": "bytes 4-6/10"}
            )
        },
    )


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
