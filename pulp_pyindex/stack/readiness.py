"""Is Pulp ready? Its status page says so, and each process it names is one of ours."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from typing import Any

from pulp_pyindex.stack.options import Options

STATUS_PATH = "pulp/api/v3/status/"
# Our own machine is never reached through a proxy.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def status_page(options: Options) -> dict[str, Any] | None:
    """What the status page says; None while nothing (or something else) answers."""
    root = str(options.settings.get("API_ROOT", "/pulp/")).strip("/")
    path = STATUS_PATH.replace("pulp/", f"{root}/" if root else "", 1)
    try:
        with _DIRECT.open(f"{options.api.local_url}/{path}", timeout=10) as answer:
            page = json.load(answer)
    except (urllib.error.URLError, ValueError, OSError):
        return None
    return page if isinstance(page, dict) else None


def missing(page: Mapping[str, Any] | None, options: Options, groups: Mapping[str, int]) -> str:
    """What is not there yet, in words; empty when everything is."""
    if page is None:
        return "the API does not answer"
    if not page.get("database_connection", {}).get("connected"):
        return "the API has no database"
    if options.redis and not page.get("redis_connection", {}).get("connected"):
        return f"Redis at {options.redis} does not answer"
    content = {pid for name, pid in groups.items() if name == "content"}
    workers = {pid for name, pid in groups.items() if name.startswith("worker")}
    lacking = []
    for what, entries, ours, wanted in (
        ("content processes", "online_content_apps", content, options.content_processes),
        ("workers", "online_workers", workers, options.workers),
    ):
        online = sum(_is_ours(entry["name"], ours) for entry in page.get(entries) or ())
        if online < wanted:
            lacking.append(f"{online} of {wanted} {what} are online")
    return ", ".join(lacking)


def _is_ours(name: str, groups: Collection[int]) -> bool:
    """Names are `pid@host`; rows of processes that were killed stay for half a minute."""
    pid = name.partition("@")[0]
    if not pid.isdecimal():
        # The administrator chose another WORKER_NAME_TEMPLATE.
        return True
    try:
        return os.getpgid(int(pid)) in groups
    except ProcessLookupError:
        return False
