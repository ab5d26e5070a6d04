"""`down` and `status`: talking to a supervisor that runs somewhere else."""

import os
import signal
import time
from dataclasses import dataclass
from typing import Any

from pulp_pyindex.stack.errors import StackError
from pulp_pyindex.stack.home import Home, holder, read_json
from pulp_pyindex.stack.processes import signal_group

# Tasks and downloads get their grace, PostgreSQL its own.
STOP_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of a home's stack from outside."""

    home: Home
    pid: int | None
    state: dict[str, Any]

    @property
    def phase(self) -> str:
        """`stopped`, `starting`, `ready` or `stopping`."""
        if self.pid is None:
            return "stopped"
        return str(self.state.get("phase", "starting"))

    def as_json(self) -> dict[str, Any]:
        """For programs: stable names, paths and addresses as text."""
        shown = {"home": str(self.home.root), "phase": self.phase, "pid": self.pid}
        if self.pid is None:
            return shown
        services = [
            {key: service[key] for key in ("name", "pid", "restarts", "log")}
            for service in self.state.get("services", [])
        ]
        facts = {k: v for k, v in self.state.items() if k not in ("phase", "pid", "services")}
        return shown | facts | {"services": services}

    def as_text(self) -> str:
        """For people."""
        if self.pid is None:
            return f"{self.home.root}: not running"
        state = self.state
        lines = [f"{self.home.root}: {self.phase}, supervisor {self.pid}"]
        lines += [
            f"  {label:<7} {state[key]}"
            for label, key in (
                ("since", "since"),
                ("index", "index"),
                ("REST", "api"),
                ("admin", "admin_password_file"),
            )
            if key in state
        ]
        for service in state.get("services", []):
            pid = service["pid"] or "down"
            lines.append(f"  {service['name']:<11} {pid:>8}  restarts {service['restarts']}")
        return "\n".join(lines)


def status(home: Home) -> Status:
    """What the home's stack is doing."""
    pid = holder(home)
    return Status(home=home, pid=pid, state=read_json(home.state) if pid else {})


def stop(home: Home, seconds: float = STOP_SECONDS) -> bool:
    """Stop the home's stack and wait until it is down; False when none runs."""
    pid = holder(home)
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError as error:
        raise StackError(f"Process {pid} in {home.root} belongs to another user.") from error
    except ProcessLookupError:
        return True
    end = time.monotonic() + seconds
    while holder(home) == pid:
        if time.monotonic() > end:
            _kill(home, pid)
            raise StackError(f"The supervisor did not stop in {seconds:.0f} s and was killed.")
        time.sleep(0.1)
    return True


def _kill(home: Home, pid: int) -> None:
    services = read_json(home.state).get("services", [])
    os.kill(pid, signal.SIGKILL)
    for service in services:
        if service["pid"]:
            signal_group(service["pid"], signal.SIGKILL)
