"""What REST has: resources, their fields, filters and actions.

`described.json` is made of the OpenAPI schema (`make clients`), so nothing is listed by hand that
the schema knows. The command line makes its options of this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    CHOICE = "choice"
    FILE = "file"
    TEXTS = "texts"
    INTEGERS = "integers"
    NUMBERS = "numbers"
    TIMES = "times"
    CHOICES = "choices"
    LABELS = "labels"
    #: A list of objects with one key each, such as HTTP headers.
    PAIRS = "pairs"
    #: The address of something else; `refers` says of what.
    ENTITY = "entity"
    ENTITIES = "entities"
    OBJECT = "object"
    #: A list of objects that have `fields`.
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value that a request may bring, under the name that REST gives it."""

    name: str
    kind: Kind
    help: str = ""
    required: bool = False
    nullable: bool = False
    #: Never shown again, and not to be logged.
    secret: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What can be done with a resource beside making, changing and deleting it."""

    name: str
    summary: str
    help: str
    method: str
    #: Whether it is about one object, not about all of the kind.
    detail: bool
    fields: tuple[Field, ...]
    #: What the answer tells, where it is no task.
    shown: tuple[str, ...]
    #: Whether the answer is a page of a list.
    paged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of object: where REST has it, and what it takes and tells."""

    name: str
    #: How the names of its operations begin.
    prefix: str
    #: Where its list is: below the API's root, or below the address of the parent.
    path: str
    #: The `href` of the resource it is below; empty for most.
    parent: str
    #: Name of the parameter that holds its address.
    href: str
    verbs: frozenset[str]
    shown: tuple[str, ...]
    fields: tuple[Field, ...]
    #: The fields that can be changed later.
    changeable: frozenset[str]
    filters: tuple[Field, ...]
    actions: Mapping[str, Action]

    @property
    def nullable(self) -> set[str]:
        """Fields that can be cleared."""
        return {field.name for field in self.fields if field.nullable}


def _field(told: Mapping[str, Any]) -> Field:
    return Field(
        **{
            **told,
            "kind": Kind(told["kind"]),
            "choices": tuple(told.get("choices", ())),
            "fields": tuple(map(_field, told.get("fields", ()))),
        }
    )


def _action(told: Mapping[str, Any]) -> Action:
    return Action(
        **{**told, "fields": tuple(map(_field, told["fields"])), "shown": tuple(told["shown"])}
    )


def _resource(told: Mapping[str, Any]) -> Resource:
    return Resource(
        **{
            **told,
            "verbs": frozenset(told["verbs"]),
            "shown": tuple(told["shown"]),
            "fields": tuple(map(_field, told["fields"])),
            "changeable": frozenset(told["changeable"]),
            "filters": tuple(map(_field, told["filters"])),
            "actions": {one["name"]: _action(one) for one in told["actions"]},
        }
    )


def _read() -> dict[str, Resource]:
    text = files(__package__).joinpath("described.json").read_text("utf-8")
    return {one["name"]: _resource(one) for one in json.loads(text)}


#: Every resource by the name the clients give it: `remote`, `repository`, `version`, …
RESOURCES: Mapping[str, Resource] = _read()
