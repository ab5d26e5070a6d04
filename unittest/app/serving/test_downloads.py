"""Downloads of two processes, here two `Download`s on one folder."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.serving.downloads import Download, Wanted
from pulp_pyindex.app.serving.growing import HELD_BACK, FetchFailed
from pulp_pyindex.app.serving.parts import LEFT_OVER, Part, sweep
from pulp_pyindex.app.serving.ranges import Span
from pulp_pyindex.app.serving.rows import Source
from pulp_pyindex.app.serving.traffic import Traffic

BODY = os.urandom(700_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
KEY = "key"


class World:
    """A folder, an upstream, and what was stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = 0
        self.stored: list[bytes] = []
        self.body = BODY
        self.gate = asyncio.Event()
        self.gate.set()
        self.urls: list[str] = []

    def wanted(self, size: int | None = len(BODY)) -> Wanted:
        remote = PyindexRemote(pk=UUID(int=2), url="http://127.0.0.1/", pulp_domain_id=UUID(int=1))
        return Wanted(
            key=KEY,
            filename="a.whl",
            sha256=SHA256,
            size=size,
            limit=None,
            sources=lambda: [
                Source(url=url, remote=remote, domain="default", stored=True) for url in self.urls
            ],
            is_here=lambda: bool(self.stored),
            store=self._store,
        )

    def _store(self, path: str) -> None:
        self.stored.append(Path(path).read_bytes())
        Path(path).unlink()

    def begin(self, size: int | None = len(BODY)) -> tuple[Download, asyncio.Task[None]]:
        download = Download(self.wanted(size), Part(self.folder, KEY), Traffic())
        return download, asyncio.create_task(download.run())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.path == "/gone":
            raise web.HTTPNotFound
        response = web.StreamResponse()
        response.content_length = len(self.body)
        await response.prepare(request)
        await response.write(self.body[:300_000])
        await self.gate.wait()
        await response.write(self.body[300_000:])
        return response


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    made = World(folder)
    app = web.Application()
    app.router.add_get("/{path}", made.handle)
    async with TestServer(app) as server:
        made.urls = [str(server.make_url("/a.whl"))]
        yield made


def run(folder: Path, story: Callable[[World], Awaitable[None]]) -> None:
    """Tell a story in a world of its own; no file may be left over."""

    async def main() -> None:
        async with world(folder) as made:
            await asyncio.wait_for(story(made), 20)

    asyncio.run(main())
    assert {path.suffix for path in folder.iterdir()} <= {".json"}


async def read(download: Download, span: Span | None = None) -> bytes:
    return b"".join([chunk async for chunk in download.read(span)])


def test_who_begins_to_read_after_the_end_has_the_bytes(tmp_path: Path) -> None:
    """A small file that is not stored has come, and the download is over, in one step."""

    async def story(here: World) -> None:
        download, task = here.begin()
        await task
        assert await read(download) == BODY
        assert await read(download) == BODY

    run(tmp_path, story)


@pytest.mark.parametrize("size", [len(BODY), None])
def test_two_processes_make_one_download(tmp_path: Path, size: int | None) -> None:
    """The one follows the other's file; what is stored is stored once."""

    async def story(made: World) -> None:
        made.gate.clear()
        first, one = made.begin(size)
        await first.ready(Span(start=0, stop=200_000))
        second, two = made.begin(size)
        readers = [asyncio.create_task(read(each)) for each in (first, first, second, second)]
        await second.ready(Span(start=0, stop=200_000))
        assert second.size == len(BODY) or size is None
        made.gate.set()
        assert await asyncio.gather(*readers) == [BODY] * 4
        await asyncio.gather(one, two)
        assert made.asked == 1
        assert made.stored == [BODY]

    run(tmp_path, story)


def test_the_end_of_an_answer_waits_for_the_digest(tmp_path: Path) -> None:
    """Of the whole file as of a part of it."""

    async def story(made: World) -> None:
        made.gate.clear()
        download, task = made.begin()
        await download.ready(Span(start=0, stop=200_000))
        reading = download.read(Span(start=0, stop=200_000))
        got = b""
        async for chunk in reading:
            got += chunk
            if len(got) == 200_000 - HELD_BACK:
                made.gate.set()
            elif len(got) > 200_000 - HELD_BACK:
                assert download.verified
        assert got == BODY[:200_000]
        await task

    run(tmp_path, story)


