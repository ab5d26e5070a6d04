"""The command line as its users run it, with a configuration file."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from pulp_cli import main

from .stack import PASSWORD, Stack

_PULP = str(Path(sys.executable).with_name("pulp"))


class Refused(Exception):
    """A command that ended with another code than 0; `code` and what it said."""

    def __init__(self, code: int, said: str) -> None:
        self.code = code
        super().__init__(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cli:
    """`pulp`, as configured in `folder`; what is known of the server's API is in `cache`."""

    folder: Path
    cache: Path

    @classmethod
    def of(cls, stack: Stack, folder: Path) -> "Cli":
        """Configured for a stack and its administrator."""
        # The format is there because `pulp config create` writes it.
        configuration = {
            "base_url": stack.api,
            "username": "admin",
            "password": PASSWORD,
            "format": "json",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in configuration.items()]
        (folder / "cli.toml").write_text("[cli]\n" + "\n".join(lines) + "\n", "utf-8")
        return cls(folder=folder, cache=Path(stack.home, "cli-cache"))

    def run(self, *words: str, pulp: tuple[str, ...] = (), **environment: str) -> str:
        """What the command prints on standard output; raises Refused with what it says else.

        It is run in this process: that spares half a second of imports.
        """
        done = CliRunner().invoke(
            main, self._arguments(*words, pulp=pulp), env=self._environment() | environment
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        if done.exit_code:
            raise Refused(done.exit_code, done.stderr)
        return done.stdout

    def json(self, *words: str, **options: Any) -> Any:
        """What the command prints, which is JSON as there is no terminal."""
        return json.loads(self.run(*words, **options))

    def apart(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The command as a process of its own."""
        return subprocess.run(
            [_PULP, *self._arguments(*words)],
            env={**os.environ, **self._environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def on_a_terminal(self, *words: str) -> str:
        """What the command shows on a terminal, with both streams there."""
        ours, its = pty.openpty()
        environment = {"TERM": "dumb", "COLUMNS": "120", "LINES": "40"}
        with subprocess.Popen(
            [_PULP, *self._arguments(*words)],
            env={**os.environ, **self._environment(), **environment},
            stdin=its,
            stdout=its,
            stderr=its,
        ) as going:
            os.close(its)
            shown = b"".join(iter(lambda: _read(ours), b""))
            going.wait(60)
        os.close(ours)
        return shown.decode("utf-8", "replace")

    def _arguments(self, *words: str, pulp: tuple[str, ...] = ()) -> list[str]:
        return ["--config", str(self.folder / "cli.toml"), *pulp, "pyindex", *words]

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.cache),
            "PIP_CONFIG_FILE": os.devnull,
        }


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        # So Linux says that nobody has the other end any more.
        return b""
