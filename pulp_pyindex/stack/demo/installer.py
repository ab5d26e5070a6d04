"""A throw-away environment, and pip in it with one index and nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pulp_pyindex.stack.errors import StackError


class InstallFailed(StackError):
    """pip ended otherwise than expected; the end of what it said is kept."""

    def __init__(self, command: str, output: str) -> None:
        self.output = output
        tail = "\n".join(f"    {line}" for line in output.splitlines()[-15:])
        super().__init__(f"`{command}` failed:\n{tail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A virtual environment in `folder`, whose pip knows `index` only."""

    folder: Path
    index: str
    told: Callable[[str], None]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def make(self) -> None:
        """Make it, with pip."""
        self.told(f"python -m venv {self.folder}")
        done = self._run([sys.executable, "-m", "venv", "--clear", str(self.folder)])
        if done.returncode:
            raise InstallFailed("python -m venv", done.stdout)

    def install(self, *requirements: str) -> list[str]:
        """Install or raise InstallFailed; what was installed, as `name-version`."""
        options = ["--isolated", "--no-cache-dir", "--index-url", f"{self.index}simple/"]
        command = ["-m", "pip", "install", "--force-reinstall", *options, *requirements]
        shown = f"python {' '.join(command)}"
        self.told(shown)
        done = self._run([str(self.python), *command])
        if done.returncode:
            raise InstallFailed(shown, done.stdout)
        last = [line for line in done.stdout.splitlines() if "Successfully installed" in line]
        return last[-1].split("installed ", 1)[1].split() if last else []

    def imports(self, module: str) -> str:
        """The version of an installed module, by running it."""
        code = (
            f"import {module}; from importlib.metadata import version; print(version('{module}'))"
        )
        done = self._run([str(self.python), "-c", code])
        if done.returncode:
            raise InstallFailed(f"import {module}", done.stdout)
        return done.stdout.strip()

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        # Nothing of this machine's pip configuration may help; proxies stay, though not for us.
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        for name in ("NO_PROXY", "no_proxy"):
            kept[name] = ",".join(filter(None, [kept.get(name), "127.0.0.1", "localhost"]))
        return subprocess.run(
            command,
            check=False,
            env=kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
