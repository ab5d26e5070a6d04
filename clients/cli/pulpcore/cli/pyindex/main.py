"""The group of all our commands."""

from __future__ import annotations

import click
from pulp_cli.generic import PulpCLIContext

from .commands import Group
from .explaining import explain
from .mirror import mirror
from .moving import diff, promote, rollback
from .releases import unyank, upload, yank
from .resources import groups
from .session import FORMATS, Session, chosen_format
from .status import status


@click.group(cls=Group)
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMATS),
    help="How to print: a table on a terminal and JSON elsewhere, unless you say.",
)
@click.pass_context
def pyindex(ctx: click.Context, output: str | None) -> None:
    """The Python package index that teams run themselves."""
    context = ctx.find_object(PulpCLIContext)
    assert context is not None
    ctx.obj = Session.of(context, output or chosen_format(ctx))


for _command in (*groups(), mirror, promote, diff, rollback, upload, yank, unyank, status, explain):
    pyindex.add_command(_command)
