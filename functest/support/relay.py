"""A web server before an index: TLS where it is wanted, and a list of what was asked.

It runs in a thread of the test's process. Its certificate is made for one test.
"""

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from multidict import CIMultiDict

_OF_A_CONNECTION = ("Connection", "Keep-Alive", "Transfer-Encoding", "Host", "Date", "Server")


@dataclass(kw_only=True)
class Relay:
    """Everything asked of `origin` is asked of `target`."""

    #: Where the requests go: scheme, host and port.
    target: str
    #: A folder for certificate and key; None = no TLS.
    tls: Path | None = None
    #: "METHOD path" of each request, in their order.
    log: list[str] = field(default_factory=list)
    port: int = field(init=False)

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        """PEM file of what is to be trusted."""
        assert self.tls is not None
        return self.tls / "certificate.pem"

    def through(self, url: str) -> str:
        """The URL of the target, by way of here."""
        assert url.startswith(self.target)
        return self.origin + url.removeprefix(self.target)

    def start(self) -> "Relay":
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[ready], daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)

        async def begin() -> None:
            self._session = aiohttp.ClientSession(auto_decompress=False)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._context())
            await site.start()
            self.port = runner.addresses[0][1]

        async def end() -> None:
            await self._session.close()
            await runner.cleanup()

        self._loop.run_until_complete(begin())
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        self._loop.run_until_complete(end())
        self._loop.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        self.log.append(f"{request.method} {request.raw_path}")
        asked = self._session.request(
            request.method,
            f"{self.target}{request.raw_path}",
            headers=_kept(request.headers.copy()),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            allow_redirects=False,
        )
        async with asked as answer:
            body = await answer.read()
            headers = _kept(answer.headers.copy())
            if request.method != "HEAD":
                headers.popall("Content-Length", None)
            return web.Response(status=answer.status, headers=headers, body=body)

    def _context(self) -> ssl.SSLContext | None:
        if self.tls is None:
            return None
        self.authority.write_bytes(_certificate())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority)
        return context


def _kept(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    for name in _OF_A_CONNECTION:
        headers.popall(name, None)
    return headers


def _certificate() -> bytes:
    """A key and a certificate it signed itself, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
