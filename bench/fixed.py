"""A server of fixed bytes: aiohttp under gunicorn as Pulp's content app runs, and nothing else.

It sends exactly the answers that were recorded, headers too: what is left between it and the
product is what the product costs.
"""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from aiohttp import web

from bench import ROOT
from support.pulp import wait_for
from support.stack import free_port

_FOLDER = "BENCH_RECORDED"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: aiohttp sets these itself.
_OWN = frozenset({"content-length", "connection", "date", "server", "transfer-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Keeps answers of the product in a folder, to be sent again."""

    folder: Path

    def page(self, name: str, url: str, headers: dict[str, str]) -> requests.Response:
        """Keep the answer as it travels, compressed or not."""
        sent = {"Accept-Encoding": "identity", **headers}
        answer = requests.get(url, headers=sent, stream=True, timeout=60)
        if not answer.ok:
            raise RuntimeError(f"{url} → {answer.status_code}: {answer.text[:500]}")
        body = answer.raw.read(decode_content=False)
        kept = {k: v for k, v in answer.headers.items() if k.lower() not in _OWN}
        told = json.dumps({"status": answer.status_code, "headers": kept})
        (self.folder / f"{name}.json").write_text(told)
        (self.folder / f"{name}.body").write_bytes(body)
        return answer

    def file(self, name: str, url: str) -> None:
        """Keep a file, to be sent from disk."""
        answer = requests.get(url, timeout=120)
        answer.raise_for_status()
        (self.folder / f"{name}.file").write_bytes(answer.content)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The origin of a server of what was recorded: `/<name>`."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "bench.fixed:application"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--no-control-socket"),
        *("--worker-class", "aiohttp.GunicornUVLoopWebWorker", "--keep-alive", "75"),
        *("--log-level", "warning"),
    ]
    environment = {**os.environ, _FOLDER: str(folder)}
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            origin = f"http://127.0.0.1:{port}"
            wait_for(lambda: _answers(origin), "the server of fixed bytes")
            yield origin
        finally:
            process.terminate()


async def application() -> web.Application:
    """What gunicorn runs."""
    folder = Path(os.environ[_FOLDER])
    app = web.Application()
    for path in folder.glob("*.json"):
        told = json.loads(path.read_text())
        body = path.with_suffix(".body").read_bytes()
        app.router.add_get(f"/{path.stem}", _fixed(told["status"], told["headers"], body))
    for path in folder.glob("*.file"):
        app.router.add_get(f"/{path.stem}", _file(path))
    return app


def _fixed(status: int, headers: dict[str, str], body: bytes) -> _Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers, body=body)

    return answer


def _file(path: Path) -> _Handler:
    async def answer(request: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    return answer


def _answers(origin: str) -> bool:
    try:
        return requests.get(origin, timeout=5).status_code == 404
    except requests.ConnectionError:
        return False
