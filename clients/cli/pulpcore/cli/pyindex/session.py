"""The connection to a Pulp as our commands use it: it prints tables, and shows tasks go on."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import Any

import click
from pulp_cli.generic import REGISTERED_OUTPUT_FORMATTERS, PulpCLIContext
from pulp_glue.common.exceptions import PulpException, PulpNoWait

from .progress import watching
from .tables import print_table

_Said = click.core.ParameterSource

FORMATS = ("table", "json", "yaml", "none")
#: Seconds between two looks at a task: the first soon, the later ones less often.
_FIRST_LOOK, _LAST_LOOK = 0.1, 1.0


class Session(PulpCLIContext):
    """pulp-cli's context for the commands below `pulp pyindex`."""

    def __init__(self) -> None:
        raise NotImplementedError("A session is made `of` pulp-cli's context.")

    @classmethod
    def of(cls, context: PulpCLIContext, output: str) -> Session:
        """The session with the same server and user, that prints as `output` says."""
        session = cls.__new__(cls)
        vars(session).update(vars(context))
        session.format = output
        return session

    def echo(self, message: str, nl: bool = True, err: bool = False) -> None:
        """Leave out what pulp-glue says of tasks: they are shown in another way."""
        if nl and message != "Done." and not message.startswith("Started background task"):
            click.echo(message, nl=nl, err=err)

    def output_result(self, result: Any, columns: tuple[str, ...] = ()) -> None:
        """Print what a command came to; of objects in a table, only `columns`."""
        if self.format == "table":
            print_table(self, result, columns)
        elif result is not None or self.format != "none":
            click.echo(REGISTERED_OUTPUT_FORMATTERS[self.format](result))

    def wait_for_task(self, task: Any, expect_cancel: bool = False) -> Any:
        """The task when it has ended; raises PulpException with its reason where it failed."""
        href = task["pulp_href"]
        if self.background_tasks:
            raise PulpNoWait(f"Task {href} goes on in the background.")
        deadline = datetime.now(UTC) + self.timeout if self.timeout else None
        pause = _FIRST_LOOK
        try:
            with watching(sys.stderr) as watch:
                while not _ended(task):
                    if deadline is not None and datetime.now(UTC) > deadline:
                        raise PulpNoWait(f"Waited long enough; task {href} goes on.")
                    watch(task)
                    time.sleep(pause)
                    pause = min(pause * 1.5, _LAST_LOOK)
                    task = self.api.call("tasks_read", parameters={"task_href": href})
        except KeyboardInterrupt:
            raise PulpNoWait(f"Task {href} goes on in the background.") from None
        if task["state"] == "failed":
            raise PulpException(f"{_reason(task)}\n(task {href})")
        if task["state"] == "canceled" and not expect_cancel:
            raise PulpException(f"Task {href} was cancelled.")
        return task


def _ended(task: dict[str, Any]) -> bool:
    return task["state"] in ("completed", "failed", "canceled", "skipped")


def _reason(task: dict[str, Any]) -> str:
    error = task.get("error") or {}
    return str(error.get("description") or error.get("reason") or "The task failed.")


def chosen_format(ctx: click.Context) -> str:
    """What `pulp --format` or its configuration says; else what suits where we print to.

    "json" in a configuration file is nobody's choice: `pulp config create` writes it unasked.
    """
    root = ctx.find_root()
    said = str(root.params.get("format"))
    source = root.get_parameter_source("format")
    if source in (_Said.COMMANDLINE, _Said.ENVIRONMENT):
        return said
    if source is _Said.DEFAULT_MAP and said != "json":
        return said
    return "table" if sys.stdout.isatty() else "json"
