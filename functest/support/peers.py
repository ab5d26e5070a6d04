"""Other index servers and mirrors from the package index, each in an environment of its own.

They are installed once per machine, beside pytest's cache, and only ever run, never imported. This
is the one place where a test uses the machine's package index; without it the test fails.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from .stack import free_port
from .waiting import wait_for

#: How pip finds its index on this machine is the machine's affair, everything else is not.
_OURS = ("PYTHON", "VIRTUAL_ENV", "PULP_", "PYTEST_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}

#: The oldest that bandersnatch runs on.
BANDERSNATCH_PYTHON = (3, 12)


class PeerMissing(Exception):
    """A peer could not be installed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program that is installed; `folder` is its environment."""

    folder: Path

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(self.folder / "bin" / name), *arguments]

    def run(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """What it says, both streams together; it must end with 0."""
        done = subprocess.run(
            self.command(name, *arguments),
            env=_environment() | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, f"{name} {' '.join(arguments)}\n{done.stdout}"
        return done.stdout

    @contextmanager
    def serving(
        self, name: str, *arguments: str, folder: Path, env: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """Its URL while it serves; `PORT` in the arguments is the port it is to have."""
        port = free_port()
        command = self.command(name, *(part.replace("PORT", str(port)) for part in arguments))
        with serving(command, port, folder=folder, env=env) as url:
            yield url


def install(cache: Path, requirement: str, *, python: tuple[int, int] = (3, 11)) -> Peer:
    """`name==version` in an environment below `cache`, where it stays. Raises PeerMissing."""
    folder = cache / requirement.replace("==", "-")
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / "installed"
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _try(str(_interpreter(python)), "-m", "venv", str(folder))
            _try(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", requirement)
            ready.touch()
    return Peer(folder=folder)


@contextmanager
def serving(
    command: list[str], port: int, *, folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The URL of a server while it runs, once it answers anything."""
    url = f"http://127.0.0.1:{port}/"
    log = folder / f"{Path(command[0]).name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment() | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: process.poll() is not None or _answers(url), url, timeout=90)
            assert process.poll() is None, log.read_text(errors="replace")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.RequestException:
        return False
    return True


def _try(*command: str) -> None:
    done = subprocess.run(
        command,
        env=_environment(keep_proxies=True),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise PeerMissing(
            f"{' '.join(command)} → {done.returncode}. A package index has to be in reach "
            f"the first time.\n{done.stdout[-3000:]}"
        )


def has_interpreter(least: tuple[int, int]) -> bool:
    """Whether this machine has a Python of at least that version."""
    try:
        _interpreter(least)
    except PeerMissing:
        return False
    return True


def _interpreter(least: tuple[int, int]) -> Path:
    """A Python of at least that version: this one, or one of this machine."""
    if sys.version_info >= least:
        return Path(sys.executable)
    check = f"import ensurepip, sys, venv; sys.exit(sys.version_info < {least})"
    for candidate in _candidates():
        done = subprocess.run(
            [candidate, "-c", check], env=_environment(), stderr=subprocess.DEVNULL
        )
        if done.returncode == 0:
            return candidate
    raise PeerMissing(
        f"this peer needs Python {'.'.join(map(str, least))}; put one on PATH, with venv"
    )


def _candidates() -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    managed = Path.home() / ".local/share/uv/python"
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    # What pyenv has on PATH works for one version only.
    folders += [*sorted(pyenv.glob("versions/*/bin")), *sorted(managed.glob("*/bin"))]
    for folder in folders:
        yield from sorted(folder.glob("python3.[0-9]*[0-9]"))


def _environment(*, keep_proxies: bool = False) -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OURS) and (keep_proxies or name.lower() not in _PROXIES)
    } | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
