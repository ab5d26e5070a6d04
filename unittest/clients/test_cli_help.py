"""The help of the command line, and its completion."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pulpcore.cli.pyindex.commands import Command
from pulpcore.cli.pyindex.examples import EXAMPLES
from pulpcore.cli.pyindex.main import pyindex

PULP = Path(sys.executable).with_name("pulp")


def _commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}".strip())
        else:
            yield f"{path} {name}".strip(), command


COMMANDS = dict(_commands(pyindex))


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_says_what_it_does(path: str) -> None:
    """So does each of its options."""
    command = COMMANDS[path]
    assert command.help
    silent = [one.name for one in command.params if isinstance(one, click.Option) and not one.help]
    assert silent == []


@pytest.mark.parametrize("path", [path for path in COMMANDS if " " not in path])
def test_a_sentence_has_examples(path: str) -> None:
    """In its help."""
    command = COMMANDS[path]
    assert isinstance(command, Command)
    assert command.examples
    assert f"\n  {command.examples[0]}" in command.get_help(click.Context(command, info_name=path))


def test_examples_are_of_commands_that_exist() -> None:
    """And call the very command whose help they are in."""
    for (resource, name), examples in EXAMPLES.items():
        found = [path for path in COMMANDS if path.endswith(f"{resource} {name}")]
        assert found, (resource, name)
        assert all(f" {found[0]} " in one for one in examples), examples
        command = COMMANDS[found[0]]
        assert isinstance(command, Command)
        assert command.examples == examples


@pytest.mark.parametrize(
    ("words", "completed"),
    [("pulp pyindex prom", "promote"), ("pulp pyindex remote create --policy on", "on_demand")],
)
def test_the_shell_completes(words: str, completed: str) -> None:
    """Commands, and the values of options that have few."""
    said = words.split(" ")
    done = subprocess.run(
        [PULP],
        env={
            **os.environ,
            "_PULP_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(said) - 1),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == [f"plain,{completed}"], done.stderr


def test_the_other_plugins_stay() -> None:
    """Beside ours, in the same help."""
    done = subprocess.run([PULP, "--help"], capture_output=True, text=True, timeout=60)
    commands = done.stdout.partition("Commands:")[2].split()
    assert {"file", "container", "pyindex", "status", "task"} <= set(commands)
