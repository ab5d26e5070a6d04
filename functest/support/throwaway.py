"""A prepared database without services: made once, copied for each run, thrown away."""

import fcntl
import shutil
import subprocess
import time
from pathlib import Path

from pulp_pyindex.stack.database import make_database
from pulp_pyindex.stack.errors import DatabaseUnusable
from pulp_pyindex.stack.home import open_home
from pulp_pyindex.stack.options import default_options
from pulp_pyindex.stack.postgres import (
    DATABASE,
    Cluster,
    as_account,
    database_url,
    prepare_cluster,
)
from pulp_pyindex.stack.preparation import installed_code, prepare
from pulp_pyindex.stack.settings_file import write_settings

_KEPT_SECONDS = 3600
# Nothing here has to survive a power cut.
_CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def begin(cluster: Cluster, log: Path) -> None:
    """Run the server until `end`, whatever becomes of this process."""
    options = f"-k '{cluster.sockets}' -h '' {_CARELESS}"
    done = _pg_ctl(cluster, ["-w", "-l", str(log), "-o", options, "start"])
    if done != 0:
        raise DatabaseUnusable(f"PostgreSQL did not start; see {log}.")


def end(cluster: Cluster, *, keep: bool = False) -> None:
    """Stop the server; its data is only usable afterwards if it is to be kept."""
    _pg_ctl(cluster, ["-w", "-m", "fast" if keep else "immediate", "stop"])


def prepared_data(kept: Path) -> Path:
    """A migrated data directory below `kept` for the code as it is, made when there is none."""
    wanted = kept / installed_code()[:16]
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.exists():
            _forget_old(kept)
            _prepare(kept / "making", wanted)
    return wanted


def _forget_old(kept: Path) -> None:
    # Another run may just be copying a younger one.
    too_old = time.time() - _KEPT_SECONDS
    for path in kept.iterdir():
        if path.is_dir() and path.stat().st_mtime < too_old:
            shutil.rmtree(path)
    shutil.rmtree(kept / "making", ignore_errors=True)


def copied_cluster(data: Path, pgdata: Path, log: Path) -> Cluster:
    """A cluster of its own with the same content."""
    # With its owner: PostgreSQL's files belong to a user of its own where we are root.
    subprocess.run(["/bin/cp", "-a", str(data), str(pgdata)], check=True)
    return prepare_cluster(pgdata, log)


def _prepare(folder: Path, target: Path) -> None:
    home = open_home(folder)
    home.make()
    cluster = prepare_cluster(home.pgdata, home.logs / "initdb.log")
    write_settings(home, default_options(), cluster.url)
    log = cluster.pgdata / "server.log"
    begin(cluster, log)
    try:
        make_database(database_url(cluster.sockets, "postgres"), DATABASE)
        prepare(home, cluster.url, None)
    finally:
        end(cluster, keep=True)
    home.pgdata.rename(target)
    shutil.rmtree(folder)


def _pg_ctl(cluster: Cluster, arguments: list[str]) -> int:
    command = [str(cluster.programs / "pg_ctl"), "-D", str(cluster.pgdata), *arguments]
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=cluster.pgdata,
        **as_account(cluster.account),
    )
    return int(done.returncode)
