"""What `up` can be told, and remembering it: what was said once holds for the next start too."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulp_pyindex.stack.addresses import Address, parse_address
from pulp_pyindex.stack.errors import BadOption
from pulp_pyindex.stack.home import Home, read_json, write_private

DEFAULTS = {"content": "127.0.0.1:24816", "api": "127.0.0.1:24817"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One stack as it was asked for. `settings` holds further Pulp settings by name."""

    content: Address
    api: Address
    content_processes: int = 2
    api_processes: int = 2
    workers: int = 2
    database: str | None = None
    redis: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def default_options() -> Options:
    """What holds where nothing was said."""
    return Options(
        content=parse_address(DEFAULTS["content"], "--content"),
        api=parse_address(DEFAULTS["api"], "--api"),
    )


def remembered(home: Home) -> Options:
    """What holds for this home before the command line is looked at."""
    options = default_options()
    kept = read_json(home.options)
    changes: dict[str, Any] = {
        name: kept[name]
        for name in ("content_processes", "api_processes", "workers", "database", "redis")
        if name in kept
    }
    for name in ("content", "api"):
        if name in kept:
            changes[name] = parse_address(kept[name], f"--{name}")
    return replace(options, settings=kept.get("settings", {}), **changes)


def remember(home: Home, options: Options) -> None:
    """Write the options down for the next start; the database's URL may hold a password."""
    kept = {
        "content": str(options.content),
        "api": str(options.api),
        "content_processes": options.content_processes,
        "api_processes": options.api_processes,
        "workers": options.workers,
        "database": options.database,
        "redis": options.redis,
        "settings": dict(options.settings),
    }
    write_private(home.options, json.dumps(kept, indent=2) + "\n")


def parse_setting(text: str) -> tuple[str, Any]:
    """Read `NAME=VALUE`; VALUE is JSON or a Python literal, anything else is text."""
    name, separator, value = text.partition("=")
    if not separator or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise BadOption("--set", text, "is not NAME=VALUE with a NAME in capitals")
    for read in (json.loads, ast.literal_eval):
        try:
            parsed = read(value)
            json.dumps(parsed)
        except (ValueError, SyntaxError, TypeError):
            continue
        return name, parsed
    return name, value


def with_settings(options: Options, given: list[str]) -> Options:
    """Add settings to what is remembered; `NAME=` with nothing behind it forgets one."""
    settings = dict(options.settings)
    for text in given:
        name, value = parse_setting(text)
        if value == "":
            settings.pop(name, None)
        else:
            settings[name] = value
    return replace(options, settings=settings)
