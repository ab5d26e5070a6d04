"""Keeping children alive: restart what dies, give up on what cannot start, stop in order."""

import json
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from pulp_pyindex.stack.errors import ServiceGaveUp
from pulp_pyindex.stack.home import Home, write_private
from pulp_pyindex.stack.logs import rotate
from pulp_pyindex.stack.processes import Program, signal_group, start, started_at, tail
from pulp_pyindex.stack.reporting import Reporter
from pulp_pyindex.stack.services import POSTGRESQL

# A service that lived this long did start; its next death begins a new count.
SETTLED_SECONDS = 20.0
QUICK_DEATHS = 5
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
ROTATION_SECONDS = 60.0
REMINDER_SECONDS = 5.0


@dataclass(slots=True, kw_only=True)
class Service:
    """One program and what became of it."""

    program: Program
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    quick_deaths: int = 0
    restarts: int = 0

    @property
    def alive(self) -> bool:
        """Whether it ran when last looked at."""
        return self.child is not None


class Supervisor:
    """The services of one home. `tick` is called often; nothing happens in between."""

    def __init__(self, home: Home, reporter: Reporter) -> None:
        self.home = home
        self.reporter = reporter
        self.services: list[Service] = []
        self.phase = "starting"
        self.database_answers: Callable[[], bool] = lambda: True
        self.before_restart: Callable[[], object] = lambda: None
        self.remind: Callable[[], object] = lambda: None
        self.facts: dict[str, object] = {}
        self._began = datetime.now(UTC)
        self._rotated = time.monotonic()
        self._reminded = time.monotonic()
        self._database_down = False
        self._save_due = math.inf

    def add(self, program: Program) -> Service:
        """Take a program on; it starts with the next tick."""
        service = Service(program=program)
        self.services.append(service)
        return service

    def pids(self) -> dict[str, int]:
        """The process ids of what runs, by name."""
        return {s.program.name: s.child.pid for s in self.services if s.child is not None}

    def tick(self) -> None:
        """Bury the dead and start what is due.

        ServiceGaveUp when one dies on and on before all was ready; later it is tried for ever.
        """
        changed = False
        for service in self.services:
            if service.child is not None and service.child.poll() is not None:
                self._bury(service)
                changed = True
        database_up = self._database_up()
        for service in self.services:
            startable = database_up or service.program.name == POSTGRESQL
            if startable and not service.alive and time.monotonic() >= service.due:
                self._start(service)
                changed = True
        if changed or time.monotonic() >= self._save_due:
            self.save()
        if database_up and time.monotonic() - self._reminded > REMINDER_SECONDS:
            self._try(self.remind, "remind the workers")
            self._reminded = time.monotonic()
        if time.monotonic() - self._rotated > ROTATION_SECONDS:
            self._try(lambda: rotate(self.home.logs), "rotate the logs")
            self._rotated = time.monotonic()

    def settle(self, phase: str) -> None:
        """Say what the stack as a whole is doing now."""
        self.phase = phase
        self.save()

    def save(self) -> None:
        """Write the state file that `status` and the next `up` read; later, where it cannot be."""
        state = {
            "phase": self.phase,
            "pid": os.getpid(),
            "since": self._began.isoformat(timespec="seconds"),
            **self.facts,
            "services": [
                {
                    "name": service.program.name,
                    "pid": service.child.pid if service.child else None,
                    "mark": started_at(service.child.pid) if service.child else None,
                    "restarts": service.restarts,
                    "log": str(service.program.log),
                }
                for service in self.services
            ],
        }
        try:
            write_private(self.home.state, json.dumps(state, indent=2) + "\n")
        except OSError as error:
            if self.phase == "starting":
                raise
            self.reporter.say(f"cannot save the state: {error}")
            self._save_due = time.monotonic() + LONGEST_PAUSE
        else:
            self._save_due = math.inf

    def stop(self, grace: float) -> None:
        """Ask everything to stop, the database last; kill what takes longer than `grace`."""
        self.settle("stopping")
        database = [s for s in self.services if s.program.name == POSTGRESQL]
        self._stop([s for s in self.services if s not in database], grace)
        self._stop(database, grace)

    def _start(self, service: Service) -> None:
        again = service.started > 0
        if again and service.program.name != POSTGRESQL:
            self._try(self.before_restart, f"clear up behind {service.program.name}")
        service.started = time.monotonic()
        try:
            service.child = start(service.program)
        except OSError as error:
            if self.phase != "ready":
                raise
            self.reporter.say(f"cannot start {service.program.name}: {error}")
            service.due = time.monotonic() + LONGEST_PAUSE
            return
        if again:
            service.restarts += 1
            self.reporter.say(f"{service.program.name} restarted")

    def _try(self, work: Callable[[], object], what: str) -> None:
        """A database that goes just now, or a full disk, must not end us."""
        try:
            work()
        except (psycopg.Error, OSError) as error:
            self.reporter.say(f"cannot {what}: {error}")

    def _bury(self, service: Service) -> None:
        assert service.child is not None
        code = service.child.returncode
        # What a killed master leaves behind would hold the port, or go on with its task.
        signal_group(service.child.pid, signal.SIGKILL)
        service.child = None
        lived = time.monotonic() - service.started
        if service.program.name == POSTGRESQL:
            self._database_down = True
        if lived >= SETTLED_SECONDS:
            service.quick_deaths = 0
        service.quick_deaths += 1
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        self.reporter.say(f"{service.program.name} died ({how})")
        starting = self.phase == "starting"
        if starting and service.quick_deaths >= QUICK_DEATHS and lived < SETTLED_SECONDS:
            log = service.program.log
            raise ServiceGaveUp(service.program.name, service.quick_deaths, log, tail(log))
        pause = FIRST_PAUSE * 2 ** min(service.quick_deaths - 1, 10)
        service.due = time.monotonic() + min(pause, LONGEST_PAUSE)

    def _database_up(self) -> bool:
        """Nothing is (re)started while the database is away: it would only die again."""
        if self._database_down and self.database_answers():
            self._database_down = False
            for service in self.services:
                if service.program.name != POSTGRESQL:
                    service.quick_deaths = 0
        return not self._database_down

    def _stop(self, services: list[Service], grace: float) -> None:
        for service in services:
            if service.child is not None:
                service.child.send_signal(service.program.stop_signal)
        end = time.monotonic() + grace
        running = [s for s in services if s.child is not None]
        while running and time.monotonic() < end:
            _wait_uninterrupted(0.2)
            running = [s for s in running if s.child is not None and s.child.poll() is None]
        for service in running:
            self.reporter.say(f"{service.program.name} did not stop in {grace:.0f} s: killed")
        for service in services:
            if service.child is not None:
                signal_group(service.child.pid, signal.SIGKILL)
                service.child.wait()
                service.child = None


def _wait_uninterrupted(seconds: float) -> None:
    """A second Ctrl-C must not leave children behind."""
    signal.sigtimedwait({signal.SIGCHLD}, seconds)
