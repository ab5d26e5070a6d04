"""The commands that every resource has: list, show, create, update, destroy, labels, roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from pulp_glue.pyindex.context import CONTEXTS, PyindexEntityContext, repository_context
from pulp_glue.pyindex.tables import RESOURCES, Resource

from .actions import action_command
from .commands import Command, Group
from .examples import EXAMPLES
from .options import filters, options, told
from .session import Session
from .which import chosen, group_name, which_parameters

#: The columns of a list in a table.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "remote": ("name", "url", "policy", "includes", "excludes"),
    "repository": ("name", "latest_version_href", "remote", "autopublish", "description"),
    "version": ("number", "pulp_created", "origin", "content_summary"),
    "publication": ("repository_version", "pulp_created", "distributions", "pulp_href"),
    "distribution": ("name", "shows", "require_token", "base_url"),
    "file": ("filename", "project", "version", "size", "requires_python", "upload_time"),
    "yank": ("filename", "project", "version", "reason"),
    "project_status": ("project", "status", "reason"),
    "provenance": ("filename", "project", "version", "sha256"),
    "advisory": ("id", "severity", "summary", "published", "source"),
    "exporter": ("name", "path", "storage", "base_url"),
    "quarantine": ("project", "release", "filename", "distribution", "reason", "owner"),
    "refusal": ("at", "base_path", "filename", "action", "ruleset", "rule", "text"),
    "ruleset": ("name", "description"),
    "token": ("name", "scopes", "distributions", "projects", "expires_at", "last_used", "hint"),
}

_PAGING = (
    click.Option(
        ["--limit"],
        type=click.IntRange(0),
        default=100,
        show_default=True,
        help="How many to show at most; 0: all.",
    ),
    click.Option(["--offset"], type=click.IntRange(0), default=0, help="How many to pass over."),
    click.Option(["--ordering"], multiple=True, metavar="[-]FIELD", help="What to sort by."),
    click.Option(["--field", "fields"], multiple=True, help="Show only these fields."),
    click.Option(["--exclude-field", "exclude_fields"], multiple=True, help="Leave these out."),
)


def resource_group(resource: Resource) -> Group:
    """All commands of one resource."""
    group = Group(group_name(resource), help=_about(resource))
    makers: dict[str, Callable[[Resource], Command]] = {
        "list": _list,
        "read": _show,
        "create": _create,
        "partial_update": _update,
        "delete": _destroy,
    }
    for verb, make in makers.items():
        if verb in resource.verbs:
            group.add_command(make(resource))
    for action in resource.actions.values():
        group.add_command(action_command(resource, action))
    if "set_label" in resource.verbs:
        group.add_command(_labels(resource))
    if "add_role" in resource.verbs:
        group.add_command(_roles(resource))
    return group


def _about(resource: Resource) -> str:
    kind = CONTEXTS[resource.name]
    said = (kind.__doc__ or "").partition("\n")[0] if kind.__doc__ else ""
    plural = kind.ENTITIES.capitalize()
    return f"{plural}: {said[:1].lower()}{said[1:]}" if said else f"{plural}."


def command(
    resource: Resource, name: str, help_text: str, parameters: Sequence[click.Parameter]
) -> Callable[[Callable[..., None]], Command]:
    """Make a command of a function that takes the session and what was said."""

    def decorate(function: Callable[..., None]) -> Command:
        def callback(**given: Any) -> None:
            session = click.get_current_context().find_object(Session)
            assert session is not None
            function(session, given)

        return Command(
            name,
            callback=callback,
            params=list(parameters),
            help=help_text,
            examples=EXAMPLES.get((group_name(resource), name), ()),
        )

    return decorate


def _list(resource: Resource) -> Command:
    nested = resource.name == "version"
    parameters: list[click.Parameter] = [*filters(resource.filters), *_PAGING]
    if nested:
        parameters.insert(
            0, click.Option(["--repository"], required=True, metavar="NAME|HREF", help="Of which.")
        )

    @command(resource, "list", f"List {CONTEXTS[resource.name].ENTITIES}.", parameters)
    def call(session: Session, given: dict[str, Any]) -> None:
        context = _collection(session, resource, given if nested else {})
        limit, offset = given.pop("limit"), given.pop("offset")
        fields = given.pop("fields")
        asked = {name: one for name, one in told(given).items() if one != ()}
        if fields:
            asked["fields"] = list(fields)
        asked = {name: list(one) if isinstance(one, tuple) else one for name, one in asked.items()}
        rows = context.list(limit=limit, offset=offset, parameters=asked)
        if resource.name == "distribution" and session.format == "table":
            rows = [{**one, "shows": _shows(one)} for one in rows]
        session.output_result(rows, tuple(fields) or COLUMNS.get(resource.name, ()))

    return call


def _shows(distribution: dict[str, Any]) -> Any:
    names = ("repository_version", "publication", "repository", "remote")
    return next((distribution[name] for name in names if distribution.get(name)), None)


def _collection(
    session: Session, resource: Resource, given: dict[str, Any]
) -> PyindexEntityContext:
    if "repository" in given:
        repository = repository_context(session, given.pop("repository"))
        return repository.get_version_context()  # type: ignore[return-value]  # of our kind
    return CONTEXTS[resource.name](session)


def _show(resource: Resource) -> Command:
    @command(resource, "show", f"Show one {_one(resource)}.", which_parameters(resource))
    def call(session: Session, given: dict[str, Any]) -> None:
        session.output_result(chosen(session, resource, given).entity)

    return call


def _create(resource: Resource) -> Command:
    @command(resource, "create", f"Make a {_one(resource)}.", options(resource.fields))
    def call(session: Session, given: dict[str, Any]) -> None:
        session.output_result(CONTEXTS[resource.name](session).create(told(given)))

    return call


def _update(resource: Resource) -> Command:
    changeable = [one for one in resource.fields if one.name in resource.changeable]
    which = which_parameters(resource)
    if any(one.name == "name" for one in changeable):
        # `--name` is the new one here.
        which = [one for one in which if one.name != "named"]
    parameters = [*which, *options(changeable, optional=True)]

    @command(resource, "update", f"Change a {_one(resource)}.", parameters)
    def call(session: Session, given: dict[str, Any]) -> None:
        context = chosen(session, resource, given)
        body = told(given)
        if not body:
            raise click.UsageError("Say what to change.")
        session.output_result(context.update(body))

    return call


def _destroy(resource: Resource) -> Command:
    @command(resource, "destroy", f"Delete a {_one(resource)}.", which_parameters(resource))
    def call(session: Session, given: dict[str, Any]) -> None:
        chosen(session, resource, given).delete()

    return call


def _labels(resource: Resource) -> Group:
    group = Group("label", help=f"Labels of a {_one(resource)}.")
    key = click.Option(["--key"], required=True, help="The label's key.")
    value = click.Option(["--value"], required=True, help="The label's value.")
    which = which_parameters(resource)

    @group.add_command
    @command(resource, "set", "Set a label.", [*which, key, value])
    def _set(session: Session, given: dict[str, Any]) -> None:
        chosen(session, resource, given).set_label(given["key"], given["value"])

    @group.add_command
    @command(resource, "unset", "Take a label away.", [*which, key])
    def _unset(session: Session, given: dict[str, Any]) -> None:
        chosen(session, resource, given).unset_label(given["key"])

    @group.add_command
    @command(resource, "show", "Show a label's value.", [*which, key])
    def _show_label(session: Session, given: dict[str, Any]) -> None:
        session.output_result(chosen(session, resource, given).show_label(given["key"]))

    return group


def _roles(resource: Resource) -> Group:
    group = Group("role", help=f"Who may do what with a {_one(resource)}.")
    which = which_parameters(resource)
    who = [
        click.Option(["--role"], required=True, help="Name of the role."),
        click.Option(["--user", "users"], multiple=True, help="Name of a user."),
        click.Option(["--group", "groups"], multiple=True, help="Name of a group."),
    ]

    @group.add_command
    @command(resource, "list", "List the roles on the object, and who has them.", which)
    def _list_roles(session: Session, given: dict[str, Any]) -> None:
        session.output_result(chosen(session, resource, given).list_roles())

    @group.add_command
    @command(resource, "my-permissions", "List what you may do with the object.", which)
    def _mine(session: Session, given: dict[str, Any]) -> None:
        session.output_result(chosen(session, resource, given).my_permissions())

    @group.add_command
    @command(resource, "add", "Give a role to users and groups.", [*which, *who])
    def _add(session: Session, given: dict[str, Any]) -> None:
        context = chosen(session, resource, given)
        session.output_result(
            context.add_role(given["role"], list(given["users"]), list(given["groups"]))
        )

    @group.add_command
    @command(resource, "remove", "Take a role from users and groups.", [*which, *who])
    def _remove(session: Session, given: dict[str, Any]) -> None:
        context = chosen(session, resource, given)
        session.output_result(
            context.remove_role(given["role"], list(given["users"]), list(given["groups"]))
        )

    return group


def _one(resource: Resource) -> str:
    return CONTEXTS[resource.name].ENTITY


def groups() -> list[Group]:
    """One group for each resource but content, which has a group of its own."""
    content = Group(
        "content", help="What versions are made of: files, yanks, statuses, provenance."
    )
    found = [content]
    for resource in RESOURCES.values():
        if resource.path.startswith("content/"):
            content.add_command(resource_group(resource))
        else:
            found.append(resource_group(resource))
    return found
