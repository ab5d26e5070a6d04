"""What killed processes still hold in Pulp's tables, given back at once.

pulpcore notices by itself, but a worker's task, and with it the repository it works on, would stay
locked for up to a quarter of an hour. The supervisor knows better: it saw the process die.
"""

import os
import socket

import psycopg

from pulp_pyindex.stack.database import CONNECT_SECONDS


def release(url: str, *, everyone: bool = False) -> int:
    """Let go of what dead processes of this machine hold; how many processes those were.

    With `everyone` no process lives that uses this database. A task that was running is marked as
    failed by the next worker that looks for work. Raises psycopg.Error.
    """
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        rows = connection.execute("SELECT pulp_id, name FROM core_appstatus").fetchall()
        dead = [key for key, name in rows if everyone or _is_dead(name)]
        if dead:
            for statement in (
                "UPDATE core_task SET app_lock_id = NULL WHERE app_lock_id = ANY(%s)",
                "DELETE FROM core_appstatus WHERE pulp_id = ANY(%s)",
            ):
                connection.execute(statement, [dead])
            connection.execute("SELECT pg_notify('pulp_worker_wakeup', 'handle')")
    return len(dead)


def _is_dead(name: str) -> bool:
    """Of a process by the name pulpcore gave it: pid@hostname."""
    pid, _, host = name.partition("@")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
