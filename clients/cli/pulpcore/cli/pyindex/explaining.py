"""`pulp pyindex explain`: why an index offers what it offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
from pulp_glue.pyindex.tables import RESOURCES

from .commands import Command, pass_session
from .session import Session
from .which import found

_PLACES = ("place", "standing", "has", "why")
_FILES = ("filename", "outcome", "from", "by", "why")


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
    """Why an index offers a project or file, or does not: from where, and by which rule.

    A sentence, then every place behind the index with what it has, then the files with what
    became of each.
    """
    asked = {"project": project} | ({"filename": filename} if filename else {})
    context = found(session, RESOURCES["distribution"], index)
    told = context.tell("explain", asked)
    if session.format != "table":
        session.output_result(told)
        return
    click.echo(sentence(told))
    places = list(_places(told.get("members") or ()))
    if places:
        click.echo()
        session.output_result(places, _PLACES)
    files = [_file(one) for one in told.get("files") or ()]
    if files:
        click.echo()
        session.output_result(files, _FILES)


def sentence(told: Mapping[str, Any]) -> str:
    """What an installer gets, and why."""
    asked = told.get("filename") or told["project"]
    text = f"{asked} at {told['index']}: {told['status']}. {told['reason']}"
    owner = told.get("answers")
    deeper = [one for one in (owner or {}).get("from", ()) if one not in told["reason"]]
    if deeper:
        text += f" It comes from the {' and the '.join(deeper)}."
    if told.get("changes_at"):
        text += f" This may change at {told['changes_at']}."
    return text


def _places(members: Iterable[Mapping[str, Any]], depth: int = 0) -> Iterator[dict[str, str]]:
    """The places of an index, those behind a base below it."""
    for one in members:
        yield {
            "place": f"{'  ' * depth}{one['name']}",
            "standing": one["standing"],
            "has": _has(one),
            "why": one["why"],
        }
        yield from _places(one.get("members") or (), depth + 1)


def _has(place: Mapping[str, Any]) -> str:
    """What a place has of the project, whether it is asked for it or not."""
    if place.get("failure"):
        return f"not known: {place['failure']}"
    has = place.get("has")
    if has is None:
        return "nothing known" if place["kind"] == "remote" else "nothing"
    if has.get("gone"):
        return str(has["gone"])
    count = has["file_count"]
    text = f"{count} file{'' if count == 1 else 's'}"
    return text if not has["withheld"] else f"{text}, {has['withheld']} withheld"


def _file(one: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a file; what decided is named with its ruleset."""
    by = [one[name] for name in ("ruleset", "by") if one.get(name)]
    return {**one, "by": ": ".join(by)}
