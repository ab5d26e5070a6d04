"""The services of one stack, as commands."""

import signal
import sysconfig
from pathlib import Path

from pulp_pyindex.stack.home import Home
from pulp_pyindex.stack.options import Options
from pulp_pyindex.stack.postgres import Cluster
from pulp_pyindex.stack.processes import Program
from pulp_pyindex.stack.settings_file import environment

POSTGRESQL = "postgresql"
# A REST request may upload gigabytes, and gunicorn's sync workers do not beat while they serve one.
API_TIMEOUT = 120
# A page served from memory takes some 50 µs; a connection costs more, so installers keep theirs.
KEEP_ALIVE = 75
# How long a running download may hold up a stop.
GRACEFUL_SECONDS = 10


def database_program(home: Home, cluster: Cluster) -> Program:
    """The embedded PostgreSQL; SIGINT is its fast shutdown."""
    return Program(
        name=POSTGRESQL,
        command=tuple(cluster.command()),
        environment=environment(home) | {"LC_ALL": "C.UTF-8"},
        directory=cluster.pgdata,
        log=home.logs / f"{POSTGRESQL}.log",
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        account=cluster.account,
    )


def pulp_programs(home: Home, options: Options) -> list[Program]:
    """The API, the content app and the workers."""
    api = [
        *("pulpcore-api", "--bind", str(options.api), "--workers", str(options.api_processes)),
        *("--timeout", str(API_TIMEOUT), "--access-logfile", "-", "--no-control-socket"),
    ]
    # No access log: at 15,000 pages a second the log would be the work.
    content = [
        *("pulpcore-content", "--bind", str(options.content)),
        *("--workers", str(options.content_processes), "--timeout", "90"),
        *("--keep-alive", str(KEEP_ALIVE), "--graceful-timeout", str(GRACEFUL_SECONDS)),
        "--no-control-socket",
    ]
    numbers = range(1, options.workers + 1)
    return [
        _pulp(home, "api", api),
        _pulp(home, "content", content),
        *(_pulp(home, f"worker-{number}", ["pulpcore-worker"]) for number in numbers),
    ]


def _pulp(home: Home, name: str, command: list[str]) -> Program:
    script = Path(sysconfig.get_path("scripts")) / command[0]
    return Program(
        name=name,
        command=(str(script), *command[1:]),
        environment=environment(home),
        directory=home.directory("tmp"),
        log=home.logs / f"{name}.log",
        # An orphaned worker would wait for its task for ever; without us nobody restarts it.
        orphan_signal=signal.SIGKILL if name.startswith("worker") else signal.SIGTERM,
    )
