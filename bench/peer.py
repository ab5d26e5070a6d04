"""The same sync by pulp_python, where it is installed beside the plugin."""

import importlib.util

from bench.figures import Figure
from bench.syncing import seconds_of
from bench.upstream import Upstream
from support.pulp import Pulp, unique


def installed() -> bool:
    """Whether pulp_python can be run in this environment."""
    return importlib.util.find_spec("pulp_python") is not None


def figures(pulp: Pulp, upstream: Upstream, projects: int) -> list[Figure]:
    """Sync and publish as many projects by pulp_python."""
    remote = pulp.create(
        "remotes/python/python/",
        name=unique("peer"),
        # It appends `simple/` and `pypi/` itself.
        url=upstream.url(str(projects)).removesuffix("simple/"),
        policy="on_demand",
    )
    repository = pulp.create(
        "repositories/python/python/", name=unique("peer"), remote=remote["pulp_href"]
    )
    upstream.counted()
    synced = pulp.task(pulp.post(f"{repository['pulp_href']}sync/", {}), timeout=600)
    asked = upstream.counted().get("pages", 0)
    version = pulp.read(repository["pulp_href"])["latest_version_href"]
    answer = pulp.post("publications/python/pypi/", {"repository_version": version})
    published = pulp.task(answer, timeout=600)
    group = "pulp_python, in this run"
    return [
        Figure(
            group=group,
            what=f"{projects:,} × 5, first",
            measured=f"{seconds_of(synced):.1f} s, {asked:,} requests",
        ),
        Figure(
            group=group,
            what=f"{projects:,} × 5, published",
            measured=f"{seconds_of(published):.1f} s",
        ),
    ]
