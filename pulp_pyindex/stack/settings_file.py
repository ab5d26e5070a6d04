"""The settings Pulp is started with: written anew at every start, from the options."""

import base64
import importlib.util
import os
import secrets
from pathlib import Path
from typing import Any

from pulp_pyindex.stack.database import django_database
from pulp_pyindex.stack.home import Home, write_private
from pulp_pyindex.stack.options import Options

_HEAD = """\
# Written by `pulp-pyindex up` at every start: changes here are lost.
# Put your own settings into local_settings.py beside this file, or use --set NAME=VALUE.
"""
_LOCAL_HEAD = (
    "# Your own Pulp settings, NAME = value; they win over settings.py. Restart to apply.\n"
)


def write_settings(home: Home, options: Options, database: str) -> None:
    """Write settings.py, and once the keys it names and an empty local_settings.py."""
    _once(home.secret_key, secrets.token_urlsafe(50))
    _once(home.database_key, base64.urlsafe_b64encode(os.urandom(32)).decode())
    _once(home.local_settings, _LOCAL_HEAD)
    values = pulp_settings(home, options, database) | dict(options.settings)
    lines = [f"{name} = {value!r}\n" for name, value in values.items()]
    write_private(home.settings, _HEAD + "".join(lines))


def pulp_settings(home: Home, options: Options, database: str) -> dict[str, Any]:
    """What the options mean as Pulp settings."""
    values: dict[str, Any] = {
        "CONTENT_ORIGIN": options.content.url,
        "SECRET_KEY": home.secret_key.read_text(encoding="utf-8"),
        "DB_ENCRYPTION_KEY": str(home.database_key),
        "DATABASES": {"default": django_database(database)},
        "DEPLOY_ROOT": str(home.root),
        "MEDIA_ROOT": str(home.directory("media")),
        "STATIC_ROOT": str(home.directory("assets")),
        "WORKING_DIRECTORY": str(home.directory("tmp")),
        "FILE_UPLOAD_TEMP_DIR": str(home.directory("tmp")),
        # Nothing leaves the machine that the administrator did not ask for.
        "ANALYTICS": False,
        "UVLOOP_ENABLED": importlib.util.find_spec("uvloop") is not None,
        # Twice what a REST request may take, or Pulp warns at every start.
        "API_APP_TTL": 240,
        # A content process that cannot write its heartbeat ends itself, and with it what it serves
        # from memory: it writes one every quarter of this.
        "CONTENT_APP_TTL": 120,
    }
    if options.redis:
        values |= {"REDIS_URL": options.redis, "CACHE_ENABLED": True}
    return values


def environment(home: Home) -> dict[str, str]:
    """The environment of every Pulp process of this home."""
    return {
        **os.environ,
        "PULP_SETTINGS": f"{home.settings};{home.local_settings}",
        "DJANGO_SETTINGS_MODULE": "pulpcore.app.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _once(path: Path, text: str) -> None:
    if not path.exists():
        write_private(path, text)
