"""Options of the command line, made of the fields that REST has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
from pulp_glue.pyindex.tables import Field, Kind

from . import values

Decorator = Callable[[Any], Any]

#: Filters that are seldom used; they work, but do not fill the help.
_HIDDEN_LOOKUPS = ("iregex", "regex", "iexact", "istartswith", "isnull", "range", "gt", "lt", "ne")
_HIDDEN_FILTERS = frozenset({"prn__in", "pulp_href__in", "pulp_id__in"})
#: What is long, and mostly in a file.
_IN_FILES = ("_cert", "_key", "attestations")
_MULTIPLE = frozenset(
    {
        Kind.TEXTS,
        Kind.INTEGERS,
        Kind.NUMBERS,
        Kind.TIMES,
        Kind.CHOICES,
        Kind.LABELS,
        Kind.PAIRS,
        Kind.ENTITIES,
        Kind.OBJECTS,
    }
)


def options(
    fields: Iterable[Field], *, without: Sequence[str] = (), optional: bool = False
) -> list[click.Option]:
    """An option for each field; with `optional` none is required, as for a change."""
    return [
        option(field, required=field.required and not optional)
        for field in fields
        if field.name not in without
    ]


def option(field: Field, *, required: bool = False, hidden: bool = False) -> click.Option:
    """The option of one field; what it takes arrives under the field's name, as REST wants it."""
    if field.kind is Kind.FLAG:
        word = _word(field.name)
        return click.Option(
            [f"--{word}/--no-{word}", field.name],
            default=None,
            required=required,
            hidden=hidden,
            help=_help(field),
        )
    many = field.kind in _MULTIPLE
    return click.Option(
        [*_names(field), field.name],
        type=values.type_of(field, from_file=_in_file(field)),
        multiple=many,
        default=None,
        required=required,
        hidden=hidden,
        callback=values.gather(field) if many else None,
        metavar=_metavar(field),
        help=_help(field),
    )


def filters(fields: Iterable[Field], *, without: Sequence[str] = ()) -> list[click.Option]:
    """An option for each thing that a list can be searched by."""
    return [
        option(field, hidden=_is_seldom(field.name))
        for field in fields
        if field.name not in without
    ]


def with_options(*several: Iterable[click.Parameter]) -> Decorator:
    """A decorator that gives a command these parameters."""

    def decorate(function: Any) -> Any:
        given = [one for some in several for one in some]
        memory = list(getattr(function, "__click_params__", ()))
        # click reads this list backwards: decorators are applied from below.
        function.__click_params__ = memory + given[::-1]
        return function

    return decorate


def told(given: dict[str, Any]) -> dict[str, Any]:
    """Only what was said on the command line."""
    return {name: value for name, value in given.items() if value is not None}


def _names(field: Field) -> list[str]:
    word = _word(field.name)
    if field.kind not in _MULTIPLE or "__" in field.name:
        return [f"--{word}"]
    return [f"--{one}" for one in dict.fromkeys((_singular(word), word))]


def _word(name: str) -> str:
    return name.removeprefix("pulp_").replace("__", "-").replace("_", "-")


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("es" if word.endswith("xes") else "s")


def _is_seldom(name: str) -> bool:
    return name in _HIDDEN_FILTERS or name.rpartition("__")[2] in _HIDDEN_LOOKUPS


def _help(field: Field) -> str:
    said = field.help.replace("`", "'").rstrip() or f"By {field.name.replace('_', ' ')}."
    parts = [said if not said or said.endswith((".", ")")) else f"{said}."]
    if field.kind in _MULTIPLE:
        parts.append("Can be given several times.")
    if field.kind is Kind.TEXTS and "__" not in field.name:
        parts.append("'@FILE' reads them from a file, one a line.")
    if _in_file(field):
        parts.append("'@FILE' reads it from a file.")
    if field.nullable and field.kind not in _MULTIPLE:
        parts.append("Empty: null.")
    return " ".join(part for part in parts if part)


def _in_file(field: Field) -> bool:
    return field.kind is Kind.OBJECT or field.name.endswith(_IN_FILES)


def _metavar(field: Field) -> str | None:
    metavars = {
        Kind.LABELS: "KEY=VALUE",
        Kind.PAIRS: "NAME:VALUE",
        Kind.TIME: "TIME",
        Kind.TIMES: "TIME",
        Kind.OBJECT: "JSON",
        Kind.FILE: "FILE",
    }
    if field.kind in metavars:
        return metavars[field.kind]
    if field.kind is Kind.OBJECTS:
        return "PROJECT==RELEASE" if values.are_releases(field) else "JSON"
    if field.kind in (Kind.ENTITY, Kind.ENTITIES):
        return values.REFERENCES.get(field.refers, "NAME|HREF")
    return None
