"""Websites: a folder by Python's own web server, and a bucket by the rules of object storages.

In a bucket, an address that ends in a slash is the `index.html` below it; one that stands for a
folder is sent there; everything else is the object itself.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from aiohttp import web

from .peers import serving
from .stack import free_port

_KEPT = ("Content-Type", "ETag", "Cache-Control")


@contextmanager
def website(bucket: str) -> Iterator[str]:
    """The website's URL; `bucket` is the address of the bucket's objects, readable by anybody."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    told: list[web.AppRunner] = []

    def fetch(path: str) -> requests.Response:
        return requests.get(f"{bucket}{path}", timeout=10)

    async def answer(request: web.Request) -> web.Response:
        path = request.raw_path
        found = await asyncio.to_thread(fetch, f"{path}index.html" if path[-1] == "/" else path)
        if found.status_code != 200:
            below = await asyncio.to_thread(fetch, f"{path}/index.html")
            if below.status_code == 200:
                return web.Response(status=302, headers={"Location": f"{path}/"})
            return web.Response(status=404)
        headers = {name: found.headers[name] for name in _KEPT if name in found.headers}
        return web.Response(body=found.content, headers=headers)

    async def begin() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        told.append(runner)
        ready.set()

    def run() -> None:
        loop.run_until_complete(begin())
        loop.run_forever()
        loop.run_until_complete(told[0].cleanup())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield f"http://127.0.0.1:{told[0].addresses[0][1]}/"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@contextmanager
def http_server(folder: Path, logs: Path) -> Iterator[str]:
    """The URL of Python's own web server in a folder."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with serving([*command, "--directory", str(folder)], port, folder=logs) as url:
        yield url
