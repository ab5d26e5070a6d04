"""The body of an upload goes to disk as it comes, hashed on its way, in bounded memory."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from aiohttp import web
from aiohttp.http import HttpProcessingError
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from pulpcore.plugin.models import Artifact

from pulp_pyindex.index.errors import FileTooLarge, InvalidUpload

#: Bytes of all fields but the file. Descriptions are sent along and may be long.
MAX_FIELDS = 16 * 1024 * 1024
#: Fields of one upload; classifiers and requirements are a field each.
MAX_SEGMENTS = 10_000
#: Bytes gathered before the disk is troubled.
_PIECE = 1024 * 1024
#: The file's own field.
_CONTENT = "content"
#: Seconds to wait for more of a body.
PATIENCE = 60
_PREFIX = "upload-"
#: Seconds in which whoever made a file has locked it for sure.
_YOUNG = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An upload whose body has come in whole."""

    #: In the order they came, without the file.
    fields: list[tuple[str, str]]
    #: What the client calls the file; "" where it sent none.
    filename: str
    path: str
    size: int
    digests: Mapping[str, str]


@asynccontextmanager
async def received(
    request: web.Request, folder: Path, max_size: int | None
) -> AsyncIterator[Received]:
    """The body of an upload. What is left of its file in `folder` is removed at the end.

    Raises InvalidUpload where the body is no whole multipart form, FileTooLarge as soon as the
    file has more than `max_size` bytes, OSError where the disk does not take it.
    """
    parser = _parser(request)
    with NamedTemporaryFile(dir=folder, prefix=_PREFIX, delete=False) as file:
        # As long as this process lives; see `sweep`.
        fcntl.flock(file, fcntl.LOCK_EX)
        sink = _Sink(file=file, limit=max_size)
        try:
            await _read(request, parser, sink)
            await asyncio.to_thread(file.flush)
            yield sink.result()
        finally:
            Path(file.name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what processes that were killed have left of uploads."""
    for path in folder.glob(f"{_PREFIX}*"):
        try:
            with path.open("rb") as file:
                if time.time() - os.fstat(file.fileno()).st_mtime > _YOUNG:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
        except (BlockingIOError, FileNotFoundError):
            continue  # somebody is at work with it, or was


async def _parse(request: web.Request, parser: PushMultipartParser, sink: _Sink) -> None:
    """Pass the body on as it comes. Raises TimeoutError where nothing comes for too long."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE) as timeout:
        async for chunk in request.content.iter_any():
            for event in parser.parse(chunk):
                sink.take(event)
            if len(sink.waiting) >= _PIECE:
                await sink.flush()
            timeout.reschedule(loop.time() + PATIENCE)


async def _read(request: web.Request, parser: PushMultipartParser, sink: _Sink) -> None:
    try:
        with parser:
            await _parse(request, parser, sink)
    except MultipartError as error:
        raise InvalidUpload(_CONTENT, f"The body is not a whole form: {error}.") from error
    except (ConnectionError, HttpProcessingError, web.RequestPayloadError) as error:
        raise InvalidUpload(_CONTENT, "The body ended before it was whole.") from error
    except TimeoutError:
        raise InvalidUpload(_CONTENT, f"Nothing of the body came for {PATIENCE} s.") from None
    await sink.flush()


def _parser(request: web.Request) -> PushMultipartParser:
    content_type, options = parse_options_header(request.headers.get("Content-Type", ""))
    boundary = options.get("boundary")
    if content_type != "multipart/form-data" or not boundary:
        raise InvalidUpload(
            "content",
            "Send the upload as multipart/form-data with a boundary, "
            f"not as {content_type[:100] or 'nothing'!r}.",
        )
    return PushMultipartParser(
        boundary, content_length=request.content_length or -1, max_segment_count=MAX_SEGMENTS
    )


def _hashers() -> dict[str, Any]:
    hashers = {
        name: hashlib.new(name, usedforsecurity=False)
        for name in {*Artifact.DIGEST_FIELDS, "sha256", "md5"}
    }
    return {**hashers, "blake2b_256": hashlib.blake2b(digest_size=32)}


@dataclass(slots=True, kw_only=True)
class _Sink:
    """Where the events of the parser go."""

    file: IO[bytes]
    limit: int | None
    waiting: bytearray = field(default_factory=bytearray)
    fields: list[tuple[str, str]] = field(default_factory=list)
    filename: str | None = None
    size: int = 0
    _fields_size: int = 0
    _segment: MultipartSegment | None = None
    _value: bytearray = field(default_factory=bytearray)
    _hashers: dict[str, Any] = field(default_factory=_hashers)

    def take(self, event: MultipartSegment | bytearray | bytes | None) -> None:
        """One event: a part begins, goes on, or ends."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._is_file():
            self._more(event)
        else:
            self._value += event
            self._fields_size += len(event)
            if self._fields_size > MAX_FIELDS:
                reason = f"The fields have more than {MAX_FIELDS} bytes."
                raise InvalidUpload(self._name(), reason)

    async def flush(self) -> None:
        """Hash and write what has gathered, off the event loop."""
        piece, self.waiting = bytes(self.waiting), bytearray()
        if piece:
            await asyncio.to_thread(self._write, piece)

    def result(self) -> Received:
        """What came; only after the last `flush`."""
        return Received(
            fields=self.fields,
            filename=self.filename or "",
            path=self.file.name,
            size=self.size,
            digests={name: hasher.hexdigest() for name, hasher in self._hashers.items()},
        )

    def _name(self) -> str:
        return (self._segment.name if self._segment is not None else None) or ""

    def _is_file(self) -> bool:
        return self._name() == _CONTENT

    def _begin(self, segment: MultipartSegment) -> None:
        self._segment = segment
        self._value = bytearray()
        if self._is_file():
            if self.filename is not None:
                raise InvalidUpload(_CONTENT, "More than one file in one upload.")
            self.filename = segment.filename or ""

    def _more(self, piece: bytearray | bytes) -> None:
        self.size += len(piece)
        if self.limit is not None and self.size > self.limit:
            raise FileTooLarge(self.filename or "", self.limit)
        self.waiting += piece

    def _end(self) -> None:
        if self._segment is None or self._is_file() or self._segment.filename is not None:
            return  # files beside the content, such as signatures, are of no use to anybody
        try:
            self.fields.append((self._name(), self._value.decode()))
        except UnicodeDecodeError:
            raise InvalidUpload(self._name(), f"{self._name()!r} is not UTF-8.") from None

    def _write(self, piece: bytes) -> None:
        for hasher in self._hashers.values():
            hasher.update(piece)
        self.file.write(piece)
