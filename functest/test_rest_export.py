"""Export and import: a version leaves one Pulp and arrives whole in another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.pulp import Pulp, Row, unique, wait_for
from support.stack import Stack
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

PROVENANCE = {
    "version": 1,
    "attestation_bundles": [
        {
            "publisher": {"kind": "GitHub", "claims": None},
            "attestations": [
                {
                    "version": 1,
                    "verification_material": {"certificate": "x", "transparency_entries": []},
                    "envelope": {"statement": "s", "signature": "t"},
                }
            ],
        }
    ],
}


def facts(pulp: Pulp, repository: Row) -> dict[str, list[dict[str, Any]]]:
    """All that a repository's newest version says, without what is this Pulp's own."""
    version = pulp.latest(repository)["pulp_href"]
    found: dict[str, list[dict[str, Any]]] = {}
    for path, key in PATHS.items():
        rows = sorted(pulp.rows(path, repository_version=version), key=lambda row: str(row[key]))
        found[path] = [{k: v for k, v in row.items() if k not in OWN} for row in rows]
    return found


def test_a_version_is_exported_and_imported_whole(
    private_stack: Callable[..., Stack], upstream: Upstream, tmp_path: Path
) -> None:
    """Every fact of every unit arrives, also where it is that nothing is known."""
    paths = tuple(f'ALLOWED_{way}_PATHS=["{tmp_path}"]' for way in ("EXPORT", "IMPORT"))
    pulp = private_stack(settings=paths, workers=1).client()
    check_export_and_import(pulp, upstream, tmp_path)


def finish(pulp: Pulp, group: str) -> None:
    """Wait until an import's tasks have ended well: the first makes one more per repository."""
    wait_for(lambda: len(pulp.read(group)["tasks"]) == 2, "the tasks of the import")
    for task in pulp.read(group)["tasks"]:
        pulp.task(task["pulp_href"])


def check_export_and_import(pulp: Pulp, upstream: Upstream, folder: Path) -> None:
    """Export, forget everything, import into an empty repository, compare."""
    upstream.add(wheel("alpha", "1.0", requires_python=">=3.8"), sdist("alpha", "1.0"))
    upstream.add(wheel("beta", "2.0"), core_metadata=True, provenance=PROVENANCE)
    upstream.catalogue.yank("beta-2.0-py3-none-any.whl", "broken")
    upstream.catalogue.yank("alpha-1.0.tar.gz", "")
    upstream.catalogue.set_status("beta", "archived")
    remote = pulp.create_remote(upstream.url, policy="immediate", provenance=True)
    source = pulp.create_repository()
    pulp.sync(source, remote)
    before = facts(pulp, source)
    counts = [len(rows) for rows in before.values()]
    assert counts == [3, 2, 1, 1]

    exporter = pulp.create(
        "exporters/core/pulp/", name=unique(), path=str(folder), repositories=[source["pulp_href"]]
    )
    pulp.task(pulp.post(f"{exporter['pulp_href']}exports/", {}))
    (toc,) = folder.glob("*-toc.json")

    pulp.task(pulp.delete(source["pulp_href"]))
    pulp.made.remove(source["pulp_href"])
    pulp.task(pulp.post("orphans/cleanup/", {"orphan_protection_time": 0}))
    assert not any(pulp.rows(path) for path in PATHS)

    target = pulp.create_repository()
    importer = pulp.create(
        "importers/core/pulp/", name=unique(), repo_mapping={source["name"]: target["name"]}
    )
    answer = pulp.post(f"{importer['pulp_href']}imports/", {"toc": str(toc)})
    finish(pulp, answer.json()["task_group"])
    assert facts(pulp, target) == before