def test_wrong_bytes_fail_both_processes(tmp_path: Path) -> None:
    """Neither hands over the end; both know the reason; nothing is stored."""

    async def story(made: World) -> None:
        made.gate.clear()
        made.body = BODY[:-1] + bytes([BODY[-1] ^ 1])
        first, one = made.begin()
        await first.ready(Span(start=0, stop=200_000))
        second, two = made.begin()
        await second.ready(Span(start=0, stop=200_000))
        readers = [asyncio.create_task(read(each)) for each in (first, second)]
        made.gate.set()
        for reader in readers:
            with pytest.raises(FetchFailed, match="sha256"):
                await reader
        await asyncio.gather(one, two)
        assert made.stored == []
        made.body = BODY
        third, three = made.begin()
        assert await read(third) == BODY
        await three

    run(tmp_path, story)


def test_a_process_that_dies_is_replaced_by_one_that_follows(tmp_path: Path) -> None:
    """Its clients stay where they are, the bytes come from the upstream again."""

    async def story(made: World) -> None:
        dying = Part(made.folder, KEY)
        lock = dying.lead()
        assert lock is not None
        descriptor = dying.begin(len(BODY))
        os.write(descriptor, BODY[:400_000])
        download, task = made.begin()
        await download.ready(Span(start=0, stop=300_000))
        reading = download.read(None)
        first = await anext(reading)
        os.close(lock)
        rest = b"".join([chunk async for chunk in reading])
        os.close(descriptor)
        await task
        assert first + rest == BODY
        assert made.asked == 1
        assert made.stored == [BODY]

    run(tmp_path, story)


def test_a_process_that_dies_with_all_bytes_there_needs_no_second_download(
    tmp_path: Path,
) -> None:
    """They are checked, and stored in its place."""

    async def story(made: World) -> None:
        dying = Part(made.folder, KEY)
        lock = dying.lead()
        assert lock is not None
        descriptor = dying.begin(None)
        os.write(descriptor, BODY[:400_000])
        download, task = made.begin(size=None)
        reading = asyncio.create_task(read(download))
        await asyncio.sleep(0.05)
        os.write(descriptor, BODY[400_000:])
        os.close(descriptor)
        os.close(lock)
        assert await reading == BODY
        await task
        assert made.asked == 0

    run(tmp_path, story)


def test_the_next_source_is_asked_where_one_fails(tmp_path: Path) -> None:
    """Remotes in their order."""

    async def story(made: World) -> None:
        made.urls.insert(0, made.urls[0].replace("a.whl", "gone"))
        download, task = made.begin()
        assert await read(download) == BODY
        await task
        assert made.asked == 2

    run(tmp_path, story)


def test_what_nobody_offers_is_a_bad_gateway(tmp_path: Path) -> None:
    """With a reason."""

    async def story(made: World) -> None:
        made.urls = []
        download, task = made.begin()
        with pytest.raises(FetchFailed, match="No upstream") as caught:
            await download.ready(None)
        assert caught.value.status == 502
        await task

    run(tmp_path, story)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """507, and nothing is left behind."""

    async def story(made: World) -> None:
        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        download, task = made.begin()
        with pytest.raises(FetchFailed, match="no room") as caught:
            await read(download)
        assert caught.value.status == 507
        await task

    run(tmp_path, story)


def test_a_stored_file_is_not_fetched_again(tmp_path: Path) -> None:
    """Where it was stored between the question and the download."""

    async def story(made: World) -> None:
        made.stored.append(BODY)
        download, task = made.begin()
        await download.ready(None)
        assert download.elsewhere
        await task
        assert made.asked == 0

    run(tmp_path, story)


def test_leftovers_are_swept(tmp_path: Path) -> None:
    """Old files that nobody holds; never those of a download under way."""
    dead, live = Part(tmp_path, "dead"), Part(tmp_path, "live")
    for part in (dead, live):
        lock = part.lead()
        assert lock is not None
        os.close(part.begin(None))
        if part is dead:
            os.close(lock)
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "live.json",
        "live.lock",
        "live.part",
    ]
    assert lock is not None
    os.close(lock)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert LEFT_OVER > 1
