"""`pulp pyindex explain`: why an index offers what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from pulp_glue.pyindex.tables import RESOURCES

from .commands import Command, pass_session
from .session import Session
from .which import found


@click.command(
    "explain",
    cls=Command,
    examples=(
        "pulp pyindex explain prod flask",
        "pulp pyindex explain prod flask flask-3.1.0-py3-none-any.whl",
    ),
)
@click.argument("index", metavar="DISTRIBUTION")
@click.argument("project")
@click.argument("filename", required=False)
@pass_session
def explain(session: Session, index: str, project: str, filename: str | None) -> None:
    """Why an index offers a project or file, or does not: from where, and by which rule."""
    asked = {"project": project} | ({"filename": filename} if filename else {})
    context = found(session, RESOURCES["distribution"], index)
    told = context.tell("explain", asked)
    if session.format == "table":
        told = {**told, "members": _few(told, "members"), "files": _few(told, "files")}
    session.output_result(told)


#: What a table has room for.
_COLUMNS = {
    "members": ("name", "kind", "standing", "why"),
    "files": ("filename", "outcome", "ruleset", "by", "why"),
}


def _few(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [
        {column: one[column] for column in _COLUMNS[name] if column in one}
        for one in told.get(name) or ()
    ]
