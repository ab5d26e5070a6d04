"""Repositories and their versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pulp_glue.common.context import (
    PulpContext,
    PulpRepositoryContext,
    PulpRepositoryVersionContext,
    prn_regex,
)
from pulp_glue.common.exceptions import PulpException

from .entities import PyindexEntityContext
from .tables import RESOURCES

_NUMBERED = re.compile(r"(?P<name>.+)@(?P<number>\d+)", re.DOTALL)
_VERSION_HREF = re.compile(r"(?P<repository>/.+/repositories/[^/]+/[^/]+/[^/]+/)versions/\d+/")


class PulpPyindexRepositoryVersionContext(PyindexEntityContext, PulpRepositoryVersionContext):
    """One state of an index; it never changes."""

    ENTITY = "repository version"
    ENTITIES = "repository versions"
    RESOURCE = RESOURCES["version"]
    repository_ctx: PulpPyindexRepositoryContext

    def _called(self, href: str) -> str:
        number = href.rstrip("/").rpartition("/")[2]
        return f"{number} of {self.repository_ctx.entity['name']!r} (any more)"

    def diff(self, base: Any, limit: int = 0) -> list[dict[str, Any]]:
        """What differs from `base`, project by project; `base` as for `version_context`."""
        other = version_context(self.pulp_ctx, base)
        return self.ask("diff", {"base": other.pulp_href}, limit)

    def projects(self, name_part: str = "", limit: int = 0) -> list[dict[str, Any]]:
        """The version's projects in numbers, sorted by name."""
        return self.ask("projects", {"name__contains": name_part} if name_part else None, limit)


class PulpPyindexRepositoryContext(PyindexEntityContext, PulpRepositoryContext):
    """An index, version by version."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "pyindex"
    ENTITY = "repository"
    ENTITIES = "repositories"
    RESOURCE = RESOURCES["repository"]
    VERSION_CONTEXT = PulpPyindexRepositoryVersionContext
    CAPABILITIES = {"sync": [], "pulpexport": [], "roles": []}

    def sync(self, body: Any = None) -> Any:
        """Bring the repository in line with a remote; what the sync did."""
        return self.act("sync", body)

    def modify(
        self,
        add_content: list[str] | None = None,
        remove_content: list[str] | None = None,
        base_version: Any = None,
        **more: Any,
    ) -> Any:
        """Make a version with other content: hrefs to add and to remove."""
        told = {
            "add_content_units": add_content,
            "remove_content_units": remove_content,
            "base_version": base_version,
            **more,
        }
        return self.act(
            "modify", {name: value for name, value in told.items() if value is not None}
        )

    def promote(
        self,
        source: Any,
        *,
        projects: Iterable[str] = (),
        releases: Iterable[Mapping[str, str]] = (),
        mode: str = "replace",
        dry_run: bool = False,
        note: str = "",
        **more: Any,
    ) -> Any:
        """Make this repository hold what `source` holds, which is as for `version_context`.

        Returns the difference and, where there was one, the new version. `more` are fields of
        the request that have no argument here.
        """
        body = {
            "source": version_context(self.pulp_ctx, source).pulp_href,
            "projects": list(projects),
            "releases": [dict(release) for release in releases],
            "mode": mode,
            "dry_run": dry_run,
            "note": note,
        }
        return self.act("promote", {**body, **more})

    def rollback(self, version: int, *, dry_run: bool = False, note: str = "", **more: Any) -> Any:
        """Make a new version that equals an older one."""
        return self.act("rollback", {"version": version, "dry_run": dry_run, "note": note, **more})

    def yank(
        self,
        project: str,
        *,
        release: str | None = None,
        filename: str | None = None,
        reason: str = "",
    ) -> Any:
        """Yank a project's files, a release's, or one file."""
        return self.act("yank", {**_files(project, release, filename), "reason": reason})

    def unyank(
        self, project: str, *, release: str | None = None, filename: str | None = None
    ) -> Any:
        """Take back the yank of a project's files, a release's, or one file."""
        return self.act("unyank", _files(project, release, filename))

    def remove(
        self, project: str, *, release: str | None = None, filename: str | None = None
    ) -> Any:
        """Remove a project, a release or one file; older versions keep it."""
        return self.act("remove", _files(project, release, filename))

    def set_status(self, project: str, status: str, *, reason: str = "") -> Any:
        """Set what the index says of a whole project."""
        return self.act("set_status", {"project": project, "status": status, "reason": reason})

    def uploads(
        self, parameters: Mapping[str, Any] | None = None, limit: int = 0
    ) -> list[dict[str, Any]]:
        """Who brought which file, the newest first."""
        return self.ask("uploads", parameters, limit)


def version_context(pulp_ctx: PulpContext, reference: Any) -> PulpPyindexRepositoryVersionContext:
    """The version that a person names: `dev` (its latest), `dev@12`, or an href or PRN of either.

    A context is taken too. Raises PulpException where there is no such thing.
    """
    if isinstance(reference, PulpPyindexRepositoryVersionContext):
        return reference
    if isinstance(reference, PulpPyindexRepositoryContext):
        return _version(reference, -1)
    text = str(reference)
    if match := _VERSION_HREF.fullmatch(text):
        repository = PulpPyindexRepositoryContext(pulp_ctx, pulp_href=match["repository"])
        return PulpPyindexRepositoryVersionContext(pulp_ctx, repository, pulp_href=text)
    if text.startswith("prn:core.repositoryversion:"):
        return _by_prn(pulp_ctx, text)
    if not text.startswith(("/", "prn:")) and (match := _NUMBERED.fullmatch(text)):
        named = PulpPyindexRepositoryContext(pulp_ctx, entity={"name": match["name"]})
        return _version(named, int(match["number"]))
    return _version(repository_context(pulp_ctx, text), -1)


def repository_context(pulp_ctx: PulpContext, reference: str) -> PulpPyindexRepositoryContext:
    """The repository that a person names: by name, href or PRN."""
    if reference.startswith("/"):
        return PulpPyindexRepositoryContext(pulp_ctx, pulp_href=reference)
    if prn_regex.fullmatch(reference):
        return PulpPyindexRepositoryContext(pulp_ctx, entity={"prn__in": [reference]})
    return PulpPyindexRepositoryContext(pulp_ctx, entity={"name": reference})


def _version(
    repository: PulpPyindexRepositoryContext, number: int
) -> PulpPyindexRepositoryVersionContext:
    found = repository.get_version_context(number)
    assert isinstance(found, PulpPyindexRepositoryVersionContext)
    return found


def _by_prn(pulp_ctx: PulpContext, prn: str) -> PulpPyindexRepositoryVersionContext:
    # Versions are listed below their repository; this list has those of all.
    found = pulp_ctx.call("repository_versions_list", parameters={"prn__in": [prn]})
    if not found["results"]:
        raise PulpException(f"There is no repository version {prn}.")
    return version_context(pulp_ctx, found["results"][0]["pulp_href"])


def _files(project: str, release: str | None, filename: str | None) -> dict[str, str]:
    told = {"project": project, "release": release, "filename": filename}
    return {name: value for name, value in told.items() if value is not None}
