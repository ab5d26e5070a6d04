"""Starting a child that cannot outlive the supervisor, and ending a whole process group."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulp_pyindex.stack.permissions import Account

_PR_SET_PDEATHSIG = 1
TAIL_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start: command, environment, where its output goes, how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    # Sent by the kernel when the supervisor is killed outright.
    orphan_signal: signal.Signals = signal.SIGTERM
    account: Account | None = field(default=None)


def start(program: Program) -> subprocess.Popen[bytes]:
    """Start it in a process group of its own, with nothing on its input."""
    account = program.account
    with program.log.open("ab") as output:
        return subprocess.Popen(
            program.command,
            env=dict(program.environment),
            cwd=program.directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            preexec_fn=_bound_to_parent(program.orphan_signal),  # noqa: PLW1509 - one thread only
        )


def _bound_to_parent(orphan_signal: signal.Signals) -> Callable[[], None]:
    """What the child does between fork and exec; everything is looked up before the fork."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def in_child() -> None:
        # The supervisor waits for its signals with them blocked; children must not inherit that.
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return in_child


def signal_group(pid: int, number: signal.Signals) -> bool:
    """Signal every process of a group; whether there was one."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def started_at(pid: int) -> str | None:
    """A mark that tells a process from a later one with the same id; None when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError, NotADirectoryError):
        return None
    # Field 22, counted behind the command's name, which may hold spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, indented."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64_000))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (empty)"
