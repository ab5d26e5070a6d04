"""Spans of files in Django storages, as they come and never whole in memory.

Of an object storage only the span is fetched: `open` and `seek` of django-storages would fetch the
object from its first byte to its last before anything can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_CHUNK = 256 * 1024
#: Bytes of one request, where a reader makes several.
_TURN = 8 * 1024 * 1024
_GONE = frozenset({"404", "NoSuchKey"})


def read_span(storage: Any, name: str, start: int, stop: int) -> Iterator[bytes]:
    """The bytes of a file from `start` up to `stop`, in pieces. They have to be there.

    Raises FileNotFoundError at the first piece where there is no such file.
    """
    if start >= stop:
        return iter(())
    return _reader(storage)(storage, name, start, stop)


_Reader = Callable[[Any, str, int, int], Iterator[bytes]]


def _reader(storage: Any) -> _Reader:
    for kind in type(storage).__mro__:
        reader = _READERS.get(kind.__module__)
        if reader is not None:
            return reader
    return _opened


def _opened(storage: Any, name: str, start: int, stop: int) -> Iterator[bytes]:
    with storage.open(name) as opened:
        opened.seek(start)
        left = stop - start
        while left and (chunk := opened.read(min(left, _CHUNK))):
            yield chunk
            left -= len(chunk)


def _s3(storage: Any, name: str, start: int, stop: int) -> Iterator[bytes]:
    from botocore.exceptions import ClientError
    from storages.utils import clean_name

    key = storage._normalize_name(clean_name(name))
    # The connection belongs to this thread, the storage's `bucket` to whichever asked first.
    client = storage.connection.meta.client
    wanted = f"bytes={start}-{stop - 1}"
    try:
        body = client.get_object(Bucket=storage.bucket_name, Key=key, Range=wanted)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise FileNotFoundError(name) from error
        raise
    try:
        yield from body.iter_chunks(_CHUNK)
    finally:
        body.close()


def _azure(storage: Any, name: str, start: int, stop: int) -> Iterator[bytes]:
    from azure.core.exceptions import ResourceNotFoundError

    client = storage.client.get_blob_client(storage._get_valid_path(name))
    try:
        found = client.download_blob(
            offset=start, length=stop - start, max_concurrency=1, timeout=storage.timeout
        )
    except ResourceNotFoundError as error:
        raise FileNotFoundError(name) from error
    yield from found.chunks()


def _google(storage: Any, name: str, start: int, stop: int) -> Iterator[bytes]:
    from google.cloud.exceptions import NotFound
    from storages.utils import clean_name

    blob = storage.bucket.blob(storage._normalize_name(clean_name(name)))
    while start < stop:
        upto = min(start + _TURN, stop)
        try:
            # The last byte is part of what is asked for.
            piece = blob.download_as_bytes(start=start, end=upto - 1, raw_download=True)
        except NotFound as error:
            raise FileNotFoundError(name) from error
        if not piece:
            return
        yield piece
        start += len(piece)


_READERS: dict[str, _Reader] = {
    "storages.backends.s3": _s3,
    "storages.backends.azure_storage": _azure,
    "storages.backends.gcloud": _google,
}
