"""Writes the reference of the command line: `commands.py TARGET [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pulpcore.cli.pyindex.main import pyindex

HEAD = """# Commands

What `pulp pyindex` has. How to use it: [Use the command line](../how-to/cli.md). What the fields
mean: [REST](rest.md). Every command has `--format` and `--help` too.
"""
#: Options that all lists have, told once.
OF_LISTS = ("limit", "offset", "ordering", "fields", "exclude_fields")


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """All commands below a group, sorted: sentences before groups."""
    entries = sorted(group.commands.items(), key=lambda one: (is_group(one[1]), one[0]))
    for name, command in entries:
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def is_group(command: click.Command) -> bool:
    """Whether it has commands below it."""
    return isinstance(command, click.Group)


def reference() -> str:
    """The page."""
    parts = [HEAD]
    for path, command in commands(pyindex, "pulp pyindex"):
        parts.append("\n".join(described(path, command)))
    return "\n".join(parts)


def described(path: str, command: click.Command) -> Iterator[str]:
    """The section of one command."""
    context = click.Context(command, info_name=path)
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    shown = [one for one in options if one.name != "format" and not one.hidden]
    words = " ".join(one.make_metavar(context) for one in arguments)
    yield f"## {path.removeprefix('pulp pyindex ')}"
    yield ""
    yield f"`{path}{' ' + words if words else ''}`"
    yield ""
    yield escaped(" ".join((command.help or "").split()))
    yield ""
    is_list = path.endswith(" list") and any(one.name == "limit" for one in options)
    if is_list:
        filters = [one for one in options if one.name not in (*OF_LISTS, "format")]
        yield "Filters: " + ", ".join(f"`{one.opts[0]}`" for one in filters) + "."
        yield ""
        yield "Pages: `--limit`, `--offset`, `--ordering`, `--field`, `--exclude-field`."
        yield ""
    elif shown:
        yield "| option | |"
        yield "|---|---|"
        for one in shown:
            names = "`, `".join((*one.opts, *one.secondary_opts))
            required = "**Required.** " if one.required else ""
            yield f"| `{names}` | {required}{escaped(one.help or '')} |"
        yield ""
    if examples := getattr(command, "examples", ()):
        yield "```bash"
        yield from examples
        yield "```"
        yield ""


def escaped(text: str) -> str:
    """Text for a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def main(target: Path, check: bool) -> int:
    """0 if the page is, or is now, what the commands are."""
    text = reference()
    if not check:
        target.write_text(text, "utf-8")
    elif not target.exists() or target.read_text("utf-8") != text:
        print(f"{target} is not what the commands are: run `make clients`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--check" in sys.argv))
