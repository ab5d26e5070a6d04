"""`pulp pyindex status`: what is served where, from which version, how old."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import click
from pulp_glue.pyindex.context import PulpPyindexDistributionContext, PulpPyindexPublicationContext

from .commands import Command, pass_session
from .session import Session

_VERSION = re.compile(r"(?P<repository>.+/)versions/(?P<number>\d+)/")
_COLUMNS = ("index", "shows", "latest", "age", "files", "url")


@click.command("status", cls=Command, examples=("pulp pyindex status", "pulp pyindex status prod"))
@click.argument("names", nargs=-1)
@pass_session
def status(session: Session, names: tuple[str, ...]) -> None:
    """What is served where, from which version, and how old that is; of all indexes or of NAMES."""
    context = PulpPyindexDistributionContext(session)
    asked: dict[str, Any] = {"ordering": ["name"]}
    if names:
        asked["name__in"] = list(names)
    served = list(context.list_iterator(parameters=asked))
    missing = set(names) - {one["name"] for one in served}
    if missing:
        raise click.ClickException(f"There is no distribution {', '.join(sorted(missing))}.")
    seen = _Seen(session)
    rows = [_row(seen, one) for one in served]
    if session.format == "table":
        for row in rows:
            row["age"] = _words(row["age_seconds"])
            if row["shows"] is None:
                row["shows"] = "nothing yet"
    session.output_result(rows, _COLUMNS)


class _Seen:
    """What was asked of the server already: many indexes show the same repositories."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._answers: dict[str, Any] = {}

    def read(self, operation: str, parameter: str, href: str) -> Any:
        if href not in self._answers:
            self._answers[href] = self.session.call(operation, parameters={parameter: href})
        return self._answers[href]

    def repository(self, href: str) -> Any:
        return self.read(
            "repositories_pyindex_pyindex_read", "pyindex_pyindex_repository_href", href
        )

    def version(self, href: str) -> Any:
        return self.read(
            "repositories_pyindex_pyindex_versions_read",
            "pyindex_pyindex_repository_version_href",
            href,
        )

    def shown(self, distribution: dict[str, Any]) -> str | None:
        """The version that an index shows now."""
        if distribution["repository_version"]:
            return str(distribution["repository_version"])
        publications = PulpPyindexPublicationContext(self.session)
        if distribution["publication"]:
            return str(publications.show(distribution["publication"])["repository_version"])
        if not distribution["repository"]:
            return None
        # The newest version counts, which need not be what was published last.
        published = publications.list_iterator(
            parameters={
                "repository": distribution["repository"],
                "fields": ["repository_version"],
            }
        )
        versions = [str(one["repository_version"]) for one in published]
        return max(versions, key=_number, default=None)


def _number(version: str) -> int:
    match = _VERSION.fullmatch(version)
    return int(match["number"]) if match else -1


def _row(seen: _Seen, distribution: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "index": distribution["name"],
        "url": distribution["base_url"],
        "follows": _follows(distribution),
        "repository": None,
        "number": None,
        "shows": None,
        "latest": None,
        "created": None,
        "age_seconds": None,
        "files": None,
    }
    href = seen.shown(distribution)
    match = href and _VERSION.fullmatch(href)
    if href and match:
        repository = seen.repository(match["repository"])
        version = seen.version(href)
        present = version["content_summary"]["present"]
        row["repository"] = repository["name"]
        row["number"] = version["number"]
        row["shows"] = f"{repository['name']}@{version['number']}"
        row["latest"] = int(repository["latest_version_href"].rstrip("/").rpartition("/")[2])
        row["created"] = version["pulp_created"]
        age = datetime.now(UTC) - datetime.fromisoformat(version["pulp_created"])
        row["age_seconds"] = int(age.total_seconds())
        row["files"] = present.get("pyindex.file", {}).get("count", 0)
    return row


def _follows(distribution: dict[str, Any]) -> str | None:
    names = ("repository_version", "publication", "repository")
    return next((name for name in names if distribution[name]), None)


def _words(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    for name, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {name}"
    return f"{seconds} s"
