"""How this machine's pip reaches its index: the demo mirrors the same one, by the same way."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from pypi_simple import PYPI_SIMPLE_ENDPOINT

from pulp_pyindex.stack.errors import StackError


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An index, and what it takes to reach it."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    proxy: str | None = None
    certificates: str | None = None

    def remote_fields(self) -> dict[str, str]:
        """As fields of a remote."""
        fields = {"url": self.url}
        if self.username:
            fields |= {"username": self.username, "password": self.password or ""}
        if self.proxy:
            fields["proxy_url"] = self.proxy
        return fields


def pip_setting(name: str) -> str | None:
    """What pip is told by its environment or configuration, as pip itself would find it."""
    if value := os.environ.get(f"PIP_{name.upper().replace('-', '_')}"):
        return value
    for section in ("install", "global"):
        command = [sys.executable, "-m", "pip", "config", "get", f"{section}.{name}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    return None


def machine_source(setting: Callable[[str], str | None] = pip_setting) -> Source:
    """The index this machine's pip uses; StackError when it is not reached by HTTP."""
    url = urlsplit(setting("index-url") or PYPI_SIMPLE_ENDPOINT)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise StackError(
            f"pip's index here is {urlunsplit(url)}, but only an http or https index can be "
            f"mirrored; name one with PIP_INDEX_URL."
        )
    proxy = setting("proxy")
    if proxy is None and not urllib.request.proxy_bypass(url.hostname):
        proxy = urllib.request.getproxies().get(url.scheme)
    return Source(
        url=urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2])),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        proxy=proxy,
        certificates=setting("cert") or os.environ.get("REQUESTS_CA_BUNDLE"),
    )
