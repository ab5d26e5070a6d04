"""How the upstream answers: conditional requests and ranges where all is well, or a fault."""

import asyncio
import re
from email.utils import parsedate_to_datetime

from aiohttp import web

from .faults import Fault

_CHUNK = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


async def answer(
    request: web.Request,
    body: bytes | None,
    content_type: str,
    headers: dict[str, str],
    fault: Fault | None,
    ranges: bool = False,
) -> web.StreamResponse:
    """The answer with `body` (None = 404), spoilt as `fault` wants it."""
    if fault is not None:
        fault.hits += 1
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.hang:
            fault.reached.set()
            await _event(fault)
        if fault.status is not None:
            return _refusal(fault)
        if fault.body is not None:
            body, content_type = fault.body, fault.content_type or content_type
            headers = {}
    if body is None:
        return web.Response(status=404, text="not here")
    headers = {**headers, "Content-Type": content_type}
    if _unchanged(request, headers):
        return web.Response(status=304, headers=headers)
    status = 200
    if ranges:
        headers["Accept-Ranges"] = "bytes"
        span = _span(request, len(body), headers.get("ETag"))
        if span is not None:
            start, end = span
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
            body, status = body[start:end], 206
    if fault is not None and fault.wrong_bytes:
        body = bytes(byte ^ 0xFF for byte in body)
    if fault is not None and fault.short is not None:
        body = body[: fault.short]
    return await _send(request, status, body, headers, fault)


def _refusal(fault: Fault) -> web.Response:
    assert fault.status is not None
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    if fault.content_type:
        headers["Content-Type"] = fault.content_type
    return web.Response(status=fault.status, body=fault.body or b"made fault", headers=headers)


def _unchanged(request: web.Request, headers: dict[str, str]) -> bool:
    if "If-None-Match" in request.headers:
        return headers.get("ETag") in request.headers["If-None-Match"].split(", ")
    since = request.headers.get("If-Modified-Since")
    if since and "Last-Modified" in headers:
        changed = parsedate_to_datetime(headers["Last-Modified"])
        return changed <= parsedate_to_datetime(since)
    return False


def _span(request: web.Request, size: int, etag: str | None) -> tuple[int, int] | None:
    """First and last (excluded) byte of a single range that the request asks for."""
    match = _RANGE.match(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    if int(first) >= size:
        raise web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return int(first), min(size, int(last) + 1) if last else size


async def _send(
    request: web.Request, status: int, body: bytes, headers: dict[str, str], fault: Fault | None
) -> web.StreamResponse:
    padding = fault.padding if fault is not None else 0
    length = len(body) + padding
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = length
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    if fault is None:
        await response.write(body)
        return response
    sent = 0
    for stop in sorted({*_stops(fault, len(body)), len(body)}):
        await _write(response, body[sent:stop], fault.throttle)
        sent = stop
        if fault.hold_after == stop:
            fault.reached.set()
            await _event(fault)
        if fault.cut_after == stop:
            return _cut(request, response)
    while padding > 0:
        await response.write(b" " * min(padding, _CHUNK))
        padding -= _CHUNK
    return response


def _stops(fault: Fault, size: int) -> list[int]:
    """Where in the body something happens."""
    return [
        stop for stop in (fault.hold_after, fault.cut_after) if stop is not None and stop < size
    ]


async def _write(response: web.StreamResponse, body: bytes, throttle: int | None) -> None:
    if throttle is None:
        await response.write(body)
        return
    step = max(1, throttle // 10)
    for start in range(0, len(body), step):
        await response.write(body[start : start + step])
        await asyncio.sleep(step / throttle)


def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    response.force_close()
    return response


async def _event(fault: Fault) -> None:
    while not fault.released.is_set():
        await asyncio.sleep(0.01)
