"""`up --detach`: start the supervisor in the background and follow it until it is ready."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from pulp_pyindex.stack.errors import HomeInUse
from pulp_pyindex.stack.home import Home, holder, read_json
from pulp_pyindex.stack.preparation import PASSWORD_VARIABLE


def start_detached(home: Home, arguments: list[str], password: str | None, out: TextIO) -> bool:
    """Run `up` with `arguments` as a daemon; True once it is ready, False when it ended first."""
    home.make()
    if (pid := holder(home)) is not None:
        raise HomeInUse(home.root, pid)
    log = home.logs / "supervisor.log"
    environment = dict(os.environ)
    if password is not None:
        environment[PASSWORD_VARIABLE] = password
    with log.open("ab") as output:
        shown = output.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "pulp_pyindex.stack", "up", *arguments],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        while True:
            ended = child.poll() is not None
            state = read_json(home.state)
            ready = state.get("phase") == "ready" and state.get("pid") == child.pid
            shown = _show(log, shown, out)
            if ready or ended:
                time.sleep(0.1)
                _show(log, shown, out)
                return ready and not ended
            time.sleep(0.1)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise


def _show(log: Path, position: int, out: TextIO) -> int:
    """Print whole lines from `position` on; where to go on next time."""
    with log.open("rb") as file:
        file.seek(position)
        text = file.read()
    whole = text[: text.rfind(b"\n") + 1]
    out.write(whole.decode(errors="replace"))
    out.flush()
    return position + len(whole)
