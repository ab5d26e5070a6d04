"""The index that this machine's pip installs from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_SETTING = re.compile(r"^(?P<section>[\w-]+)\.index-url='(?P<url>[^']+)'$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipIndex:
    """An index, and who pip is there."""

    url: str
    username: str | None = None
    password: str | None = None


def configured_index() -> PipIndex:
    """What pip's environment or configuration names, else the index that everybody shares."""
    return split(os.environ.get("PIP_INDEX_URL") or _from_configuration() or _shared())


def split(url: str) -> PipIndex:
    """The URL, and apart from it what it says of a user: Pulp keeps that elsewhere."""
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return PipIndex(url=url)
    username, colon, password = userinfo.partition(":")
    return PipIndex(
        url=parts._replace(netloc=host).geturl(),
        username=unquote(username),
        password=unquote(password) if colon else None,
    )


def _from_configuration() -> str | None:
    for pip in ([sys.executable, "-m", "pip"], [shutil.which("pip")], [shutil.which("pip3")]):
        if pip[0] is None:
            continue
        told = subprocess.run(
            [*map(str, pip), "config", "list"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode == 0:
            found = {one["section"]: one["url"] for one in _SETTING.finditer(told.stdout)}
            # As pip has it: what is said of the command counts before what is said of all.
            return found.get("install") or found.get("global")
    return None


def _shared() -> str:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    return PYPI_SIMPLE_ENDPOINT
