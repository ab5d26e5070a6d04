"""Caches between pip and one upstream, each with nothing in it: ours and those of others."""

import getpass
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench import ROOT, cache
from support import caches, peers
from support.pulp import Pulp
from support.stack import free_port

#: Where the functional tests keep the peers they have installed.
ENVIRONMENTS = ROOT / ".pytest_cache" / "d" / "pyindex-peers"

NGINX_MISSING = (
    "nginx is not on the PATH, so nothing stands beside it. It is the Debian package "
    "`nginx-light`; elsewhere build it from its sources."
)

_NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ }}
http {{
    access_log off;
    proxy_temp_path {folder}/temporary;
    client_body_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    proxy_cache_path {folder}/cache levels=1:2 keys_zone=all:10m use_temp_path=off;
    upstream index {{ server {upstream}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://index;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_cache all;
            proxy_cache_valid 200 10m;
            proxy_cache_lock on;
        }}
    }}
}}
"""


def has_nginx() -> bool:
    """Whether nginx can be run."""
    return shutil.which("nginx") is not None


@contextmanager
def nginx(folder: Path, upstream: str) -> Iterator[str]:
    """nginx with `proxy_cache` before everything of the upstream's host."""
    program = shutil.which("nginx")
    assert program is not None, NGINX_MISSING
    port, split = free_port(), urlsplit(upstream)
    # nginx gives up root's rights, with which the folder was made.
    user = "user root;" if getpass.getuser() == "root" else ""
    config = folder / "nginx.conf"
    config.write_text(
        _NGINX.format(folder=folder, port=port, upstream=split.netloc, user=user), encoding="utf-8"
    )
    with peers.serving([program, "-c", str(config)], port, folder=folder) as url:
        yield f"{url.rstrip('/')}{split.path}"


@contextmanager
def proxpi(folder: Path, upstream: str) -> Iterator[str]:
    """proxpi as its documentation starts it."""
    with caches.proxpi(_environments(), folder, upstream) as url:
        yield url


@contextmanager
def devpi(folder: Path, upstream: str) -> Iterator[str]:
    """A mirror index of devpi."""
    with caches.devpi(_environments(), folder, upstream) as url:
        yield url


@contextmanager
def ours(pulp: Pulp, upstream: str) -> Iterator[str]:
    """An index that passes upstream through; nothing of it is left afterwards."""
    distribution = cache.pass_through(pulp, upstream)
    yield f"{distribution['base_url']}simple/"
    for href in (distribution["pulp_href"], distribution["remote"]):
        pulp.task(pulp.delete(href))
    pulp.task(pulp.post("orphans/cleanup/", {"orphan_protection_time": 0}))


def _environments() -> Path:
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    return ENVIRONMENTS
