"""What crosses an air gap: a version leaves one domain and arrives whole in another."""

import json
import re
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.attestations import provenance
from support.clients import Clients
from support.index import Index
from support.markup import JSON_TYPE
from support.pulp import Pulp, Row, TaskFailed, unique, wait_for
from support.upstream import Upstream
from support.wheels import sdist, wheel

PATHS = {
    "content/pyindex/files/": "filename",
    "content/pyindex/yanks/": "filename",
    "content/pyindex/project_statuses/": "project",
    "content/pyindex/provenances/": "filename",
}
#: What is another's in every Pulp.
OWN = {"pulp_href", "prn", "pulp_created", "pulp_last_updated", "artifacts", "vuln_report"}

BETA = wheel("beta", "2.0")
PROVENANCE = provenance(BETA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One side of the gap: a domain, a repository in it, and where that is served."""

    pulp: Pulp
    repository: Row
    index: Index

    def facts(self) -> dict[str, list[dict[str, Any]]]:
        """All that the newest version says, without what is this Pulp's own."""
        version = self.pulp.latest(self.repository)["pulp_href"]
        found: dict[str, list[dict[str, Any]]] = {}
        for path, key in PATHS.items():
            rows = self.pulp.rows(path, repository_version=version)
            found[path] = [
                {k: v for k, v in row.items() if k not in OWN}
                for row in sorted(rows, key=lambda row: str(row[key]))
            ]
        return found

    def pages(self) -> dict[tuple[str, str], bytes]:
        """Every page without its serial, and with this site's origin taken out."""
        return {
            key: _SERIAL.sub(b"", body).replace(self.index.base.encode(), b"<index>/")
            for key, body in self.index.whole().items()
        }


#: It is the time at which this Pulp made the version.
_SERIAL = re.compile(rb',?"_last-serial":\d+|<!--SERIAL \d+-->')


def site(pulp: Pulp, **repository: Any) -> Site:
    row = pulp.create_repository(**repository)
    distribution = pulp.distribute(repository=row["pulp_href"], base_path="team/index")
    return Site(pulp=pulp, repository=row, index=Index(base=distribution["base_url"]))


def fill(upstream: Upstream) -> None:
    """Two projects with all that an index can say of one."""
    upstream.add(wheel("alpha", "1.0", requires_python=">=3.8"), sdist("alpha", "1.0"))
    upstream.add(BETA, core_metadata=True, provenance=PROVENANCE)
    upstream.catalogue.yank("beta-2.0-py3-none-any.whl", "broken")
    upstream.catalogue.yank("alpha-1.0.tar.gz", "")
    upstream.catalogue.set_status("beta", "archived")


def export(pulp: Pulp, exporter: Row, folder: Path, **options: Any) -> Path:
    """The table of contents that an export wrote."""
    before = set(folder.glob("*-toc.json"))
    pulp.task(pulp.post(f"{exporter['pulp_href']}exports/", options))
    (toc,) = set(folder.glob("*-toc.json")) - before
    return toc


def carried(toc: Path) -> set[str]:
    """SHA-256 of the files whose bytes are in an export."""
    (name,) = json.loads(toc.read_text())["files"]
    with tarfile.open(toc.with_name(name)) as tar:
        paths = [Path(member) for member in tar.getnames() if member.startswith("artifact/")]
    return {path.parent.name + path.name for path in paths}


def take_in(pulp: Pulp, importer: Row, toc: Path) -> None:
    """Wait until an import's tasks have ended well: the first makes one more per repository."""
    group = pulp.post(f"{importer['pulp_href']}imports/", {"toc": str(toc)}).json()["task_group"]
    first = pulp.read(group)["tasks"][0]["pulp_href"]
    pulp.task(first)
    wait_for(lambda: len(pulp.read(group)["tasks"]) == 2, "the tasks of the import")
    for task in pulp.read(group)["tasks"]:
        pulp.task(task["pulp_href"])


def test_versions_cross_the_gap_whole_and_then_what_changed(
    domains: Callable[[], Pulp], upstream: Upstream, exports: Path, tmp_path: Path
) -> None:
    """A full export, then an increment; the other side serves the same pages without upstream."""
    outside, inside = site(domains()), site(domains())
    fill(upstream)
    remote = outside.pulp.create_remote(upstream.url, policy="immediate", provenance=True)
    outside.pulp.sync(outside.repository, remote)
    assert [len(rows) for rows in outside.facts().values()] == [3, 2, 1, 1]
    exporter = outside.pulp.create(
        "exporters/core/pulp/",
        name=unique(),
        path=str(exports),
        repositories=[outside.repository["pulp_href"]],
    )
    importer = inside.pulp.create(
        "importers/core/pulp/",
        name=unique(),
        repo_mapping={outside.repository["name"]: inside.repository["name"]},
    )
    take_in(inside.pulp, importer, export(outside.pulp, exporter, exports))
    assert inside.facts() == outside.facts()
    inside.index.wait_served()
    assert inside.pages() == outside.pages()

    # What comes, goes and changes; and a large file that is not sent twice.
    upstream.add(wheel("gamma", "1.0"), wheel("alpha", "1.1"))
    upstream.catalogue.unyank("alpha-1.0.tar.gz")
    upstream.catalogue.set_status("beta", None)
    upstream.catalogue.remove("alpha-1.0-py3-none-any.whl")
    outside.pulp.sync(outside.repository, remote, mirror=True, allow_mass_removal=True)
    toc = export(outside.pulp, exporter, exports, full=False)
    digests = {row["filename"]: row["sha256"] for row in outside.facts()["content/pyindex/files/"]}
    assert digests["gamma-1.0-py3-none-any.whl"] in carried(toc)
    assert digests["beta-2.0-py3-none-any.whl"] not in carried(toc)
    upstream.stop()
    take_in(inside.pulp, importer, toc)
    inside.index.wait(lambda index: index.get("simple/gamma/").ok, "the increment")
    assert inside.facts() == outside.facts()
    assert inside.pages() == outside.pages()

    for project in sorted(inside.index.projects()):
        for filename, entry in inside.index.files(project).items():
            assert inside.index.download(project, filename)
            if entry.get("core-metadata"):
                assert inside.index.get(f"{entry['url']}.metadata").ok
            if entry.get("provenance"):
                assert inside.index.get(entry["provenance"]).json() == PROVENANCE
    Clients(folder=tmp_path).pip(
        *("install", "--no-deps", "--target", str(tmp_path / "there"), "alpha", "gamma"),
        *("--trusted-host", "127.0.0.1"),
        index=inside.index.simple,
    )


def test_what_is_at_its_upstream_only_is_refused_and_can_be_downloaded_before(
    domains: Callable[[], Pulp], upstream: Upstream, exports: Path
) -> None:
    """The refusal names a file and the way to go on; after that everything can be exported."""
    outside, inside = site(domains()), domains()
    fill(upstream)
    # Not shown to installers, and yet a part of the version.
    upstream.add(wheel("evil", "1.0"))
    upstream.catalogue.set_status("evil", "quarantined")
    remote = outside.pulp.create_remote(upstream.url, provenance=True)
    outside.pulp.sync(outside.repository, remote)
    exporter = outside.pulp.create(
        "exporters/core/pulp/",
        name=unique(),
        path=str(exports),
        repositories=[outside.repository["pulp_href"]],
    )
    latest = outside.pulp.latest(outside.repository)["pulp_href"]
    for options in ({}, {"versions": [latest]}):
        with pytest.raises(TaskFailed) as refused:
            export(outside.pulp, exporter, exports, **options)
        assert refused.value.reason.startswith("[PYI040] ")
        assert f"POST {latest}download/ fetches all such files" in refused.value.reason
    assert not list(exports.glob("*"))

    done = outside.pulp.task(outside.pulp.post(f"{latest}download/"))["result"]
    assert done["files"] == 4
    assert outside.pulp.task(outside.pulp.post(f"{latest}download/"))["result"]["files"] == 0
    toc = export(outside.pulp, exporter, exports)
    upstream.stop()

    # Into a repository that the import makes.
    importer = inside.create("importers/core/pulp/", name=unique())
    group = inside.post(
        f"{importer['pulp_href']}imports/", {"toc": str(toc), "create_repositories": True}
    ).json()["task_group"]
    inside.task(inside.read(group)["tasks"][0]["pulp_href"])
    wait_for(lambda: len(inside.read(group)["tasks"]) == 2, "the tasks of the import")
    for task in inside.read(group)["tasks"]:
        inside.task(task["pulp_href"])
    (made,) = inside.rows("repositories/pyindex/pyindex/", name=outside.repository["name"])
    inside.made.append(made["pulp_href"])
    row = inside.distribute(repository=made["pulp_href"], base_path="team/index")
    arrived = Site(pulp=inside, repository=made, index=Index(base=row["base_url"]).wait_served())
    assert arrived.facts() == outside.facts()
    assert arrived.pages() == outside.pages()
    assert arrived.index.get("simple/evil/", headers={"Accept": JSON_TYPE}).json()["files"] == []
    for project in ("alpha", "beta"):
        for filename in arrived.index.files(project):
            assert arrived.index.download(project, filename)
