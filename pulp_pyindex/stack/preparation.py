"""Bringing the database to the installed versions, and making the admin: one Django process.

`prepare` decides in the supervisor, without Django, whether that process is needed at all;
run as a program, this module is that process.
"""

import hashlib
import json
import os
import secrets
import signal
import sys
from importlib.metadata import distribution, entry_points
from pathlib import Path
from urllib.parse import quote

from pulp_pyindex.stack.database import migrations_applied
from pulp_pyindex.stack.errors import PreparationFailed
from pulp_pyindex.stack.home import Home, read_json, write_private
from pulp_pyindex.stack.processes import Program, signal_group, start, tail
from pulp_pyindex.stack.settings_file import environment
from pulp_pyindex.stack.waiting import wait

# Tables, permissions, policies and roles.
_READ_BY_MIGRATE = frozenset({"access", "migrations", "models", "viewsets"})
PASSWORD_VARIABLE = "PYINDEX_ADMIN_PASSWORD"


def needs_preparation(home: Home, database: str, password: str | None) -> bool:
    """Whether code, database or the admin's password differ from the last preparation."""
    if not home.admin_password.exists():
        return True
    if password is not None and password != home.admin_password.read_text("utf-8").strip():
        return True
    expected = {"code": installed_code(), "database": _identity(home, database)}
    kept = read_json(home.prepared)
    applied = kept.pop("migrations", 0)
    return kept != expected or migrations_applied(database) != applied


def prepare(home: Home, database: str, password: str | None) -> None:
    """Migrate, collect static files, set the admin's password; PreparationFailed with the log."""
    if password is None and home.admin_password.exists():
        password = home.admin_password.read_text("utf-8").strip()
    password = password or secrets.token_urlsafe(24)
    log = home.logs / "preparation.log"
    program = Program(
        name="preparation",
        command=(sys.executable, "-m", "pulp_pyindex.stack.preparation"),
        environment=environment(home) | {PASSWORD_VARIABLE: password},
        directory=home.root,
        log=log,
    )
    if _finished(program) != 0:
        raise PreparationFailed(log, tail(log))
    write_private(home.admin_password, password + "\n")
    kept = {
        "code": installed_code(),
        "database": _identity(home, database),
        "migrations": migrations_applied(database),
    }
    write_private(home.prepared, json.dumps(kept) + "\n")


def _identity(home: Home, database: str) -> str:
    """The embedded database stays the same wherever its home is moved or copied to."""
    return database.replace(quote(str(home.root), safe=""), "HOME")


def installed_code() -> str:
    """Changes with what is installed, and with the files that a migration run reads."""
    seen = hashlib.sha256()
    plugins = {entry.name: entry.dist for entry in entry_points(group="pulpcore.plugin")}
    versions = {name: dist.version for name, dist in plugins.items() if dist is not None}
    versions["pulpcore"] = distribution("pulpcore").version
    seen.update(repr(sorted(versions.items())).encode())
    ours = Path(__file__).parents[1] / "app"
    for path in sorted(ours.rglob("*.py")):
        if path.relative_to(ours).parts[0] in _READ_BY_MIGRATE:
            seen.update(path.read_bytes())
    return seen.hexdigest()


def _finished(program: Program) -> int:
    """Its exit code; whoever asks the supervisor to stop meanwhile stops it too."""
    child = start(program)
    try:
        while child.poll() is None:
            wait(0.2)
    finally:
        signal_group(child.pid, signal.SIGTERM)
    return child.wait()


def _main() -> None:
    import django
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False)
    call_command("collectstatic", interactive=False, verbosity=0)
    admin, _ = get_user_model().objects.get_or_create(
        username="admin", defaults={"is_superuser": True, "is_staff": True}
    )
    admin.set_password(os.environ[PASSWORD_VARIABLE])
    admin.save()


if __name__ == "__main__":
    _main()
