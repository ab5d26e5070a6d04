"""Trees in object storages."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from storages.backends.azure_storage import AzureStorage
from storages.backends.gcloud import GoogleCloudStorage
from storages.backends.s3 import S3Storage

from pulp_pyindex.app.exceptions import TreeFailed
from pulp_pyindex.app.stores import Source
from pulp_pyindex.app.stores.bucket import Bucket

REAL = {
    "s3": S3Storage(access_key="k", secret_key="s", bucket_name="b"),
    "azure": AzureStorage(account_name="a", account_key="c2VjcmV0", azure_container="c"),
    "google": GoogleCloudStorage(project_id="p", bucket_name="b"),
}
TYPES = {
    "simple/index.html": "text/html; charset=utf-8",
    "team/simple/a/index.json": "application/vnd.pypi.simple.v1+json",
    "packages/a/b/c/a-1.0.tar.gz": "application/octet-stream",
    "packages/a/b/c/a-1.0-py3-none-any.whl": "application/octet-stream",
    "packages/a/b/c/a-1.0-py3-none-any.whl.metadata": "text/plain; charset=utf-8",
    "integrity/a/1.0/a-1.0.tar.gz/provenance": "application/vnd.pypi.integrity.v1+json",
}


@pytest.fixture
def storage(tmp_path: Path) -> Any:
    """Any storage; it overwrites."""
    return FileSystemStorage(location=tmp_path / "bucket", allow_overwrite=True)


def test_what_is_written_is_there(
    storage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From memory, from a disk, and from another storage, and again."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"on disk")
    chunked = Source(size=6, sha256="", chunks=lambda: iter((b"abc", b"def")))
    with Bucket(storage, "a bucket") as tree:
        for _ in range(2):
            tree.write("one", Source.of_bytes(b"bytes"))
            tree.write("two", Source.of_file(tmp_path / "file", 7, ""))
            tree.write("three/four", chunked)
        assert [tree.read(path) for path in ("one", "two", "three/four", "five")] == [
            b"bytes",
            b"on disk",
            b"abcdef",
            None,
        ]
        tree.remove("one")
        assert tree.read("one") is None


def test_a_storage_that_does_not_overwrite_is_told_of(tmp_path: Path) -> None:
    """And nothing is left of what it wrote beside."""
    storage: Any = FileSystemStorage(location=tmp_path / "bucket")
    with Bucket(storage, "a bucket") as tree:
        tree.write("one", Source.of_bytes(b"bytes"))
        with pytest.raises(TreeFailed, match="not set to overwrite"):
            tree.write("one", Source.of_bytes(b"other"))
    assert [path.name for path in (tmp_path / "bucket").iterdir()] == ["one"]


def test_a_fault_of_the_library_is_told() -> None:
    """With the place and the path."""

    class Broken:
        def save(self, name: str, content: Any) -> str:
            raise RuntimeError("no such bucket")

    with Bucket(Broken(), "a bucket") as tree, pytest.raises(TreeFailed) as caught:
        tree.write("simple/index.html", Source.of_bytes(b"x"))
    assert "a bucket: simple/index.html: RuntimeError: no such bucket" in str(caught.value)


@pytest.mark.parametrize("kind", REAL)
def test_objects_have_the_types_of_an_index(kind: str) -> None:
    """None claims to be compressed; pages are asked for again, files are kept for ever."""
    storage = REAL[kind]
    Bucket(storage, "a bucket")
    type_name, cache_name = (
        ("ContentType", "CacheControl") if kind == "s3" else ("content_type", "cache_control")
    )
    for path, expected in TYPES.items():
        told = storage.get_object_parameters(path)
        assert told[type_name] == expected
        assert ("immutable" in told[cache_name]) is path.startswith("packages/")
        assert not told.get("content_encoding")
        assert "ContentEncoding" not in told
