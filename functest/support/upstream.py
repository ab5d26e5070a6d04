"""An index of our own on loopback: what the product mirrors in the tests.

It runs in a thread of the test's process, so a test changes it and looks into it directly.
`Upstream.catalogue` says what is offered, `Upstream.fault` what goes wrong, `Upstream.log` what
was asked. Each instance has a port for pages and one for files.
"""

import asyncio
import base64
import fnmatch
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from .answering import answer
from .catalogue import Catalogue, Offered, page_etag
from .faults import Fault
from .markup import HTML_TYPE, JSON_TYPE, project_html, project_json, root_html, root_json
from .wheels import MadeFile

_LAST_MODIFIED = 1_700_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: str
    #: Names in lower case.
    headers: dict[str, str]
    #: Of the socket it came to.
    port: int
    at: float


@dataclass(kw_only=True)
class Upstream:
    """A simple index; every field may be changed while it runs."""

    #: Which form of pages it has. "both" negotiates.
    form: Literal["json", "html", "both"] = "both"
    links: Literal["relative", "absolute", "other_host"] = "relative"
    #: `_last-serial` and X-PyPI-Last-Serial.
    serials: bool = False
    etags: bool = True
    last_modified: bool = False
    #: Files answer Range requests.
    ranges: bool = True
    #: Asked for with Basic auth, on the pages' port only.
    credentials: tuple[str, str] | None = None
    #: `file_credentials` ask for the same on the files' port.
    file_credentials: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    #: The root page's and project pages' prefix.
    prefix: str = "/simple/"
    catalogue: Catalogue = field(default_factory=Catalogue)
    faults: list[Fault] = field(default_factory=list)
    log: list[Asked] = field(default_factory=list)
    #: Paths other than an index's: path → (content type, body).
    extra: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    #: Of the pages, and of the files where `links` is "other_host".
    port: int = field(init=False)
    file_port: int = field(init=False)

    def start(self) -> "Upstream":
        self._loop = asyncio.new_event_loop()
        self._sockets = [_listening(), _listening()]
        self.port, self.file_port = (s.getsockname()[1] for s in self._sockets)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[ready], daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Close both ports at once, whatever is under way."""
        for fault in self.faults:
            fault.clear()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        app = web.Application(middlewares=[self._logged])
        app.router.add_route("*", "/{tail:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0, keepalive_timeout=75)

        async def begin() -> None:
            await runner.setup()
            for bound in self._sockets:
                await web.SockSite(runner, bound, ssl_context=self.tls).start()

        self._loop.run_until_complete(begin())
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    # What a test uses ---------------------------------------------------------------------------

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def file_origin(self) -> str:
        """Another origin; where `links="other_host"` point."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.file_port}"

    @property
    def url(self) -> str:
        """The simple index."""
        return f"{self.origin}{self.prefix}"

    def add(self, *files: MadeFile, **changes: Any) -> None:
        """Offer files; `changes` as for `Catalogue.add`."""
        for made in files:
            self.catalogue.add(made, **changes)

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Spoil the answers on paths (or filenames) like `pattern`; the last such fault wins."""
        fault = Fault(pattern=pattern, **what)
        self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Clear every fault."""
        for fault in self.faults:
            fault.clear()
        self.faults.clear()

    def asked(self, pattern: str = "*", method: str | None = None) -> list[Asked]:
        """The requests whose path (or filename) is like `pattern`."""
        return [
            entry
            for entry in list(self.log)
            if (method is None or entry.method == method)
            and (
                fnmatch.fnmatch(entry.path, pattern)
                or fnmatch.fnmatch(entry.path.rstrip("/").rpartition("/")[2], pattern)
            )
        ]

    def count(self, pattern: str = "*", method: str | None = None) -> int:
        return len(self.asked(pattern, method))

    def forget(self) -> None:
        """Empty the log."""
        self.log.clear()

    def file_path(self, file: Offered) -> str:
        return f"/packages/{file.project}/{file.filename}"

    def file_url(self, file: Offered) -> str:
        """The link the page holds."""
        if file.url is not None:
            return file.url
        if self.links == "relative":
            up = "../" * (self.prefix.count("/"))
            return f"{up}{self.file_path(file)[1:]}"
        origin = self.file_origin if self.links == "other_host" else self.origin
        return f"{origin}{self.file_path(file)}"

    def provenance_url(self, file: Offered) -> str:
        return f"{self.origin}/integrity/{file.project}/{file.version}/{file.filename}/provenance"

    # Requests -----------------------------------------------------------------------------------

    @web.middleware
    async def _logged(
        self, request: web.Request, handler: Callable[[web.Request], Any]
    ) -> web.StreamResponse:
        bound = request.transport.get_extra_info("sockname") if request.transport else ("", 0)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.log.append(
            Asked(
                method=request.method,
                path=request.path,
                query=request.query_string,
                headers=headers,
                port=bound[1],
                at=time.monotonic(),
            )
        )
        wanted = self.credentials if bound[1] == self.port else self.file_credentials
        if wanted is not None and headers.get("authorization") != _basic(wanted):
            return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})
        response: web.StreamResponse = await handler(request)
        return response

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        fault = next((f for f in reversed(self.faults) if f.matches(request.method, path)), None)
        if path in self.extra:
            content_type, body = self.extra[path]
            return await answer(request, body, content_type, {}, fault)
        if path.startswith(self.prefix):
            return await self._page(request, path.removeprefix(self.prefix).strip("/"), fault)
        offered = self.catalogue.offered(path.rpartition("/")[2].removesuffix(".metadata"))
        if path.startswith("/integrity/"):
            return await self._provenance(request, fault)
        if offered is None:
            return await answer(request, None, "text/plain", {}, fault)
        if path.endswith(".metadata"):
            return await answer(
                request, offered.metadata, "application/octet-stream", {}, fault, self.ranges
            )
        headers = {"ETag": page_etag(offered.body)} if self.etags else {}
        return await answer(
            request, offered.body, "application/octet-stream", headers, fault, self.ranges
        )

    async def _page(
        self, request: web.Request, name: str, fault: Fault | None
    ) -> web.StreamResponse:
        as_json = self.form == "json" or (
            self.form == "both" and JSON_TYPE in request.headers.get("Accept", "")
        )
        project = self.catalogue.project(name) if name else None
        serial = project.serial if project else self.catalogue.serial
        body: bytes | None
        if not name:
            listed = self.catalogue.projects()
            told = serial if self.serials else None
            body = root_json(listed, told) if as_json else root_html(listed)
        elif project is None:
            body = None
        elif as_json:
            body = project_json(project, self.serials, self.file_url, self.provenance_url)
        else:
            body = project_html(project, self.file_url, self.provenance_url)
        headers = {"Vary": "Accept"}
        if self.serials:
            headers["X-PyPI-Last-Serial"] = str(serial)
        if body is not None and self.etags:
            headers["ETag"] = page_etag(body)
        if body is not None and self.last_modified:
            moment = time.gmtime(_LAST_MODIFIED + serial)
            headers["Last-Modified"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", moment)
        content_type = JSON_TYPE if as_json else ("text/html" if self.form == "html" else HTML_TYPE)
        return await answer(request, body, content_type, headers, fault)

    async def _provenance(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        offered = self.catalogue.offered(request.path.split("/")[4])
        document = offered.provenance if offered else None
        body = json.dumps(document).encode() if document is not None else None
        return await answer(request, body, "application/vnd.pypi.integrity.v1+json", {}, fault)


def _listening() -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    bound.listen(256)
    return bound


def _basic(credentials: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
