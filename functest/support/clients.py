"""Installers as their users run them, with nothing of this machine's configuration."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
_OURS = ("PIP_", "UV_", "POETRY_", "PYTHON", "VIRTUAL_ENV", "PULP_", "PYTEST_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended and what it said, both streams together."""

    code: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """pip, uv and poetry of this environment; `folder` is home, cache and working directory."""

    folder: Path

    def run(self, *command: str, ok: bool = True, env: Mapping[str, str] | None = None) -> Ran:
        """Run it; it must end 0 where `ok`, and other than 0 where not."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment() | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert (done.returncode == 0) is ok, f"{' '.join(command)}\n{done.stdout}"
        return Ran(code=done.returncode, output=done.stdout)

    def pip(self, *arguments: str, index: str, ok: bool = True) -> Ran:
        """pip with `index` as the only one."""
        command, *rest = arguments
        return self.run(sys.executable, "-m", "pip", command, "--index-url", index, *rest, ok=ok)

    def uv(self, *arguments: str, ok: bool = True) -> Ran:
        return self.run(str(BIN / "uv"), *arguments, ok=ok)

    def poetry(self, *arguments: str, ok: bool = True) -> Ran:
        return self.run(str(BIN / "poetry"), *arguments, "--no-interaction", ok=ok)

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_OURS) and name.lower() not in _PROXIES
        }
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return kept | {
            "TMPDIR": str(temporary),
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "UV_CACHE_DIR": str(self.folder / "uv-cache"),
            "UV_NO_CONFIG": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_PYTHON": sys.executable,
            "POETRY_CACHE_DIR": str(self.folder / "poetry-cache"),
            "POETRY_CONFIG_DIR": str(self.folder / "poetry-config"),
            "POETRY_DATA_DIR": str(self.folder / "poetry-data"),
            "POETRY_VIRTUALENVS_IN_PROJECT": "true",
            "POETRY_KEYRING_ENABLED": "false",
        }
