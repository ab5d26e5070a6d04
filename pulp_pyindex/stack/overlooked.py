"""Tasks that wait although workers have time.

Pulp's workers look for work when they are told to. A task that is dispatched while none of them
listens, as when the database comes back before they do, would wait until the next one is.
"""

import psycopg

from pulp_pyindex.stack.database import CONNECT_SECONDS

#: Seconds after which a task that nobody has taken may have been overlooked.
PATIENCE = 2


def remind(url: str) -> bool:
    """Tell the workers to look again if some task is in nobody's hands; whether there was one.

    Raises psycopg.Error.
    """
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        overlooked = connection.execute(
            "SELECT 1 FROM core_task WHERE state IN ('waiting', 'running', 'canceling')"
            " AND app_lock_id IS NULL AND pulp_created < now() - make_interval(secs => %s) LIMIT 1",
            [PATIENCE],
        ).fetchone()
        if overlooked:
            # Who unblocks tasks also tells the others to take them.
            connection.execute("SELECT pg_notify('pulp_worker_wakeup', 'unblock')")
    return overlooked is not None
