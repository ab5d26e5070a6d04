"""Which object a command is about: its first argument, or an option, as a name, href or PRN."""

from __future__ import annotations

from typing import Any

import click
from pulp_glue.common.exceptions import PulpException
from pulp_glue.pyindex.context import CONTEXTS, PyindexEntityContext, version_context
from pulp_glue.pyindex.references import publication
from pulp_glue.pyindex.tables import Resource

from .session import Session

#: What objects without a name are known by.
_KEYS = {"file": "filename", "advisory": "advisory"}


#: As people call the whole of them, where that is not the name of one.
_GROUPS = {"advisory": "advisories"}


def group_name(resource: Resource) -> str:
    """What the group of a resource's commands is called."""
    return _GROUPS.get(resource.name, resource.name.replace("_", "-"))


def which_parameters(resource: Resource) -> list[click.Parameter]:
    """The argument and the options that say which object; `chosen` reads them."""
    if resource.name == "version":
        return [
            click.Argument(["which"], metavar="REPOSITORY[@NUMBER]", required=False),
            click.Option(["--repository"], metavar="NAME|HREF", help="Of this repository."),
            click.Option(
                ["--version"], type=int, help="Number of the version; the latest if none."
            ),
            click.Option(["--href"], help="Href or PRN of the version."),
        ]
    options: list[click.Parameter] = [
        click.Argument(["which"], metavar=_metavar(resource), required=False),
        click.Option(["--href"], help=f"Href or PRN of the {_words(resource)}."),
    ]
    if _key(resource) == "name":
        options.append(click.Option(["--name", "named"], help=f"Name of the {_words(resource)}."))
    return options


def chosen(session: Session, resource: Resource, given: dict[str, Any]) -> PyindexEntityContext:
    """The object that the parameters name; takes them out of `given`.

    Raises UsageError where they name none or several.
    """
    names = [given.pop(one, None) for one in ("which", "href", "named", "repository")]
    told = [one for one in names if one]
    number = given.pop("version", None)
    if len(told) != 1:
        raise click.UsageError(f"Say which {_words(resource)}: one name, or one --href.")
    reference = told[0] if number is None else f"{told[0]}@{number}"
    return found(session, resource, reference)


def found(session: Session, resource: Resource, reference: str) -> PyindexEntityContext:
    """The context of the object that a person names."""
    if resource.name == "version":
        return version_context(session, reference)
    if resource.name == "publication":
        return publication(session, reference)
    kind = CONTEXTS[resource.name]
    if reference.startswith("/"):
        return kind(session, pulp_href=reference)
    if reference.startswith("prn:"):
        return kind(session, entity={"prn__in": [reference]})
    key = _key(resource)
    if not key:
        raise PulpException(f"There are no names for {kind.ENTITIES}: give an href.")
    return kind(session, entity={key: reference})


def _key(resource: Resource) -> str:
    filters = {one.name for one in resource.filters}
    key = _KEYS.get(resource.name, "name")
    return key if key in filters else ""


def _metavar(resource: Resource) -> str:
    if resource.name == "publication":
        return "REPOSITORY[@NUMBER]|HREF"
    key = _key(resource)
    return f"{key.upper()}|HREF" if key else "HREF"


def _words(resource: Resource) -> str:
    return CONTEXTS[resource.name].ENTITY
