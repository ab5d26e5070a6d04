"""`pulp pyindex mirror`: from a URL to an index that pip installs from, in one sentence."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import click
from pulp_glue.common.context import PulpEntityContext
from pulp_glue.common.exceptions import PulpEntityNotFound
from pulp_glue.pyindex.context import (
    PulpPyindexDistributionContext,
    PulpPyindexRemoteContext,
    PulpPyindexRepositoryContext,
    PyindexEntityContext,
)
from pulp_glue.pyindex.tables import RESOURCES

from .commands import Command, pass_session
from .options import options, told, with_options
from .pip_index import configured_index, split
from .session import Session

_Context = TypeVar("_Context", bound=PyindexEntityContext)

_REMOTE = RESOURCES["remote"]
_SYNC = RESOURCES["repository"].actions["sync"]
_OWN = ("name", "url")
#: An entry of `includes` that names a project and is no pattern of names.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?![\w.*?\[-])")

EXAMPLES = (
    'pulp pyindex mirror team --from pypi --include "requests>=2" --serve team/mirror',
    "pulp pyindex mirror team --from https://index.example.org/simple/ --include @wanted.txt",
    "pulp pyindex mirror team --mirror",
)


@click.command("mirror", cls=Command, examples=EXAMPLES)
@click.argument("name")
@click.option(
    "--from",
    "source",
    metavar="URL|pypi",
    help="The simple index to mirror; 'pypi': the one that pip on this machine installs from. "
    "Not needed the next time.",
)
@click.option(
    "--serve",
    metavar="BASE_PATH",
    help="Serve the mirror there. Not needed the next time.",
)
@click.option("--sync/--no-sync", default=True, help="Whether to sync it now (default: yes).")
@with_options(
    options(_REMOTE.fields, without=_OWN, optional=True),
    options(_SYNC.fields, without=("remote",), optional=True),
)
@pass_session
def mirror(
    session: Session,
    name: str,
    source: str | None,
    serve: str | None,
    sync: bool,
    **given: Any,
) -> None:
    """Mirror an index: make or change all it takes, sync it, and say how to install from it.

    Remote, repository and distribution have the NAME of the mirror. Said again, the sentence
    changes what is said otherwise and leaves the rest.
    """
    syncing = {one.name: given.pop(one.name) for one in _SYNC.fields if one.name != "remote"}
    wanted = {**_address(source), **told(given)}
    remote = _settled(PulpPyindexRemoteContext, session, name, wanted)
    repository = _settled(PulpPyindexRepositoryContext, session, name, {"remote": remote})
    result: dict[str, Any] = {
        "remote": remote.pulp_href,
        "repository": repository.pulp_href,
        "sync": repository.sync(told(syncing)) if sync else None,
    }
    if serve is not None:
        wanted = {"base_path": serve, "repository": repository}
        _settled(PulpPyindexDistributionContext, session, name, wanted)
    index = _url(session, name)
    result["index"] = index
    result["install"] = _install(index, remote.entity["includes"]) if index else None
    _warn(result["sync"] or {})
    if session.format == "table":
        _tell(result, name)
    else:
        session.output_result(result)


def _address(source: str | None) -> dict[str, Any]:
    if source is None:
        return {}
    index = configured_index() if source == "pypi" else split(source)
    return told({"url": index.url, "username": index.username, "password": index.password})


def _settled(kind: type[_Context], session: Session, name: str, wanted: dict[str, Any]) -> _Context:
    """The object of that name; it is made, or what is wanted otherwise is changed."""
    context = kind(session, entity={"name": name})
    try:
        entity = context.entity
    except PulpEntityNotFound:
        if issubclass(kind, PulpPyindexRemoteContext) and "url" not in wanted:
            raise click.UsageError(f"There is no mirror {name!r} yet: say --from where.") from None
        context.create({"name": name, **wanted})
        return context
    other = {
        key: one
        for key, one in wanted.items()
        if entity.get(key) != (one.pulp_href if isinstance(one, PulpEntityContext) else one)
    }
    if other:
        context.update(other)
    return context


def _url(session: Session, name: str) -> str | None:
    try:
        served = PulpPyindexDistributionContext(session, entity={"name": name}).entity
    except PulpEntityNotFound:
        return None
    return str(served["base_url"])


def _install(index: str, includes: list[str]) -> str:
    """What to type; with the first project that is mirrored by its name."""
    names = [match[0] for one in includes if (match := _PLAIN_NAME.match(one))]
    return f"pip install --index-url {index}simple/ {names[0] if names else 'PROJECT'}"


def _warn(synced: dict[str, Any]) -> None:
    """Name what is not in the mirror although it is wanted; the rest is."""
    for one in synced.get("failed_projects", ()):
        click.echo(f"Not read: {one['project']}: {one['reason']}", err=True)
    for one in synced.get("failed_files", ()):
        click.echo(f"Not downloaded: {one['filename']}: {one['reason']}", err=True)
    for name in synced.get("missing", ()):
        click.echo(f"Not there: {name}", err=True)


def _tell(result: dict[str, Any], name: str) -> None:
    synced = result["sync"]
    if synced:
        projects, files = synced["projects"], synced["files"]
        click.echo(
            f"{name}: {projects['changed']} projects changed, {projects['unchanged']} did not; "
            f"{files['added']} files came, {files['removed']} went."
        )
    click.echo(result["install"] or "It is not served yet: say --serve where.")
