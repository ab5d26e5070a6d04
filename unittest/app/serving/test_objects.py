"""Files of an object storage, as they are sent to a client."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from aiohttp import ClientPayloadError, ClientSession, ServerDisconnectedError, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2.service_account import Credentials
from storages.backends.azure_storage import AzureStorage
from storages.backends.gcloud import GoogleCloudStorage
from storages.backends.s3 import S3Storage

from pulp_pyindex.app.serving.objects import FileInStorage, opened
from pulp_pyindex.app.serving.storages import Shelf

BODY = bytes(range(256)) * 4000
HEADERS = {"ETag": '"e"', "Cache-Control": "public", "Content-Type": "application/octet-stream"}


class Storage:
    """One object, in what Django's storage API calls a storage."""

    def __init__(self, body: bytes | None = BODY, fault: Exception | None = None) -> None:
        self.body = body
        self.fault = fault

    def open(self, name: str) -> io.BytesIO:
        if self.fault is not None:
            raise self.fault
        if self.body is None:
            raise FileNotFoundError(name)
        return io.BytesIO(self.body)

    def exists(self, name: str) -> bool:
        return self.body is not None

    def size(self, name: str) -> int:
        return len(self.body or b"")

    def url(self, name: str, parameters: dict[str, str]) -> str:
        return f"https://objects.example.com/{name}?signed"


class File(FileInStorage):
    """A file whose domain stays as it is."""

    def __init__(self, storage: Storage, *, redirects: bool = False) -> None:
        self.settled = Shelf(storage=storage, redirects=redirects)
        super().__init__(HEADERS, uuid4(), self.settled, "an/object", len(BODY))

    async def shelf(self) -> Shelf:
        return self.settled


def served(file: File, ask: Callable[[ClientSession, str], Awaitable[None]]) -> None:
    """Let `ask` speak to a server that answers everything with `file`."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return file.to(request)

    async def main() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        async with TestServer(app) as server, ClientSession() as session:
            await ask(session, str(server.make_url("/packages/a%2Bb.whl")))

    asyncio.run(main())


def test_it_is_streamed_whole_and_in_part() -> None:
    """Through this process, on one connection."""

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert (answer.status, await answer.read()) == (200, BODY)
        async with session.get(url, headers={"Range": "bytes=10-19"}) as answer:
            assert (answer.status, await answer.read()) == (206, BODY[10:20])
        async with session.head(url) as answer:
            assert (answer.status, answer.content_length) == (200, len(BODY))
        async with session.get(url, headers={"If-None-Match": '"e"'}) as answer:
            assert answer.status == 304

    served(File(Storage()), ask)


def test_a_redirect_answers_what_needs_no_bytes_itself() -> None:
    """A signed URL is good for one method; HEAD is answered here."""

    async def ask(session: ClientSession, url: str) -> None:
        for headers in ({}, {"Range": "bytes=10-19"}):
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 302
                assert answer.headers["Location"] == "https://objects.example.com/an/object?signed"
                assert answer.headers["Cache-Control"] == "no-store"
        async with session.head(url, allow_redirects=False) as answer:
            assert (answer.status, answer.content_length) == (200, len(BODY))
        async with session.get(url, headers={"If-None-Match": '"e"'}) as answer:
            assert answer.status == 304

    served(File(Storage(), redirects=True), ask)


@pytest.mark.parametrize(
    ("storage", "is_lost"),
    [(Storage(None), True), (Storage(fault=RuntimeError("secret of a library")), False)],
    ids=["gone", "faulty"],
)
def test_a_fault_of_the_storage_is_told(storage: Storage, is_lost: bool) -> None:
    """503 with a reason, that says nothing of the storage; what is gone is known as lost."""
    file = File(storage)

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert answer.status == 503
            text = await answer.text()
            assert "object storage" in text
            assert "secret" not in text

    served(file, ask)
    assert file.is_lost() is is_lost


def test_an_object_that_is_too_short_breaks_the_transfer() -> None:
    """The client never takes a part for the whole."""

    async def ask(session: ClientSession, url: str) -> None:
        with pytest.raises((ClientPayloadError, ServerDisconnectedError)):
            async with session.get(url) as answer:
                await answer.read()

    served(File(Storage(BODY[:-1])), ask)


def google_credentials() -> Any:
    """Credentials of a service account that nobody knows."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    told = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "client_email": "someone@example.com",
        "token_uri": "https://example.com/token",
        "private_key": told.decode(),
    }
    return Credentials.from_service_account_info(account)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("make", "signed", "named"),
    [
        (
            lambda: S3Storage(access_key="k", secret_key="s", bucket_name="b", region_name="r"),
            "Signature",
            "response-content-disposition",
        ),
        (
            lambda: AzureStorage(
                account_name="a",
                account_key="c2VjcmV0",
                azure_container="c",
                expiration_secs=600,
            ),
            "sig",
            "rscd",
        ),
        (
            lambda: GoogleCloudStorage(
                project_id="p",
                bucket_name="b",
                credentials=google_credentials(),
                expiration=timedelta(hours=1),
            ),
            "X-Goog-Signature",
            "response-content-disposition",
        ),
    ],
    ids=["s3", "azure", "google"],
)
def test_each_kind_of_storage_signs_a_url(make: Callable[[], Any], signed: str, named: str) -> None:
    """The real classes, which need no network for it; the URL says under which name to keep it."""
    shelf = Shelf(storage=make(), redirects=True)
    file = FileInStorage(HEADERS, uuid4(), shelf, "an/object", len(BODY))
    parts = urlsplit(file.url(shelf, "a+b.whl"))
    assert (parts.scheme, parts.path.endswith("an/object")) == ("https", True)
    query = parse_qs(parts.query)
    assert query[named] == ['attachment; filename="a+b.whl"']
    assert any(name.endswith(signed) for name in query)


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        (Storage(None), None),
        (Storage(b"small"), (5, b"small")),
        (Storage(), (len(BODY), None)),
    ],
    ids=["missing", "small", "large"],
)
def test_only_small_objects_are_read_at_once(storage: Any, expected: object) -> None:
    """The others are sent as they come."""
    assert opened(storage, "an/object", 1000) == expected
