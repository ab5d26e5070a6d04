"""Bodies of upstreams: bounded, whole, as they are stored, from where they were asked for."""

import gzip

import pytest
from aiohttp import web

from pulp_pyindex.app.exceptions import (
    UpstreamFaulty,
    UpstreamRefused,
    UpstreamTooLarge,
)
from pulp_pyindex.app.upstream import Upstream
from support.scripted import Server, run, zipped


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
