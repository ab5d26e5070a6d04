"""How our commands behave: examples in their help, errors that name what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import click
from pulp_cli.generic import ClickNoWait
from pulp_glue.common.exceptions import (
    PulpAuthenticationFailed,
    PulpException,
    PulpHTTPError,
    PulpNotAutorized,
    PulpNoWait,
)

from .session import FORMATS, Session


class Command(click.Command):
    """A command with examples; what goes wrong is told in a sentence, and its exit code says so."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.params.append(_format_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; raises ClickException where it cannot be done."""
        try:
            return super().invoke(ctx)
        except PulpNoWait as error:
            raise ClickNoWait(str(error)) from error
        except PulpException as error:
            raise click.ClickException(described(error)) from error

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, each on a line of its own."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def pass_session(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function the session as its first argument."""
    return click.make_pass_decorator(Session)(function)


def described(error: PulpException) -> str:
    """What went wrong, field by field where the server says so."""
    if isinstance(error, PulpAuthenticationFailed):
        return "The server does not know this user or password: see `pulp config`."
    if isinstance(error, PulpNotAutorized):
        return f"You may not do this ({error.operation_id})."
    if not isinstance(error, PulpHTTPError):
        return str(error)
    try:
        told = json.loads(str(error))
    except ValueError:
        return f"The server answered {error.status_code}: {str(error)[:500] or 'nothing more'}"
    if told == {"detail": "Not found."}:
        return "There is no such object on the server."
    return "\n".join(_lines(told)) or f"The server answered {error.status_code}."


def _lines(told: Any, path: str = "") -> list[str]:
    if isinstance(told, dict):
        return [
            line
            for name, one in told.items()
            for line in _lines(one, path if name in _OF_NO_FIELD else _below(path, name))
        ]
    if isinstance(told, list):
        if all(isinstance(one, str) for one in told):
            return [f"{path}: {' '.join(told)}" if path else " ".join(told)] if told else []
        return [
            line for position, one in enumerate(told) for line in _lines(one, f"{path}[{position}]")
        ]
    return [f"{path}: {told}" if path else str(told)]


#: Where Django REST framework puts what is about no field.
_OF_NO_FIELD = frozenset({"detail", "non_field_errors"})


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _format_option() -> click.Option:
    return click.Option(
        ["--format"],
        type=click.Choice(FORMATS),
        expose_value=False,
        callback=_set_format,
        help="How to print: a table on a terminal and JSON elsewhere, unless you say.",
    )


def _set_format(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    session = ctx.find_object(Session)
    if value is not None and session is not None:
        session.format = value
