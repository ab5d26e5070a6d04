"""Old versions go when the repository says so, and nothing that is served goes with them."""

from support.index import Index
from support.pulp import Pulp
from support.upstream import Upstream
from support.wheels import wheel


def test_old_versions_go_and_the_index_stays_whole(pulp: Pulp, upstream: Upstream) -> None:
    """Pages that were made for a version that is gone are still shown by those that stay."""
    upstream.add(wheel("stays", "1.0"), wheel("grows", "1.0"))
    remote = pulp.create_remote(upstream.url)
    repository = pulp.create_repository(remote=remote["pulp_href"], retain_repo_versions=2)
    index = Index(base=pulp.distribute(repository=repository["pulp_href"])["base_url"])
    pulp.sync(repository)
    index.wait_served()
    first = index.get("simple/stays/").content
    for number in range(1, 4):
        upstream.add(wheel("grows", f"1.{number}"))
        pulp.sync(repository)
    numbers = {version["number"] for version in pulp.rows(repository["versions_href"])}
    # Pulp may keep one more: what a distribution showed last is served for a while yet.
    assert {3, 4} <= numbers <= {2, 3, 4}
    index.wait(lambda served: len(served.files("grows")) == 4)
    assert index.get("simple/stays/").content == first
    for project in ("stays", "grows"):
        for filename in index.files(project):
            assert index.download(project, filename)
