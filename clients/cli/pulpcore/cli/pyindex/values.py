"""From the words of the command line to what REST takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from pulp_glue.pyindex.references import resolve
from pulp_glue.pyindex.tables import Field, Kind

from .session import Session

#: How an object of a kind is named in the help.
REFERENCES = {
    "artifact": "SHA256|HREF",
    "content": "FILENAME|HREF",
    "index": "DISTRIBUTION|REPOSITORY[@NUMBER]|HREF",
    "publication": "REPOSITORY[@NUMBER]|HREF",
    "upload": "HREF",
    "version": "REPOSITORY[@NUMBER]|HREF",
}


#: What the help calls one of many.
_NAMES = {Kind.TEXTS: "text", Kind.INTEGERS: "integer", Kind.NUMBERS: "number"}


class Value(click.ParamType[Any]):
    """One value of a field."""

    def __init__(self, field: Field, *, from_file: bool) -> None:
        self.field = field
        self.from_file = from_file
        self.name = _NAMES.get(field.kind, str(field.kind))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value as REST takes it; BadParameter where it cannot be one."""
        if not isinstance(value, str) or (ctx is not None and ctx.resilient_parsing):
            return value
        if value == "" and self.field.nullable:
            # pulp-glue sends null for it.
            return value
        if self.from_file and value.startswith("@"):
            value = _read(value[1:], param, ctx)
        try:
            return self._converted(value, ctx)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def _converted(self, value: str, ctx: click.Context | None) -> Any:
        match self.field.kind:
            case Kind.INTEGER:
                return _number(int, value)
            case Kind.NUMBER:
                return _number(float, value)
            case Kind.TIME:
                return _time(value)
            case Kind.OBJECT:
                return _json(value)
            case Kind.CHOICE:
                return _choice(value, self.field.choices)
            case Kind.ENTITY:
                return resolve(_session(ctx), self.field.refers, value)
            case _:
                return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """The choices, where there are some."""
        return [
            click.shell_completion.CompletionItem(choice)
            for choice in self.field.choices
            if choice.startswith(incomplete)
        ]

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return f"[{'|'.join(self.field.choices)}]" if self.field.choices else None


def type_of(field: Field, *, from_file: bool) -> click.ParamType[Any]:
    """How click reads one occurrence of the field's option."""
    if field.kind is Kind.FILE:
        return click.Path(exists=True, dir_okay=False)
    return Value(field, from_file=from_file)


def gather(field: Field) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that makes one value of all occurrences; an empty one alone empties the list."""

    def callback(ctx: click.Context, param: click.Parameter, given: Iterable[str] | None) -> Any:
        words = list(given or ())
        if not words:
            return None
        if words == [""]:
            return {} if field.kind is Kind.LABELS else []
        try:
            return _GATHERED.get(field.kind, _texts)(field, words, ctx)
        except (ValueError, OSError) as error:
            raise click.BadParameter(str(error), ctx=ctx, param=param) from error

    return callback


def are_releases(field: Field) -> bool:
    """Whether the objects are releases of projects, which have a way to be written."""
    return {one.name for one in field.fields} == {"project", "release"}


def _texts(field: Field, words: list[str], ctx: click.Context) -> list[str]:
    found: list[str] = []
    for word in words:
        if word.startswith("@") and field.kind is Kind.TEXTS:
            lines = (line.partition("#")[0].strip() for line in _lines(word[1:]))
            found.extend(line for line in lines if line)
        elif word.startswith("["):
            found.extend(_json(word))
        else:
            found.append(word)
    return found


def _choices(field: Field, words: list[str], ctx: click.Context) -> list[str]:
    return [_choice(one, field.choices) for word in words for one in word.split(",")]


def _labels(field: Field, words: list[str], ctx: click.Context) -> dict[str, str]:
    labels: dict[str, str] = {}
    for word in words:
        if word.startswith("{"):
            labels |= _json(word)
        else:
            key, equals, value = word.partition("=")
            if not equals:
                raise ValueError(f"{word!r} is not of the form KEY=VALUE.")
            labels[key] = value
    return labels


def _pairs(field: Field, words: list[str], ctx: click.Context) -> list[dict[str, str]]:
    pairs: list[dict[str, str]] = []
    for word in words:
        if word.startswith("["):
            pairs.extend(_json(word))
            continue
        name, colon, value = word.partition(":")
        if not colon:
            raise ValueError(f"{word!r} is not of the form NAME:VALUE.")
        pairs.append({name.strip(): value.strip()})
    return pairs


def _entities(field: Field, words: list[str], ctx: click.Context) -> list[Any]:
    return [resolve(_session(ctx), field.refers, word) for word in words]


def _objects(field: Field, words: list[str], ctx: click.Context) -> list[Any]:
    found: list[Any] = []
    for word in words:
        if word.startswith(("[", "{")):
            read = _json(word)
            found.extend(read if isinstance(read, list) else [read])
        elif are_releases(field) and "==" in word:
            project, _, release = word.partition("==")
            found.append({"project": project.strip(), "release": release.strip()})
        else:
            form = "PROJECT==RELEASE" if are_releases(field) else "a JSON object"
            raise ValueError(f"{word!r} is not {form}.")
    return found


_GATHERED: dict[Kind, Callable[[Field, list[str], click.Context], Any]] = {
    Kind.CHOICES: _choices,
    Kind.LABELS: _labels,
    Kind.PAIRS: _pairs,
    Kind.ENTITIES: _entities,
    Kind.OBJECTS: _objects,
    Kind.INTEGERS: lambda field, words, ctx: [_number(int, one) for one in _split(words)],
    Kind.NUMBERS: lambda field, words, ctx: [_number(float, one) for one in _split(words)],
    Kind.TIMES: lambda field, words, ctx: [_time(one) for one in _split(words)],
}


def _split(words: list[str]) -> list[str]:
    return [one for word in words for one in word.split(",")]


def _number(kind: type[int] | type[float], word: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise ValueError(f"{word!r} is not a number.") from None


def _time(word: str) -> datetime:
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError(
            f"{word!r} is not a time such as 2026-01-31 or 2026-01-31T12:00Z."
        ) from None
    # pulp-glue writes the digits as they are and calls them UTC.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _choice(word: str, choices: tuple[str, ...]) -> str:
    if word not in choices:
        raise ValueError(f"{word!r} is not one of {', '.join(choices)}.")
    return word


def _json(word: str) -> Any:
    try:
        return json.loads(word)
    except ValueError as error:
        raise ValueError(f"{word!r} is not JSON: {error}.") from error


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines()


def _read(path: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", ctx=ctx, param=param) from error


def _session(ctx: click.Context | None) -> Session:
    session = ctx and ctx.find_object(Session)
    assert session, "commands are run below `pulp pyindex`"
    return session
