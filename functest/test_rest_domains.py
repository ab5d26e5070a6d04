"""Domains: the same names side by side, and no way from one to another."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from support.pulp import unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import wheel

REMOTES = "remotes/pyindex/pyindex/"
FILES = "content/pyindex/files/"


def test_domains_keep_their_own(
    private_stack: Callable[..., Stack], upstream: Upstream, tmp_path: Path
) -> None:
    """Names, base paths and files are those of one domain; hrefs of another are refused."""
    upstream.add(wheel("alpha"))
    default = private_stack(settings=("DOMAIN_ENABLED=True",), workers=1).client()
    domain = unique("domain")
    default.create(
        "domains/",
        name=domain,
        storage_class="pulpcore.app.models.storage.FileSystem",
        storage_settings={"MEDIA_ROOT": str(tmp_path)},
    )
    inside = replace(default, domain=domain, made=[])

    rows = {}
    for pulp in (default, inside):
        remote = pulp.create_remote(upstream.url, name="same")
        repository = pulp.create_repository(name="same", remote=remote["pulp_href"])
        pulp.sync(repository)
        shown = pulp.distribute(name="same", base_path="team/dev", repository=repository["prn"])
        rows[pulp.domain] = (remote, repository, shown)
        assert pulp.filenames(pulp.latest(repository)) == {"alpha-1.0-py3-none-any.whl"}
        assert len(pulp.rows(FILES)) == 1

    for name, (_, _, shown) in rows.items():
        assert shown["base_url"] == f"{default.content}/pypi/{name}/team/dev/"
    assert [row["prn"] for row in inside.rows(REMOTES)] == [rows[domain][0]["prn"]]

    foreign_remote, foreign_repository, foreign_distribution = rows["default"]
    behind = {"name": "over", "base_path": "over", "bases": [foreign_distribution["prn"]]}
    assert inside.post("distributions/pyindex/pyindex/", behind).status_code == 400
    own_repository = rows[domain][1]
    refused = inside.post(f"{own_repository['pulp_href']}sync/", {"remote": foreign_remote["prn"]})
    assert refused.status_code == 400
    order = {"repository": foreign_repository["prn"]}
    assert inside.post("publications/pyindex/pyindex/", order).status_code == 400
