"""The stack by itself: one home, one supervisor; what dies comes back; what is stored stays."""

import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from support import stack as stacks
from support.pulp import unique
from support.stack import Stack, StackNotStarted
from support.waiting import wait_for


def status(home: str) -> dict[str, Any]:
    """What `status --json` says."""
    found: dict[str, Any] = json.loads(stacks.run("status", "--home", home, "--json"))
    return found


def processes(home: str) -> dict[str, int | None]:
    """The services' process ids by name; None for one that is down."""
    return {service["name"]: service["pid"] for service in status(home)["services"]}


def test_a_stack_survives_deaths_and_restarts(private_stack: Callable[..., Stack]) -> None:
    """Killed services are restarted, a second supervisor is refused, a restart keeps the data."""
    stack = private_stack(content_processes=1, workers=1)
    pulp = stack.client()
    name = unique("kept")
    pulp.create_repository(name=name)

    before = processes(stack.home)
    assert status(stack.home)["phase"] == "ready"
    assert set(before) == {"postgresql", "api", "content", "worker-1"}
    with pytest.raises(StackNotStarted, match="is in use by process"):
        stacks.run("up", "--home", stack.home)

    for service in ("postgresql", "worker-1"):
        os.kill(before[service] or 0, signal.SIGKILL)

    def is_back() -> bool:
        now = processes(stack.home)
        killed = ("postgresql", "worker-1")
        return all(now[name] not in (None, before[name]) for name in killed)

    wait_for(is_back, "the services that were killed")
    wait_for(lambda: pulp.get("status/").status_code == 200, "the API to find its database again")
    wait_for(lambda: pulp.get("status/").json()["online_workers"], "a worker")
    assert [row["name"] for row in pulp.rows("repositories/", name=name)] == [name]

    pids = [pid for pid in processes(stack.home).values() if pid]
    stacks.run("down", "--home", stack.home)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with pytest.raises(StackNotStarted, match="not running"):
        stacks.run("status", "--home", stack.home)

    # Without options: what the first start was told is remembered.
    stacks.run("up", "--home", stack.home, "--detach", timeout=240)
    assert [row["name"] for row in pulp.rows("repositories/", name=name)] == [name]

    # No service outlives its supervisor, so that the next one finds its ports free.
    running = [pid for pid in processes(stack.home).values() if pid]
    os.kill(status(stack.home)["pid"], signal.SIGKILL)
    wait_for(lambda: not any(map(_runs, running)), "every service to end")


def test_a_taken_port_is_named_with_its_option(tmp_path: Path) -> None:
    """Nothing is started when something else listens where a service should."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(StackNotStarted, match=rf"{taken} \(it is taken\).*--api") as caught:
            stacks.run("up", "--home", str(tmp_path), "--content", "127.0.0.1:0", "--api", taken)
    assert "Traceback" not in str(caught.value)


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(tmp_path: Path) -> None:
    """The address is named, the password is not."""
    arguments = ["--content", "127.0.0.1:0", "--api", "127.0.0.1:0"]
    url = f"postgresql://user:secret@127.0.0.1:{stacks.free_port()}/pulp"
    with pytest.raises(StackNotStarted, match=r"Cannot connect to postgresql://user@") as caught:
        stacks.run("up", "--home", str(tmp_path), *arguments, "--database", url)
    assert "secret" not in str(caught.value)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
