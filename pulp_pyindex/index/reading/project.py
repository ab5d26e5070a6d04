"""The page of one project, JSON or HTML, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pulp_pyindex.index.errors import InvalidFilename, InvalidName, InvalidPage
from pulp_pyindex.index.filenames import normalized_version, parse
from pulp_pyindex.index.names import NormalizedName, normalize
from pulp_pyindex.index.pages import ProjectPage
from pulp_pyindex.index.reading import html_page, json_page
from pulp_pyindex.index.reading.records import Files, Refused, clean

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReading:
    """A page as far as it can be used, and the files it lists that cannot."""

    page: ProjectPage
    refused: tuple[Refused, ...]


def read_project(body: bytes, url: str, project: NormalizedName) -> ProjectReading:
    """Read what `url` answered for `project`; raises InvalidPage. Files keep the page's order."""
    files = Files(url)
    start = body[:1024].removeprefix(BOM).lstrip()
    if start[:1] in (b"{", b"["):
        json = json_page.read(body.removeprefix(BOM), url, files)
        _check_name(json.name, project, url)
        told, status, serial = json.versions, json.status, json.serial
    elif start[:1] == b"<":
        html = html_page.read(body, url, files)
        told, status, serial = None, html.status, html.serial
    else:
        raise InvalidPage(url, f"neither JSON nor HTML: {excerpt(start)}")
    names = _versions_of(files.kept, project) if told is None else told
    page = ProjectPage(
        name=project,
        files=tuple(files.kept.values()),
        versions=tuple(dict.fromkeys(normalized_version(name) or name for name in names)),
        status=status,
        serial=serial,
    )
    return ProjectReading(page=page, refused=tuple(files.refused))


def excerpt(start: bytes) -> str:
    """The first words of a body, to be shown to a user."""
    text = " ".join(clean(start.decode(errors="replace")).split())
    return repr(text[:80]) if text else "an empty body"


def _check_name(name: str | None, project: NormalizedName, url: str) -> None:
    if name is None:
        return
    try:
        found = normalize(name)
    except InvalidName as e:
        raise InvalidPage(url, f"the page of {clean(name)[:80]!r}, not of {project!r}") from e
    if found != project:
        raise InvalidPage(url, f"the page of {found!r}, not of {project!r}")


def _versions_of(filenames: Iterable[str], project: NormalizedName) -> Iterable[str]:
    for filename in filenames:
        try:
            yield parse(filename, project).version
        except InvalidFilename:
            # Listed all the same; which files are of use is for the reader of the page to say.
            continue
