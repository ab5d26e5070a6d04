"""A real S3 API on loopback, and storages in it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

STORAGE_CLASS = "storages.backends.s3.S3Storage"
SECRET = "a secret key for tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """An S3 server."""

    url: str
    client: Any

    def bucket(self) -> "Bucket":
        """A new, empty bucket."""
        name = f"bucket-{uuid4().hex[:10]}"
        self.client.create_bucket(Bucket=name)
        return Bucket(name=name, objects=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket of its own for a test."""

    name: str
    objects: Objects

    @property
    def settings(self) -> dict[str, Any]:
        """As a domain or an exporter takes them."""
        return {
            "access_key": "someone",
            "secret_key": SECRET,
            "bucket_name": self.name,
            "endpoint_url": self.objects.url,
            "region_name": "us-east-1",
            "addressing_style": "path",
        }

    def keys(self) -> set[str]:
        """The names of all objects."""
        paginator = self.objects.client.get_paginator("list_objects_v2")
        pages = paginator.paginate(Bucket=self.name)
        return {entry["Key"] for page in pages for entry in page.get("Contents", ())}

    def head(self, key: str) -> dict[str, Any]:
        """What an object says of itself."""
        told: dict[str, Any] = self.objects.client.head_object(Bucket=self.name, Key=key)
        return told

    def body(self, key: str) -> bytes:
        """The bytes of an object."""
        answer = self.objects.client.get_object(Bucket=self.name, Key=key)
        body: bytes = answer["Body"].read()
        return body

    def delete(self, key: str) -> None:
        """Take an object away."""
        self.objects.client.delete_object(Bucket=self.name, Key=key)


@contextmanager
def serving() -> Iterator[Objects]:
    """A server, empty, for as long as it is wanted."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="someone",
            aws_secret_access_key=SECRET,
        )
        yield Objects(url=url, client=client)
        client.close()
    finally:
        server.stop()
