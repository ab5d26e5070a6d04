"""With DOMAIN_ENABLED: each domain is an installation of its own on the same machine."""

from collections.abc import Callable

import requests

from support.index import Index
from support.pulp import Pulp
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import wheel

ONE = wheel("shared", "1.0", payload=10_000)
OTHER = wheel("shared", "1.0", salt="other")


def test_domains_do_not_mix(
    domains: Callable[[], Pulp], make_upstream: Callable[..., Upstream]
) -> None:
    """The same names, base paths and filenames in two domains, with other bytes in each."""
    indexes = []
    for made in (ONE, OTHER):
        pulp = domains()
        upstream = make_upstream()
        upstream.add(made)
        remote = pulp.create_remote(upstream.url, name="same")
        repository = pulp.create_repository(name="same")
        pulp.sync(repository, remote)
        row = pulp.distribute(name="same", base_path="same", repository=repository["pulp_href"])
        assert row["base_url"] == f"{pulp.content}/pypi/{pulp.domain}/same/"
        indexes.append(Index(base=row["base_url"]).wait_served())
        assert pulp.filenames(pulp.latest(repository)) == {made.filename}
    for index, made in zip(indexes, (ONE, OTHER), strict=True):
        assert index.download("shared", made.filename) == made.body
        url = index.files("shared")[made.filename]["url"]
        assert requests.get(f"{url}.metadata", timeout=10).content == made.metadata
    swapped = (
        indexes[0].files("shared")[ONE.filename]["url"].replace(indexes[0].base, indexes[1].base)
    )
    assert requests.get(swapped, timeout=10).status_code == 404
    without = indexes[0].base.rsplit("/", 3)[0] + "/same/simple/"
    assert requests.get(without, timeout=10).status_code == 404


def test_the_same_file_lives_in_two_domains(
    domains: Callable[[], Pulp], make_upstream: Callable[..., Upstream]
) -> None:
    """Content is a domain's own: deleting it in one leaves the other whole."""
    upstream = make_upstream()
    upstream.add(ONE)
    first, second = domains(), domains()
    mirrors = [pulp.mirror(upstream.url, policy="immediate") for pulp in (first, second)]
    hrefs = [
        pulp.files(pulp.latest(mirror.repository))[0]["pulp_href"]
        for pulp, mirror in zip((first, second), mirrors, strict=True)
    ]
    assert hrefs[0] != hrefs[1]
    first.clean_up()
    first.task(first.post("orphans/cleanup/", {"orphan_protection_time": 0}))
    assert first.get(hrefs[0]).status_code == 404
    assert mirrors[1].index.download("shared", ONE.filename) == ONE.body
    second.read(hrefs[1])


def test_the_default_domain_is_named_in_the_url(domain_stack: Stack, upstream: Upstream) -> None:
    """`/pypi/default/<base_path>/` once there are domains."""
    pulp = domain_stack.client()
    upstream.add(ONE)
    mirror = pulp.mirror(upstream.url)
    assert mirror.index.base.startswith(f"{pulp.content}/pypi/default/")
    assert mirror.index.download("shared", ONE.filename) == ONE.body
