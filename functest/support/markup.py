"""The upstream's pages, as JSON and as HTML.

Written anew on purpose: the tests shall not see the world through the renderer they test.
"""

import html
import json
from collections.abc import Callable
from typing import Any

from packaging.utils import canonicalize_name

from .catalogue import Offered, Project

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"

Link = Callable[[Offered], str]


def root_json(projects: list[Project], serial: int | None) -> bytes:
    """The list of projects; with serials where `serial` is given."""
    meta: dict[str, Any] = {"api-version": "1.4"}
    entries: list[dict[str, Any]] = [{"name": project.name} for project in projects]
    if serial is not None:
        meta["_last-serial"] = serial
        for entry, project in zip(entries, projects, strict=True):
            entry["_last-serial"] = project.serial
    return json.dumps({"meta": meta, "projects": entries}).encode()


def root_html(projects: list[Project]) -> bytes:
    links = "".join(
        f'<a href="/simple/{canonicalize_name(p.name)}/">{html.escape(p.name)}</a>\n'
        for p in projects
    )
    return _document("Simple index", "", links)


def project_json(project: Project, serial: bool, url: Link, provenance: Link) -> bytes:
    meta: dict[str, Any] = {"api-version": "1.4"}
    if serial:
        meta["_last-serial"] = project.serial
    page: dict[str, Any] = {
        "meta": meta,
        "name": canonicalize_name(project.name),
        "versions": sorted({file.version for file in project.files}),
        "files": [_json_file(file, url(file), provenance(file)) for file in project.files],
    }
    if project.status:
        page["project-status"] = {"status": project.status}
        if project.reason:
            page["project-status"]["reason"] = project.reason
    return json.dumps(page).encode()


def _json_file(file: Offered, url: str, provenance: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"filename": file.filename, "url": url, "hashes": file.hashes}
    entry["requires-python"] = file.requires_python
    entry["yanked"] = False if file.yanked is None else (file.yanked or True)
    if file.size is not None:
        entry["size"] = file.size
    if file.upload_time is not None:
        entry["upload-time"] = file.upload_time
    if file.core_metadata is not None:
        entry["core-metadata"] = file.core_metadata
    if file.provenance is not None:
        entry["provenance"] = provenance
    return entry


def project_html(project: Project, url: Link, provenance: Link) -> bytes:
    meta = ""
    if project.status:
        meta = f'<meta name="pypi:project-status" content="{html.escape(project.status)}">'
    if project.reason:
        reason = html.escape(project.reason)
        meta += f'<meta name="pypi:project-status-reason" content="{reason}">'
    links = "".join(_anchor(file, url(file), provenance(file)) for file in project.files)
    return _document(f"Links for {html.escape(project.name)}", meta, links)


def _anchor(file: Offered, url: str, provenance: str) -> str:
    fragment = "".join(f"#{name}={digest}" for name, digest in list(file.hashes.items())[:1])
    attributes = {"href": url + fragment}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not None:
        attributes["data-yanked"] = file.yanked
    if isinstance(file.core_metadata, dict):
        name, digest = next(iter(file.core_metadata.items()))
        attributes["data-core-metadata"] = f"{name}={digest}"
    elif file.core_metadata is not None:
        attributes["data-core-metadata"] = str(file.core_metadata).lower()
    if file.provenance is not None:
        attributes["data-provenance"] = provenance
    written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {written}>{html.escape(file.filename)}</a><br>\n"


def _document(title: str, meta: str, links: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.4">{meta}'
        f"<title>{title}</title></head><body>\n{links}</body></html>\n"
    ).encode()
