"""The command `pulp-pyindex`: reads the command line, prints, and turns errors into exit codes."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pulp_pyindex.stack.addresses import collide, parse_address
from pulp_pyindex.stack.control import status, stop
from pulp_pyindex.stack.database import django_database
from pulp_pyindex.stack.detaching import start_detached
from pulp_pyindex.stack.errors import BadOption, StackError
from pulp_pyindex.stack.home import default_home, open_home
from pulp_pyindex.stack.options import Options, remembered, with_settings
from pulp_pyindex.stack.preparation import PASSWORD_VARIABLE
from pulp_pyindex.stack.reporting import Reporter
from pulp_pyindex.stack.starting import run

OK, FAILED, NOT_RUNNING, INTERRUPTED = 0, 1, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what it returns is the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = _parser().parse_args(given)
    try:
        return int(parsed.run(parsed))
    except StackError as error:
        print(f"pulp-pyindex: {error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        # A full disk, a folder that is a file, rights: told by their places, not by ours.
        place = f"{error.filename}: " if error.filename is not None else ""
        print(f"pulp-pyindex: {place}{error.strerror or error}.", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pulp-pyindex", description="Run a Python package index: Pulp with its own PostgreSQL."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_up(commands)
    _add_demo(commands)
    for name, function, text in (
        ("down", _down, "stop the stack and wait until it is down"),
        ("status", _status, "say what runs where; exit code 3 when nothing does"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        _add_home(command)
        command.set_defaults(run=function)
        if name == "status":
            command.add_argument("--json", action="store_true", help="for programs")
    return parser


def _add_home(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--home",
        type=_folder,
        default=default_home(),
        metavar="DIR",
        help="where everything lives (default: $PYINDEX_HOME, else %(default)s)",
    )


def _add_up(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "start the stack, and make it on the first start"
    up = commands.add_parser(
        "up",
        help=text,
        description=f"{text}. What is given here is remembered in the home for the next start.",
    )
    _add_home(up)
    for option, value, default, help_text in (
        ("--content", "HOST:PORT", "127.0.0.1:24816", "where the index and its files are served"),
        ("--api", "HOST:PORT", "127.0.0.1:24817", "where the REST API is served"),
        ("--database", "URL", "embedded", "postgresql://USER:PASSWORD@HOST:PORT/NAME"),
        ("--redis", "URL", "none", "cache of pulpcore's own content app"),
    ):
        up.add_argument(option, metavar=value, help=f"{help_text} (default: {default})")
    for option, what in (
        ("--content-processes", "processes that serve the index"),
        ("--api-processes", "processes that serve the REST API"),
        ("--workers", "processes that work on tasks"),
    ):
        up.add_argument(option, type=_count, metavar="N", help=f"{what} (default: 2)")
    up.add_argument(
        "--admin-password",
        type=_password,
        metavar="P",
        default=os.environ.get(PASSWORD_VARIABLE) or None,
        help=f"for the user admin (default: ${PASSWORD_VARIABLE}, else made up once)",
    )
    up.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a Pulp setting, may be repeated; NAME= forgets it",
    )
    up.add_argument("--detach", action="store_true", help="return when ready, and go on running")
    up.set_defaults(run=_up)


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "mirror some real projects, install from the mirror, roll back; then remove everything"
    demo = commands.add_parser("demo", help=text, description=text)
    demo.add_argument(
        "--home",
        type=_folder,
        default=Path(".demo"),
        metavar="DIR",
        help="where the demo lives meanwhile (default: %(default)s)",
    )
    demo.add_argument("--keep", action="store_true", help="leave it running in the end")
    demo.set_defaults(run=_demo)


def _demo(parsed: argparse.Namespace) -> int:
    # pypi-simple, which it needs, takes longer to import than `status` to run.
    from pulp_pyindex.stack.demo.running import run_demo

    run_demo(open_home(parsed.home), keep=parsed.keep, output=sys.stdout)
    return OK


def _folder(text: str) -> Path:
    # What an unset variable of a script leaves: not the folder that one happens to be in.
    if not text:
        raise argparse.ArgumentTypeError("the name of a folder is wanted; `.` is this one")
    return Path(text)


def _password(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("a password is one line of printable signs")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _up(parsed: argparse.Namespace) -> int:
    home = open_home(parsed.home)
    options = _options(parsed)
    if parsed.detach:
        return _up_detached(parsed)
    run(home, options, parsed.admin_password, Reporter(sys.stdout))
    return OK


def _options(parsed: argparse.Namespace) -> Options:
    """What is remembered, changed by what was given."""
    changes = {
        name: getattr(parsed, name)
        for name in ("content_processes", "api_processes", "workers", "database", "redis")
        if getattr(parsed, name) is not None
    }
    for name in ("content", "api"):
        if (text := getattr(parsed, name)) is not None:
            changes[name] = parse_address(text, f"--{name}")
    options = replace(remembered(open_home(parsed.home)), **changes)
    if options.database is not None:
        django_database(options.database)
    if collide(options.content, options.api):
        raise BadOption("--content", str(options.content), f"--api {options.api} is there, too")
    return with_settings(options, parsed.set)


def _up_detached(parsed: argparse.Namespace) -> int:
    home = open_home(parsed.home)
    arguments = ["--home", str(home.root)]
    for name in ("content", "api", "content_processes", "api_processes", "workers"):
        if (value := getattr(parsed, name)) is not None:
            arguments += [f"--{name.replace('_', '-')}", str(value)]
    for name in ("database", "redis"):
        if (value := getattr(parsed, name)) is not None:
            arguments.append(f"--{name}={value}")
    arguments += [f"--set={text}" for text in parsed.set]
    ready = start_detached(home, arguments, parsed.admin_password, sys.stdout)
    return OK if ready else FAILED


def _down(parsed: argparse.Namespace) -> int:
    home = open_home(parsed.home)
    print(f"{home.root}: {'stopped' if stop(home) else 'not running'}")
    return OK


def _status(parsed: argparse.Namespace) -> int:
    found = status(open_home(parsed.home))
    print(json.dumps(found.as_json(), indent=2) if parsed.json else found.as_text())
    return NOT_RUNNING if found.pid is None else OK
