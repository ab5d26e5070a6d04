"""What a supervisor that was killed outright may have left running."""

import signal
import time

from pulp_pyindex.stack.home import Home, read_json
from pulp_pyindex.stack.processes import signal_group, started_at
from pulp_pyindex.stack.reporting import Reporter
from pulp_pyindex.stack.services import POSTGRESQL

DATABASE_SECONDS = 30.0


def clear_leftovers(home: Home, reporter: Reporter) -> None:
    """End the recorded processes that still run; the caller holds the home's lock."""
    services = read_json(home.state).get("services", [])
    left = [s for s in services if s["pid"] and s["mark"] and started_at(s["pid"]) == s["mark"]]
    for service in left:
        reporter.say(f"ending {service['name']} of a supervisor that was killed")
        is_database = service["name"] == POSTGRESQL
        signal_group(service["pid"], signal.SIGINT if is_database else signal.SIGKILL)
    end = time.monotonic() + DATABASE_SECONDS
    while any(started_at(s["pid"]) == s["mark"] for s in left) and time.monotonic() < end:
        time.sleep(0.1)
    home.state.unlink(missing_ok=True)
