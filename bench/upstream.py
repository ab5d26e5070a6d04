"""The upstream of the figures, a process of its own: `python -m bench.upstream PORT SIZE…`.

Where a SIZE is a folder, it offers the wheels in there.

It answers from memory and does little else, so that what is measured is not it. Beside the indexes
`/<name>/simple/` and `/downloads/` it has `/-/count`, `/-/change/<name>/<share>` and
`/-/rate/<bytes>`.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import requests

from bench import ROOT, dataset
from support.stack import free_port

_JSON = b"application/vnd.pypi.simple.v1+json"
_STEP = 256 * 1024


@dataclass(kw_only=True)
class Offer:
    """Everything the upstream has, and what it was asked for."""

    indexes: dict[str, dataset.Index]
    bodies: dict[str, bytes]
    count: Counter[str] = field(default_factory=Counter)
    #: Bytes a second of a large file; 0 = as fast as it goes.
    rate: int = 0
    #: Seconds before an answer begins.
    pause: float = 0
    #: Close every connection unanswered.
    refuses: bool = False

    def control(self, path: str) -> bytes:
        """Do what a path below `/-/` asks for; the answer is JSON."""
        match path.strip("/").split("/")[1:]:
            case ["count"]:
                counted = dict(self.count)
                self.count.clear()
                return json.dumps(counted).encode()
            case ["change", name, share]:
                return json.dumps(self.indexes[name].change(float(share))).encode()
            case ["rate", rate]:
                self.rate = int(rate)
                return b"0"
            case ["sleep", seconds]:
                self.pause = float(seconds)
                return b"0"
            case ["refuse", flag]:
                self.refuses = flag == "1"
                return b"0"
        return b"null"

    def page(self, path: str) -> tuple[bytes, bytes] | None:
        """Body and ETag of the page at `path`."""
        name, _, rest = path[1:].partition("/simple/")
        index = self.indexes.get(name)
        if index is None:
            return None
        if not rest:
            return index.root, index.root_etag
        page = index.pages.get(rest.rstrip("/"))
        return (page.body, page.etag) if page else None


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as a client that sends GET without a body needs it."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._heard = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head, self._heard = self._heard[:end], self._heard[end + 4 :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        offer = self._offer
        path = head.split(b" ", 2)[1].decode().partition("?")[0]
        if path.startswith("/-/"):
            self._send(b"200 OK", offer.control(path), b"Content-Type: application/json\r\n")
        elif offer.refuses and self._transport is not None:
            self._transport.abort()
        elif offer.pause:
            asyncio.get_running_loop().call_later(offer.pause, self._offered, path, head)
        else:
            self._offered(path, head)

    def _offered(self, path: str, head: bytes) -> None:
        if path.startswith("/downloads/"):
            self._file(path)
        else:
            self._page(path, head)

    def _page(self, path: str, head: bytes) -> None:
        offer = self._offer
        offer.count["pages"] += 1
        found = offer.page(path)
        if found is None:
            self._send(b"404 Not Found", b"not here", b"")
            return
        body, etag = found
        extra = b"Content-Type: " + _JSON + b"\r\nETag: " + etag + b"\r\n"
        if etag in head:
            offer.count["not modified"] += 1
            self._send(b"304 Not Modified", b"", extra)
        else:
            self._send(b"200 OK", body, extra)

    def _file(self, path: str) -> None:
        self._offer.count["metadata" if path.endswith(".metadata") else "files"] += 1
        body = self._offer.bodies.get(path)
        extra = b"Content-Type: application/octet-stream\r\n"
        if body is None:
            self._send(b"404 Not Found", b"not here", b"")
        elif not self._offer.rate or len(body) < _STEP:
            self._send(b"200 OK", body, extra)
        else:
            self._send(b"200 OK", b"", extra, length=len(body))
            self._trickle(body, 0, time.monotonic(), self._offer.rate)

    def _trickle(self, body: bytes, sent: int, begun: float, rate: int) -> None:
        assert self._transport is not None
        if self._transport.is_closing():
            return
        due = min(len(body), int((time.monotonic() - begun) * rate))
        self._transport.write(body[sent:due])
        if due < len(body):
            loop = asyncio.get_running_loop()
            loop.call_later(0.02, self._trickle, body, due, begun, rate)

    def _send(self, status: bytes, body: bytes, extra: bytes, length: int | None = None) -> None:
        assert self._transport is not None
        size = len(body) if length is None else length
        self._transport.write(
            b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n" % (status, extra, size) + body
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A running upstream, seen from outside."""

    origin: str

    def url(self, name: str) -> str:
        """Of the simple index `name`."""
        return f"{self.origin}/{name}/simple/"

    def counted(self) -> dict[str, int]:
        """What was asked for since this was last called."""
        counted: dict[str, int] = self._tell("count")
        return counted

    def change(self, name: str, share: float) -> int:
        """Let this share of an index's projects have a new release."""
        changed: int = self._tell(f"change/{name}/{share}")
        return changed

    def throttle(self, rate: int) -> None:
        """Bytes per second for each download of a large file; 0 = no limit."""
        self._tell(f"rate/{rate}")

    def sleep(self, seconds: float) -> None:
        """Seconds before each answer."""
        self._tell(f"sleep/{seconds}")

    def refuse(self, refuse: bool) -> None:
        """Whether connections are closed instead of answered."""
        self._tell(f"refuse/{int(refuse)}")

    def _tell(self, what: str) -> Any:
        answer = requests.get(f"{self.origin}/-/{what}", timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running(offered: Sequence[int | Path]) -> Iterator[Upstream]:
    """An upstream with an index of each size or folder of wheels, until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "bench.upstream", str(port), *map(str, offered)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the upstream of the figures did not start")
            yield Upstream(origin=f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


async def _serve(port: int, offered: list[str]) -> None:
    index, bodies = dataset.files()
    indexes = [index, dataset.pages()]
    for one in offered:
        if one.isdigit():
            indexes += [dataset.many(name, int(one)) for name in dataset.names(int(one))]
        else:
            index, more = dataset.wheels(Path(one))
            indexes.append(index)
            bodies |= more
    offer = Offer(indexes={index.name: index for index in indexes}, bodies=bodies)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(offer), "127.0.0.1", port, backlog=512)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2:]))
