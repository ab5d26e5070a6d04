"""The commands of what can be done with an object beside making and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from pulp_glue.pyindex.context import CONTEXTS
from pulp_glue.pyindex.tables import Action, Resource

from .commands import Command
from .examples import EXAMPLES
from .moving import summarized
from .options import options, told
from .session import Session
from .which import chosen, group_name, which_parameters

#: The columns of what an action lists, where not all of it fits.
COLUMNS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("repository", "approvals"): ("source", "role", "user", "note", "pulp_created", "revoked_at"),
    ("repository", "promotions"): (
        "number",
        "pulp_created",
        "source",
        "user",
        "note",
        "overridden",
    ),
    ("repository", "uploads"): (
        "pulp_created",
        "state",
        "filename",
        "user",
        "token_name",
        "reason",
    ),
    ("version", "advisories"): (
        "project",
        "release",
        "advisory",
        "severity",
        "summary",
        "fixed_in",
    ),
    ("version", "projects"): (
        "name",
        "latest_release",
        "release_count",
        "file_count",
        "size",
        "status",
    ),
}
_LIMIT = click.Option(
    ["--limit"],
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="How many to show at most; 0: all.",
)


def action_command(resource: Resource, action: Action) -> Command:
    """The command of one action: what it is about, and an option for each field it takes."""
    fields = options(action.fields)
    which = which_parameters(resource) if action.detail else []
    taken = {one.name for one in fields}
    # What says which object gives way to the action's own fields.
    parameters = [*(one for one in which if one.name not in taken), *fields]
    if action.paged:
        parameters.append(_LIMIT)

    def callback(**given: Any) -> None:
        session = click.get_current_context().find_object(Session)
        assert session is not None
        own = {name: given.pop(name) for name in taken}
        limit = given.pop("limit", 0)
        context = (
            chosen(session, resource, given) if action.detail else CONTEXTS[resource.name](session)
        )
        result = _done(context, action, told(own), limit)
        if action.name == "diff" and session.format == "table":
            result = summarized(result)
        session.output_result(result, COLUMNS.get((resource.name, action.name), ()))

    name = action.name.replace("_", "-")
    return Command(
        name,
        callback=callback,
        params=parameters,
        help=f"{action.help or action.summary}",
        examples=EXAMPLES.get((group_name(resource), name), ()),
    )


def _done(context: Any, action: Action, told: dict[str, Any], limit: int) -> Any:
    if action.paged:
        return context.ask(action.name, told, limit)
    if action.method == "get":
        return context.tell(action.name, told)
    nullable = {one.name for one in action.fields if one.nullable}
    body = {name: None if one == "" and name in nullable else one for name, one in told.items()}
    return context.act(action.name, body)
