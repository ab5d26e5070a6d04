"""Uploading as publishing tools do: their form, through connections that stay open."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .index import Index
from .pulp import Pulp, Row
from .stack import Stack
from .wheels import MadeFile

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An empty repository, the index that takes uploads to it, and a token for them."""

    repository: Row
    distribution: Row
    index: Index
    token: str

    @property
    def auth(self) -> tuple[str, str]:
        return "__token__", self.token

    @property
    def url(self) -> str:
        """What publishing tools are pointed at."""
        return f"{self.index.base}legacy/"

    def send(
        self, made: MadeFile, fields: Fields | None = None, **options: Any
    ) -> requests.Response:
        """The answer to an upload; options as for `post`."""
        return post(self.url, made, fields, **{"auth": self.auth, **options})


def make_house(pulp: Pulp, *, distribution: Row | None = None, **fields: Any) -> House:
    """A house; `fields` are the repository's, `distribution` the distribution's."""
    repository = pulp.create_repository(**fields)
    distributed = pulp.distribute(repository=repository["pulp_href"], **(distribution or {}))
    token = pulp.create(
        "pyindex/tokens/",
        name=distributed["name"],
        scopes=["read", "upload"],
        distributions=[distributed["pulp_href"]],
    )
    index = Index(base=distributed["base_url"])
    # Known to every content process: until then the address answers 404.
    index.wait(lambda one: one.get("legacy/").status_code == 405, "the upload API")
    return House(repository=repository, distribution=distributed, index=index, token=token["token"])


def form(made: MadeFile, **changes: str | None) -> Fields:
    """What twine says of a file; `changes` replace fields (`action` is `:action`), None drops."""
    is_wheel = made.filename.endswith(".whl")
    fields: dict[str, str] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "filetype": "bdist_wheel" if is_wheel else "sdist",
        "pyversion": "py3" if is_wheel else "source",
        "metadata_version": "2.2",
        "name": made.project,
        "version": made.version,
        "summary": f"{made.project} for tests",
        "sha256_digest": made.sha256,
        "md5_digest": hashlib.md5(made.body).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(made.body, digest_size=32).hexdigest(),
    }
    for name, value in changes.items():
        name = ":action" if name == "action" else name
        if value is None:
            fields.pop(name)
        else:
            fields[name] = value
    return list(fields.items())


def post(
    url: str,
    made: MadeFile,
    fields: Fields | None = None,
    *,
    session: requests.Session | None = None,
    filename: str | None = None,
    **options: Any,
) -> requests.Response:
    """The answer to an upload of `made`, whatever its status."""
    options.setdefault("timeout", 120)
    sent = form(made) if fields is None else fields
    files = {"content": (filename or made.filename, made.body, "application/octet-stream")}
    poster: Any = session or requests
    answer: requests.Response = poster.post(
        url, data=sent, files=files, allow_redirects=False, **options
    )
    return answer


def multipart(fields: Iterable[tuple[str, str]], made: MadeFile, boundary: str = "x" * 20) -> bytes:
    """The body of an upload as raw bytes, for clients that do not behave."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="content"; '
        f'filename="{made.filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    return "".join(parts).encode() + made.body + f"\r\n--{boundary}--\r\n".encode()


def leftovers(stack: Stack) -> list[str]:
    """Files of uploads on the content app's disk, other than those just being read."""
    return [path.name for path in Path(stack.home, "tmp/pyindex-downloads").glob("upload-*")]
