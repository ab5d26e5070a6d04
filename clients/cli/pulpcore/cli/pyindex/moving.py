"""From one repository to the next, and back: promote, diff, rollback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from pulp_glue.pyindex.context import repository_context, version_context
from pulp_glue.pyindex.tables import RESOURCES

from .commands import Command, pass_session
from .options import options, told, with_options
from .session import Session

_ACTIONS = RESOURCES["repository"].actions
_COLUMNS = ("project", "change", "releases", "files", "also")


@click.command(
    "promote",
    cls=Command,
    examples=(
        "pulp pyindex promote dev prod --dry-run",
        'pulp pyindex promote dev@12 prod --note "release 7"',
        "pulp pyindex promote dev prod --project flask --release jinja2==3.1.6",
    ),
)
@click.argument("source", metavar="SOURCE[@NUMBER]")
@click.argument("target")
@with_options(options(_ACTIONS["promote"].fields, without=("source",), optional=True))
@pass_session
def promote(session: Session, source: str, target: str, **given: Any) -> None:
    """Make the TARGET repository hold what SOURCE holds, by reference: nothing is copied.

    SOURCE is a repository, whose latest version is taken, or one version: dev@12.
    """
    _show(session, repository_context(session, target).promote(source, **told(given)), target)


@click.command(
    "rollback",
    cls=Command,
    examples=(
        "pulp pyindex rollback prod --to 12 --dry-run",
        'pulp pyindex rollback prod --to 12 --note "3.1 breaks the shop"',
    ),
)
@click.argument("repository")
@click.option("--to", "version", type=click.IntRange(0), required=True, help="The older version.")
@with_options(options(_ACTIONS["rollback"].fields, without=("version",), optional=True))
@pass_session
def rollback(session: Session, repository: str, version: int, **given: Any) -> None:
    """Make a new version of REPOSITORY that equals an older one. History stays as it is."""
    context = repository_context(session, repository)
    _show(session, context.rollback(version, **told(given)), repository)


@click.command(
    "diff",
    cls=Command,
    examples=("pulp pyindex diff dev prod", "pulp pyindex diff prod@12 prod"),
)
@click.argument("source", metavar="SOURCE[@NUMBER]")
@click.argument("target", metavar="TARGET[@NUMBER]")
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="How many projects to show at most; 0: all.",
)
@pass_session
def diff(session: Session, source: str, target: str, limit: int) -> None:
    """What promoting SOURCE would change in TARGET, project by project."""
    projects = version_context(session, source).diff(target, limit)
    if session.format == "table":
        session.output_result(summarized(projects), _COLUMNS)
    else:
        session.output_result(projects)


def _show(session: Session, result: Any, target: str) -> None:
    if session.format != "table":
        session.output_result(result)
        return
    projects = result.get("projects") or []
    if projects:
        session.output_result(summarized(projects), _COLUMNS)
    counted = (result.get("difference") or {}).get("projects", len(projects))
    if counted > len(projects):
        click.echo(f"… and {counted - len(projects)} projects more.")
    rest = {
        name: one
        for name, one in result.items()
        if name not in ("projects", "difference", "source", "dry_run", "repository_version") and one
    }
    if not (rest.get("gates") or {}).get("total"):
        rest.pop("gates", None)
    if rest:
        session.output_result(rest)
    made = result.get("repository_version")
    if result.get("dry_run"):
        click.echo("Nothing was changed: this was a dry run.")
    elif made:
        click.echo(f"Made {target}@{str(made).rstrip('/').rpartition('/')[2]}.")
    else:
        click.echo("There was nothing to do.")


def summarized(projects: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Differences in few words, a row for each project."""
    return [
        {
            "project": one["project"],
            "change": one["change"],
            "releases": _signed(one["releases_added"], one["releases_removed"]),
            "files": _counted(one),
            "also": _also(one),
        }
        for one in projects
    ]


def _signed(added: list[str], removed: list[str]) -> str:
    return " ".join([*(f"+{one}" for one in added), *(f"−{one}" for one in removed)])


def _counted(one: dict[str, Any]) -> str:
    signs = {"files_added": "+", "files_removed": "−", "files_changed": "~"}
    return " ".join(f"{sign}{len(one[name])}" for name, sign in signs.items() if one[name])


def _also(one: dict[str, Any]) -> str:
    words = [f"{name} {len(one[name])}" for name in ("yanked", "unyanked") if one[name]]
    if one["provenance_changed"]:
        words.append(f"provenance of {len(one['provenance_changed'])}")
    if one["status_before"] or one["status_after"]:
        words.append(f"{one['status_before'] or 'active'} → {one['status_after'] or 'active'}")
    return ", ".join(words)
