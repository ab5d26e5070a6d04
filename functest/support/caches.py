"""Other servers of an index: devpi and proxpi, which pass one through, and pypiserver."""

import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from packaging.utils import canonicalize_name

from . import peers
from .stack import free_port
from .wheels import MadeFile

DEVPI = "devpi-server==6.20.3"
PROXPI = "proxpi==1.3.1"
PYPISERVER = "pypiserver==2.4.2"


@contextmanager
def devpi(environments: Path, folder: Path, upstream: str) -> Iterator[str]:
    """A mirror index of `upstream` on a server of its own; its URL with `+simple/`."""
    peer = peers.install(environments, DEVPI)
    server = str(folder / "devpi")
    peer.run("devpi-init", "--serverdir", server, "--no-root-pypi", "--root-passwd", "secret")
    arguments = ("--serverdir", server, "--host", "127.0.0.1", "--port", "PORT")
    with peer.serving("devpi-server", *arguments, folder=folder) as url:
        told = {"user": "root", "password": "secret"}
        logged = requests.post(f"{url}+login", json=told, timeout=60).json()["result"]
        token = b64encode(f"root:{logged['password']}".encode()).decode()
        made = requests.put(
            f"{url}root/ours",
            json={"type": "mirror", "mirror_url": upstream},
            headers={"X-Devpi-Auth": token},
            timeout=60,
        )
        assert made.status_code == 200, made.text
        yield f"{url}root/ours/+simple/"


@contextmanager
def proxpi(environments: Path, folder: Path, upstream: str) -> Iterator[str]:
    """A proxpi with a folder of its own; its URL."""
    peer = peers.install(environments, PROXPI)
    settings = {"PROXPI_INDEX_URL": upstream, "PROXPI_CACHE_DIR": str(folder / "proxpi")}
    arguments = ("--app", "proxpi.server", "run", "--host", "127.0.0.1", "--port", "PORT")
    with peer.serving("flask", *arguments, folder=folder, env=settings) as url:
        yield f"{url}index/"


@contextmanager
def pypiserver(
    environments: Path, folder: Path, files: Sequence[MadeFile], fallback: str | None = None
) -> Iterator[str]:
    """A pypiserver that has the files; its URL. For others it sends clients to `fallback`."""
    peer = peers.install(environments, PYPISERVER)
    packages = folder / "packages"
    packages.mkdir()
    for made in files:
        (packages / made.filename).write_bytes(made.body)
    behind = ["--fallback-url", fallback] if fallback else ["--disable-fallback"]
    arguments = ("run", "--interface", "127.0.0.1", "--port", "PORT", *behind, str(packages))
    with peer.serving("pypi-server", *arguments, folder=folder) as url:
        yield f"{url}simple/"


@contextmanager
def listings(folder: Path, files: Sequence[MadeFile]) -> Iterator[str]:
    """Python's own web server before a folder for each project: pages without digests."""
    web = folder / "web"
    for made in files:
        place = web / "simple" / canonicalize_name(made.project)
        place.mkdir(parents=True, exist_ok=True)
        (place / made.filename).write_bytes(made.body)
    with tree(folder, web) as url:
        yield f"{url}simple/"


@contextmanager
def tree(folder: Path, web: Path) -> Iterator[str]:
    """Python's own web server before a tree of files, such as bandersnatch makes."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with peers.serving([*command, "--directory", str(web)], port, folder=folder) as url:
        yield url
