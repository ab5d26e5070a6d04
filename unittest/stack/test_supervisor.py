"""Keeping children alive, with small real ones."""

import errno
import io
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pulp_pyindex.stack import supervisor as module
from pulp_pyindex.stack.errors import ServiceGaveUp
from pulp_pyindex.stack.home import Home, open_home, read_json
from pulp_pyindex.stack.leftovers import clear_leftovers
from pulp_pyindex.stack.processes import Program, started_at
from pulp_pyindex.stack.reporting import Reporter
from pulp_pyindex.stack.supervisor import Supervisor
from pulp_pyindex.stack.waiting import signals_held


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that has been made."""
    home = open_home(tmp_path)
    home.make()
    return home


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)


def program(home: Home, script: str, name: str = "service") -> Program:
    """A shell script as a service."""
    return Program(
        name=name,
        command=("/bin/sh", "-c", script),
        environment=dict(os.environ),
        directory=home.root,
        log=home.logs / f"{name}.log",
    )


def supervise(home: Home, *programs: Program) -> Supervisor:
    """A supervisor that has started them."""
    supervisor = Supervisor(home, Reporter(io.StringIO()))
    for one in programs:
        supervisor.add(one)
    supervisor.tick()
    return supervisor


def tick_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    """Ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        supervisor.tick()
        time.sleep(0.005)


def test_what_dies_is_started_again(home: Home) -> None:
    """Its new process id is in the state file."""
    supervisor = supervise(home, program(home, "exec sleep 60"))
    first = supervisor.pids()["service"]
    os.kill(first, signal.SIGKILL)

    tick_until(supervisor, lambda: supervisor.pids().get("service", first) != first)

    [service] = read_json(home.state)["services"]
    assert service["pid"] == supervisor.pids()["service"]
    assert service["restarts"] == 1
    supervisor.stop(5)


def test_what_cannot_start_is_given_up_with_the_end_of_its_log(home: Home) -> None:
    """Five quick deaths, and what it said last."""
    supervisor = supervise(home, program(home, "echo no such thing; exit 3"))
    with pytest.raises(ServiceGaveUp, match=r"died 5 times(?s:.*)no such thing"):
        tick_until(supervisor, lambda: False)


def test_a_stack_that_was_ready_goes_on_trying(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keeps a service from starting later, a full disk say, may pass."""
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.01)
    supervisor = supervise(home, program(home, "exit 3"))
    supervisor.settle("ready")

    tick_until(supervisor, lambda: supervisor.services[0].restarts > module.QUICK_DEATHS + 2)

    supervisor.stop(5)


def test_a_full_disk_ends_nothing_that_runs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What died is started again, and the state is written as soon as there is room."""
    supervisor = supervise(home, program(home, "exec sleep 60"))
    supervisor.settle("ready")
    first = supervisor.pids()["service"]
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.01)

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_private", full)
        os.kill(first, signal.SIGKILL)
        tick_until(supervisor, lambda: supervisor.pids().get("service", first) != first)
        assert read_json(home.state)["services"][0]["pid"] == first

    tick_until(supervisor, lambda: read_json(home.state)["services"][0]["restarts"] == 1)
    supervisor.stop(5)


def test_a_log_on_a_full_disk_ends_nothing() -> None:
    """What was to be told comes with a later line."""

    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    Reporter(Full()).say("ready")


def test_nothing_is_started_while_the_database_is_away(home: Home) -> None:
    """It would only die again; its deaths are forgiven when the database is back."""
    supervisor = supervise(
        home, program(home, "exec sleep 60", "postgresql"), program(home, "exec sleep 60", "api")
    )
    answering = False
    supervisor.database_answers = lambda: answering
    database, api = supervisor.services
    for pid in supervisor.pids().values():
        os.kill(pid, signal.SIGKILL)
    tick_until(supervisor, lambda: database.restarts == 1 and not api.alive)
    supervisor.tick()
    assert api.restarts == 0

    answering = True
    tick_until(supervisor, lambda: api.alive)
    supervisor.stop(5)


def test_a_stop_takes_what_does_not_listen_with_it(home: Home) -> None:
    """After the grace the whole group is killed, children of the service too."""
    stubborn = "trap '' TERM; sleep 60 & echo $! > child; wait; wait"
    supervisor = supervise(home, program(home, stubborn))
    tick_until(supervisor, (home.root / "child").exists)
    tick_until(supervisor, lambda: bool((home.root / "child").read_text()))
    child = int((home.root / "child").read_text())

    with signals_held():
        supervisor.stop(0.2)

    end = time.monotonic() + 10
    while started_at(child) is not None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert supervisor.pids() == {}


def test_leftovers_of_a_killed_supervisor_are_ended(home: Home) -> None:
    """Only processes that are still the ones recorded, not later ones with their id."""
    supervisor = supervise(home, program(home, "exec sleep 60"))
    pid = supervisor.pids()["service"]
    state = home.state.read_text()

    home.state.write_text(state.replace(f'"mark": "{started_at(pid)}"', '"mark": "1"'))
    clear_leftovers(home, Reporter(io.StringIO()))
    assert started_at(pid) is not None

    home.state.write_text(state)
    clear_leftovers(home, Reporter(io.StringIO()))
    assert started_at(pid) is None
    supervisor.stop(5)
