"""Sends files by the kernel's sendfile, on asyncio's loop and on uvloop, which has none."""

from __future__ import annotations

import asyncio
import os
import socket

from aiohttp import web

from pulp_pyindex.app.serving.ranges import Span

#: Bytes handed to the kernel before others on the loop get their turn.
_TURN = 1024 * 1024
_CHUNK = 256 * 1024


async def send_file(request: web.BaseRequest, head: bytes, descriptor: int, span: Span) -> None:
    """Send the head of an answer and, after it, a span of an open file.

    Raises ConnectionError where the client goes away.
    """
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the client has gone away")
    connection = transport.get_extra_info("socket")
    if connection is None or transport.get_extra_info("sslcontext") is not None:
        await _copy(request, head, descriptor, span)
        return
    while transport.get_write_buffer_size():
        await asyncio.sleep(0.001)
    # Loops refuse to watch the descriptor of a transport, but not a duplicate of it.
    with socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.setblocking(False)
        await _send_head(duplicate, head)
        await _send_span(duplicate, descriptor, span)


async def _send_head(connection: socket.socket, head: bytes) -> None:
    view = memoryview(head)
    while view:
        try:
            # More follows at once: let it share the packet.
            view = view[connection.send(view, socket.MSG_MORE) :]
        except BlockingIOError:
            await _writable(connection)


async def _send_span(connection: socket.socket, descriptor: int, span: Span) -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    offset = span.start

    def send() -> None:
        nonlocal offset
        if done.done():
            return
        try:
            count = min(span.stop - offset, _TURN)
            sent = os.sendfile(connection.fileno(), descriptor, offset, count)
        except BlockingIOError:
            return
        except OSError as error:
            done.set_exception(error)
            return
        offset += sent
        if offset == span.stop:
            done.set_result(None)
        elif sent == 0:
            done.set_exception(ConnectionAbortedError("the file is shorter than it was"))

    # The writer stays for all of the span: adding and removing it costs a third of the speed.
    loop.add_writer(connection.fileno(), send)
    try:
        await done
    finally:
        loop.remove_writer(connection.fileno())


async def _writable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_writer(connection.fileno(), wake)
    try:
        await ready
    finally:
        loop.remove_writer(connection.fileno())


async def _copy(request: web.BaseRequest, head: bytes, descriptor: int, span: Span) -> None:
    loop = asyncio.get_running_loop()
    writer = request.writer
    await writer.write(head)
    offset = span.start
    while offset < span.stop:
        count = min(_CHUNK, span.stop - offset)
        chunk = await loop.run_in_executor(None, os.pread, descriptor, count, offset)
        if not chunk:
            raise ConnectionAbortedError("the file is shorter than it was")
        await writer.write(chunk)
        offset += len(chunk)
