"""What the libraries of object storages are asked for, of a span of a file."""

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from botocore.exceptions import ClientError
from google.cloud.exceptions import NotFound

from pulp_pyindex.app.stores import read_span

BODY = bytes(range(200))


def storage_of(module: str, **attributes: Any) -> Any:
    """A storage whose class is of that module of django-storages."""
    kind = type("Storage", (), {"__module__": f"storages.backends.{module}", **attributes})
    return kind()


class S3:
    """A client of boto3."""

    def get_object(
        self,
        Bucket: str,  # noqa: N803 (boto3's names)
        Key: str,  # noqa: N803
        Range: str,  # noqa: N803
    ) -> dict[str, Any]:
        if (Bucket, Key) != ("bucket", "root/there"):
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        start, stop = Range.removeprefix("bytes=").split("-")
        body = io.BytesIO(BODY[int(start) : int(stop) + 1])
        return {
            "Body": SimpleNamespace(
                iter_chunks=lambda size: iter(lambda: body.read(7), b""), close=body.close
            )
        }


class Azure:
    """A blob client."""

    def __init__(self, name: str) -> None:
        self.name = name

    def download_blob(self, *, offset: int, length: int, **options: Any) -> Any:
        if self.name != "root/there":
            raise ResourceNotFoundError("no")
        chunks = [BODY[offset : offset + length]]
        return SimpleNamespace(chunks=lambda: iter(chunks))


class Google:
    """A blob."""

    def __init__(self, name: str) -> None:
        self.name = name

    def download_as_bytes(self, *, start: int, end: int, raw_download: bool) -> bytes:
        if self.name != "root/there":
            raise NotFound("no")  # type: ignore[no-untyped-call]
        assert raw_download
        return BODY[start : end + 1]


def storages() -> Iterator[Any]:
    """One of each."""

    def under_root(self: Any, name: str) -> str:
        return f"root/{name}"

    connection = SimpleNamespace(meta=SimpleNamespace(client=S3()))
    yield storage_of("s3", connection=connection, bucket_name="bucket", _normalize_name=under_root)
    yield storage_of(
        "azure_storage",
        client=SimpleNamespace(get_blob_client=Azure),
        _get_valid_path=under_root,
        timeout=20,
    )
    yield storage_of("gcloud", bucket=SimpleNamespace(blob=Google), _normalize_name=under_root)
    yield SimpleNamespace(open=opened)


def opened(name: str) -> io.BytesIO:
    """A storage of nobody in particular."""
    if name != "there":
        raise FileNotFoundError(name)
    return io.BytesIO(BODY)


@pytest.mark.parametrize("storage", list(storages()), ids=["s3", "azure", "google", "any"])
def test_just_the_span_is_asked_for(storage: Any) -> None:
    """From its first byte up to the one after its last."""
    assert b"".join(read_span(storage, "there", 0, 200)) == BODY
    assert b"".join(read_span(storage, "there", 10, 20)) == BODY[10:20]
    assert b"".join(read_span(storage, "there", 10, 10)) == b""


@pytest.mark.parametrize("storage", list(storages()), ids=["s3", "azure", "google", "any"])
def test_what_is_not_there_is_told_alike(storage: Any) -> None:
    """Whatever the library calls it."""
    with pytest.raises(FileNotFoundError):
        next(read_span(storage, "elsewhere", 0, 10))
