"""The plugin's upstream client before a server that answers as a test says."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from aiohttp import web

from pulp_pyindex.app.upstream import Upstream

_REMOTE: dict[str, Any] = {
    "pk": uuid4(),
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
    """What `story` returns, told between such a server and the upstream of such a remote."""

    async def all_of_it() -> Any:
        async with serving(routes or {}, **remote) as (server, upstream):
            return await story(server, upstream)

    return asyncio.run(all_of_it())


def redirect(target: Callable[[web.Request], str]) -> Callable[[web.Request], web.Response]:
    """A route that leads to where `target` says."""
    return lambda request: web.Response(status=302, headers={"Location": target(request)})


def zipped(body: bytes) -> Callable[[web.Request], web.Response]:
    """A route whose body comes compressed."""
    packed = gzip.compress(body)
    return lambda request: web.Response(body=packed, headers={"Content-Encoding": "gzip"})
