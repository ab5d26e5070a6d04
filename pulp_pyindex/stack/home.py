"""The directory one stack lives in: its paths, its lock, and what it says about itself."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulp_pyindex.stack.errors import BadOption, HomeInUse, StackError


def default_home() -> Path:
    """`$PYINDEX_HOME`, or the place for a user's data."""
    if named := os.environ.get("PYINDEX_HOME"):
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "pulp-pyindex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The paths below one home; nothing is made before `make`."""

    root: Path

    @property
    def settings(self) -> Path:
        """Written at every start."""
        return self.root / "settings.py"

    @property
    def local_settings(self) -> Path:
        """The administrator's own settings; made empty once, never written again."""
        return self.root / "local_settings.py"

    @property
    def options(self) -> Path:
        """What `up` was told, remembered for the next time."""
        return self.root / "options.json"

    @property
    def admin_password(self) -> Path:
        """The password of the user `admin`, readable by the owner only."""
        return self.root / "admin-password"

    @property
    def secret_key(self) -> Path:
        """Django's SECRET_KEY."""
        return self.root / "secret-key"

    @property
    def database_key(self) -> Path:
        """The key that encrypts remote credentials in the database."""
        return self.root / "database-fields.key"

    @property
    def pgdata(self) -> Path:
        """The embedded PostgreSQL's data."""
        return self.root / "postgresql"

    @property
    def logs(self) -> Path:
        """One log per service."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """What is only true while the stack runs."""
        return self.root / "run"

    @property
    def state(self) -> Path:
        """What the supervisor says about itself, as JSON."""
        return self.run / "state.json"

    @property
    def lock(self) -> Path:
        """Locked while a supervisor runs; holds its process id."""
        return self.run / "lock"

    @property
    def prepared(self) -> Path:
        """For which code and database migrations were last run."""
        return self.root / "prepared.json"

    def directory(self, name: str) -> Path:
        """A directory Pulp itself wants: `media`, `tmp`, `assets`."""
        return self.root / name

    def make(self) -> None:
        """Make what is missing; StackError when the place cannot be written."""
        try:
            if not self.root.exists():
                self.root.mkdir(parents=True, mode=0o700)
            for path in (self.logs, self.run, *map(self.directory, ("media", "tmp", "assets"))):
                path.mkdir(exist_ok=True)
        except OSError as error:
            raise StackError(f"Cannot make {error.filename}: {error.strerror}.") from error


def open_home(path: Path) -> Home:
    """The home at `path`; BadOption when Pulp could not be told of such a path."""
    root = path.expanduser().absolute()
    # Dynaconf separates the names of settings files by these.
    if any(sign in str(root) for sign in ",;\n"):
        raise BadOption("--home", str(path), "a path with a comma or semicolon cannot be used")
    return Home(root=root)


def write_private(path: Path, text: str) -> None:
    """Replace a file at once; only its owner may read it."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty when there is no file or no whole object in it."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Hold the home; HomeInUse when another supervisor does. The kernel frees it with its owner."""
    descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUse(home.root, _pid_in(home.lock)) from error
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def holder(home: Home) -> int | None:
    """The process id of the supervisor that runs in this home, if one does."""
    try:
        file = home.lock.open("rb")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _pid_in(home.lock)
    return None


def _pid_in(path: Path) -> int | None:
    text = path.read_text(encoding="ascii").strip()
    return int(text) if text.isdecimal() else None
