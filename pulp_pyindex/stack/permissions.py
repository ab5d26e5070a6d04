"""PostgreSQL refuses to run as root: its own system user, and that user's way to its files."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pulp_pyindex.stack.errors import DatabaseUnusable

USER = "embedded_postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom PostgreSQL runs as when the supervisor is root."""

    name: str
    uid: int
    gid: int


def database_account(pgdata: Path) -> Account | None:
    """The account for PostgreSQL: None (our own) unless we are root; made when it is missing."""
    if os.geteuid() != 0:
        return None
    if pgdata.exists() and (owner := pgdata.stat().st_uid) != 0:
        return _account(pwd.getpwuid(owner))
    try:
        return _account(pwd.getpwnam(USER))
    except KeyError:
        return _make_account()


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _make_account() -> Account:
    """PostgreSQL's tools look their user up, so a bare number would not do."""
    commands = (
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", USER],
        ["adduser", "-S", "-D", "-H", "-s", "/bin/false", USER],
    )
    for command in commands:
        if shutil.which(command[0]):
            subprocess.run(command, check=False, capture_output=True)
        try:
            return _account(pwd.getpwnam(USER))
        except KeyError:
            continue
    raise DatabaseUnusable(
        f"PostgreSQL does not run as root and no system user {USER} could be made; "
        f"make one, start as an ordinary user, or give --database URL."
    )


def open_way(target: Path, account: Account) -> list[Path]:
    """Let `account` pass through (not list) each directory above `target`; the ones changed."""
    changed = []
    for directory in reversed(target.absolute().parents):
        info = directory.stat()
        if info.st_uid == account.uid:
            passes = info.st_mode & stat.S_IXUSR
        elif info.st_gid == account.gid:
            passes = info.st_mode & stat.S_IXGRP
        else:
            passes = info.st_mode & stat.S_IXOTH
        if passes:
            continue
        try:
            directory.chmod(stat.S_IMODE(info.st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise DatabaseUnusable(
                f"PostgreSQL's user {account.name} cannot pass through {directory} "
                f"({error.strerror}); choose another --home, or give --database URL."
            ) from error
        changed.append(directory)
    return changed


def make_readable(tree: Path) -> None:
    """Let everyone read and run what an installation under a strict umask kept for root."""
    for folder, _, names in os.walk(tree):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            if path.is_symlink():
                continue
            mode = stat.S_IMODE(path.stat().st_mode)
            wanted = mode | stat.S_IROTH
            if mode & stat.S_IXUSR:
                wanted |= stat.S_IXOTH
            if wanted != mode:
                path.chmod(wanted)
