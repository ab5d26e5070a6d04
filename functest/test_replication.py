"""Replication: one Pulp copies the indexes of another, here those of a domain to another one."""

from support.index import Index
from support.pulp import Pulp, unique
from support.stack import PASSWORD, Stack
from support.upstream import Upstream
from support.wheels import wheel


def make_domain(stack: Stack) -> Pulp:
    name = unique("domain")
    stack.client().create(
        "domains/",
        name=name,
        storage_class="pulpcore.app.models.storage.FileSystem",
        storage_settings={"MEDIA_ROOT": f"{stack.home}/media-{name}"},
    )
    return stack.client(domain=name)


def replicate(pulp: Pulp, server: str) -> None:
    """Wait until all tasks of a replication have ended well."""
    group = pulp.post(f"{server}replicate/").json()["task_group"]
    seen: set[str] = set()
    while True:
        tasks = {task["pulp_href"] for task in pulp.read(group)["tasks"]}
        for href in sorted(tasks - seen):
            pulp.task(href)
        if tasks == seen:
            return
        seen = tasks


def test_a_pulp_replicates_the_indexes_of_another(domain_stack: Stack, upstream: Upstream) -> None:
    """Remotes, repositories, policies and distributions; then what changed, and what went."""
    here, there = make_domain(domain_stack), make_domain(domain_stack)
    upstream.add(wheel("alpha", "1.0"), wheel("beta", "1.0"))
    upstream.catalogue.yank("beta-1.0-py3-none-any.whl", "broken")
    upstream.catalogue.set_status("beta", "archived", "no more")
    mirror = there.mirror(upstream.url, policy="on_demand")
    there.update(mirror.repository["pulp_href"], retain_repo_versions=7, description="of the team")
    private = there.create_repository()
    guarded = there.distribute(
        repository=private["pulp_href"], base_path="team/private", require_token=True
    )
    there.distribute(repository=there.create_repository()["pulp_href"], base_path="team/empty")
    (alpha,) = there.rows("content/pyindex/files/", project="alpha")
    there.task(
        there.post(f"{private['pulp_href']}modify/", {"add_content_units": [alpha["pulp_href"]]})
    )
    Index(base=guarded["base_url"], auth=("admin", PASSWORD)).wait_served()
    server = here.create(
        "upstream-pulps/",
        name=unique(),
        base_url=there.api,
        api_root="/pulp/",
        domain=there.domain,
        username="admin",
        password=PASSWORD,
    )["pulp_href"]
    replicate(here, server)

    (remote,) = here.rows("remotes/pyindex/pyindex/", name=mirror.distribution["name"])
    assert remote["url"] == f"{mirror.index.base}simple/"
    assert remote["policy"] == "on_demand"
    (repository,) = here.rows("repositories/pyindex/pyindex/", name=mirror.distribution["name"])
    assert (repository["retain_repo_versions"], repository["description"]) == (7, "of the team")
    rows = {row["base_path"]: row for row in here.rows("distributions/pyindex/pyindex/")}
    assert set(rows) == {mirror.distribution["base_path"], "team/private"}
    assert rows["team/private"]["require_token"]
    protected = Index(base=rows["team/private"]["base_url"], auth=("admin", PASSWORD))
    protected.wait_served()
    assert protected.projects() == {"alpha"}
    assert Index(base=protected.base).get().status_code == 401
    copy = Index(base=rows[mirror.distribution["base_path"]]["base_url"]).wait_served()
    assert copy.projects() == {"alpha", "beta"}
    assert copy.files("beta")["beta-1.0-py3-none-any.whl"]["yanked"] == "broken"
    assert copy.json("beta")["project-status"] == {"status": "archived", "reason": "no more"}
    assert copy.download("alpha", "alpha-1.0-py3-none-any.whl")

    upstream.add(wheel("gamma", "1.0"))
    there.sync(mirror.repository)
    mirror.index.wait(lambda index: index.get("simple/gamma/").ok, "gamma there")
    there.task(there.delete(guarded["pulp_href"]))
    there.made.remove(guarded["pulp_href"])
    replicate(here, server)
    copy.wait(lambda index: index.get("simple/gamma/").ok, "gamma here")
    left = here.rows("distributions/pyindex/pyindex/")
    assert [row["base_path"] for row in left] == [mirror.distribution["base_path"]]
    assert len(here.rows("remotes/pyindex/pyindex/")) == 1

    for row in left:
        here.task(here.delete(row["pulp_href"]))
    for path in ("repositories", "remotes"):
        for row in here.rows(f"{path}/pyindex/pyindex/"):
            here.task(here.delete(row["pulp_href"]))
    here.clean_up()
    there.clean_up()
