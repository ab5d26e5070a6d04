"""Running the demo: a stack of its own around the story, and nothing left behind."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TextIO

from pulp_pyindex.stack.addresses import claimed, parse_address
from pulp_pyindex.stack.control import status, stop
from pulp_pyindex.stack.demo.installer import Environment
from pulp_pyindex.stack.demo.machine import Source, machine_source
from pulp_pyindex.stack.demo.rest import Rest
from pulp_pyindex.stack.demo.story import Story
from pulp_pyindex.stack.demo.telling import Teller
from pulp_pyindex.stack.detaching import start_detached
from pulp_pyindex.stack.errors import AddressTaken, HomeInUse, StackError
from pulp_pyindex.stack.home import Home
from pulp_pyindex.stack.options import DEFAULTS


def run_demo(home: Home, *, keep: bool, output: TextIO) -> None:
    """Tell the story in a fresh home; StackError names the step that failed."""
    _clear(home)
    teller = Teller(output)
    try:
        _tell(home, teller, output)
    except BaseException as error:
        stop(home)
        if isinstance(error, StackError):
            raise StackError(
                f"The demo failed in {teller.current}: {error} (logs: {home.logs})"
            ) from error
        raise
    if keep:
        print(f"\nIt goes on running.\n{status(home).as_text()}", file=output)
        print(
            f"Stop it with `{_program()} down --home {shlex.quote(str(home.root))}`.", file=output
        )
        return
    stop(home)
    shutil.rmtree(home.root)
    print("\nAll done; stopped and removed. KEEP=1 make demo leaves it running.", file=output)


def _program() -> str:
    """The command as it can be typed here."""
    name = "pulp-pyindex"
    return name if shutil.which(name) else shlex.quote(str(Path(sys.executable).with_name(name)))


def _tell(home: Home, teller: Teller, output: TextIO) -> None:
    with teller.step("Find the index that this machine's pip uses"):
        teller.call("pip config get global.index-url")
        source = machine_source()
        teller.result(source.url)
    with teller.step("Start the whole stack on a PostgreSQL of its own"):
        _start(home, source, teller, output)
    state = status(home).state
    rest = Rest(
        api=str(state["api"]),
        password=home.admin_password.read_text("utf-8").strip(),
        told=teller.call,
        progress=teller.progress,
    )
    story = Story(rest, teller)
    mirror = story.create(source)
    story.sync(mirror, "Sync: project pages now, files when somebody asks for one")
    environment = Environment(folder=home.root / "venv", index=mirror.index, told=teller.call)
    with teller.step("Make a throw-away environment"):
        environment.make()
    story.install(environment, "requests", "Install requests from the mirror and nowhere else")
    first, _ = story.change(mirror)
    story.install(environment, "flask", "Install flask, which is there now")
    story.roll_back(mirror, first, environment)


def _start(home: Home, source: Source, teller: Teller, output: TextIO) -> None:
    if source.certificates:
        # Whom this machine's pip trusts, and for the hosts of the files too.
        os.environ.setdefault("SSL_CERT_FILE", source.certificates)
    arguments = ["--home", str(home.root)]
    for name, default in DEFAULTS.items():
        arguments += [f"--{name}", _free(default, f"--{name}")]
    teller.call(f"pulp-pyindex up {' '.join(arguments)} --detach")
    if not start_detached(home, arguments, None, output):
        raise StackError("the stack did not start")


def _free(address: str, option: str) -> str:
    try:
        return str(claimed(parse_address(address, option), option))
    except AddressTaken:
        return str(claimed(parse_address("127.0.0.1:0", option), option))


def _clear(home: Home) -> None:
    if (pid := status(home).pid) is not None:
        raise HomeInUse(home.root, pid)
    if home.root.exists():
        _check_is_ours(home.root)
        shutil.rmtree(home.root)


def _check_is_ours(root: Path) -> None:
    """Nothing is removed that a demo did not make."""
    if any(root.iterdir()) and not (root / "log").is_dir():
        raise StackError(f"{root} is there already and not of a demo; name another --home.")
