"""What is done with releases and files of a repository: upload, yank, un-yank."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pulp_glue.common.exceptions import PulpException
from pulp_glue.pyindex.context import PulpPyindexFileContext, repository_context
from pulp_glue.pyindex.tables import RESOURCES

from .commands import Command, described, pass_session
from .options import options, told, with_options
from .session import Session

_ACTIONS = RESOURCES["repository"].actions
_SPEC = ("project", "release", "filename")
_SHOWN = ("filename", "project", "version", "size", "sha256")


@click.command(
    "upload",
    cls=Command,
    examples=(
        "pulp pyindex upload prod dist/*",
        "pulp --chunk-size 10MB pyindex upload prod big-1.0-py3-none-any.whl",
    ),
)
@click.argument("repository")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--attestations/--no-attestations",
    "attested",
    default=True,
    help="Whether FILE.publish.attestation beside a file is sent along (default: yes).",
)
@pass_session
def upload(session: Session, repository: str, files: tuple[str, ...], attested: bool) -> None:
    """Upload wheels and sdists to REPOSITORY. Those that are refused are named; the others stay.

    Each file is checked by itself, so that a refused one keeps nothing else out. What is good comes
    in one version, up to 100 files of together 64 MiB; in a few where the server is busy. A file
    that goes in chunks has one of its own.
    """
    target = repository_context(session, repository)
    target.entity  # noqa: B018  # before anything is sent: is there such a repository?
    wanted = [path for path in map(Path, files) if path.suffix != ".attestation"]
    refused: list[str] = []
    sent: list[tuple[Path, Any]] = []
    for path in wanted:
        context = PulpPyindexFileContext(session, repository_ctx=target)
        with _told_of(path, refused):
            body = {**_body(session, path, attested), "more_follow": path is not wanted[-1]}
            sent.append((path, context.create(body, non_blocking=True)))
    made: list[Any] = []
    for path, task in sent:
        with _told_of(path, refused):
            made.append(PulpPyindexFileContext(session).created_by(task))
    session.output_result(made, _SHOWN)
    if refused:
        raise click.ClickException("\n".join(refused))


def _body(session: Session, path: Path, attested: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"file": path, "chunk_size": session.chunk_size}
    beside = path.with_name(f"{path.name}.publish.attestation")
    if attested and beside.exists():
        body["attestations"] = f"[{beside.read_text('utf-8')}]"
    return body


@contextmanager
def _told_of(path: Path, refused: list[str]) -> Iterator[None]:
    """Note what becomes of a file where that is not good, and go on with the others."""
    try:
        yield
    except PulpException as error:
        refused.append(f"{path}: {described(error)}")


@click.command(
    "yank",
    cls=Command,
    examples=(
        'pulp pyindex yank prod flask==3.1.0 --reason "broken on Windows"',
        "pulp pyindex yank prod flask-3.1.0-py3-none-any.whl",
    ),
)
@click.argument("repository")
@click.argument("what", metavar="PROJECT|PROJECT==RELEASE|FILENAME")
@with_options(options(_ACTIONS["yank"].fields, without=_SPEC, optional=True))
@pass_session
def yank(session: Session, repository: str, what: str, **given: Any) -> None:
    """Yank a project's files, a release's, or one file: installers pass over them."""
    result = repository_context(session, repository).act("yank", {**spec(what), **told(given)})
    session.output_result(result)


@click.command(
    "unyank",
    cls=Command,
    examples=("pulp pyindex unyank prod flask==3.1.0",),
)
@click.argument("repository")
@click.argument("what", metavar="PROJECT|PROJECT==RELEASE|FILENAME")
@with_options(options(_ACTIONS["unyank"].fields, without=_SPEC, optional=True))
@pass_session
def unyank(session: Session, repository: str, what: str, **given: Any) -> None:
    """Take back the yank of a project's files, a release's, or one file."""
    result = repository_context(session, repository).act("unyank", {**spec(what), **told(given)})
    session.output_result(result)


def spec(what: str) -> dict[str, str]:
    """The files a person means: of a project, of `project==release`, or the one of that name.

    Raises BadParameter for the name of a file that does not tell its project.
    """
    project, equals, release = what.partition("==")
    if equals:
        return {"project": project.strip(), "release": release.strip()}
    if not what.endswith((".whl", ".tar.gz", ".zip")):
        return {"project": what}
    try:
        parsed = parse_wheel_filename(what) if what.endswith(".whl") else parse_sdist_filename(what)
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise click.BadParameter(f"{error} Use `pulp pyindex repository yank`.") from error
    return {"project": str(parsed[0]), "filename": what}
