"""Publications of one repository stand on each other's rows; each can be deleted at any time."""

from typing import Any

import pytest

from support.index import Index
from support.pulp import Mirror, Pulp, Row
from support.upstream import Upstream
from support.wheels import wheel

Pages = dict[str, Any]
_PROJECTS = ("", "constant", "grows", "comes", "goes")


@pytest.fixture
def published(pulp: Pulp, upstream: Upstream) -> tuple[Mirror, list[Row]]:
    """A mirror of four versions, and the publications of them."""
    upstream.add(wheel("constant"), wheel("grows", "1.0"), wheel("goes"))
    mirror = pulp.mirror(upstream.url)
    upstream.add(wheel("grows", "1.1"), wheel("comes"))
    pulp.sync(mirror.repository)
    leaving = [
        one for one in pulp.files(pulp.latest(mirror.repository)) if one["project"] == "goes"
    ]
    href = mirror.repository["pulp_href"]
    change = {"remove_content_units": [one["pulp_href"] for one in leaving]}
    pulp.task(pulp.post(f"{href}modify/", change))
    upstream.add(wheel("grows", "1.2"))
    pulp.sync(mirror.repository, mirror=False)
    found = pulp.rows("publications/pyindex/pyindex/", repository=href)
    return mirror, sorted(found, key=lambda one: str(one["pulp_created"]))


def test_what_is_left_shows_what_it_showed(pulp: Pulp, published: tuple[Mirror, list[Row]]) -> None:
    """Whichever publications are deleted: one in the midst, the first, the last."""
    _, publications = published
    shown = [_pages(pulp, one) for one in publications]
    order = (1, 0, 3, 2)
    for step, place in enumerate(order[:-1]):
        _delete(pulp, publications[place])
        for other in order[step + 1 :]:
            assert _pages(pulp, publications[other]) == shown[other]


def test_publishing_goes_on_after_the_newest_is_deleted(
    pulp: Pulp, upstream: Upstream, published: tuple[Mirror, list[Row]]
) -> None:
    """The next one starts from what is left, and shows what its version holds."""
    mirror, publications = published
    href = mirror.repository["pulp_href"]
    for one in publications[2:]:
        _delete(pulp, one)
    before = [_pages(pulp, one) for one in publications[:2]]
    upstream.add(wheel("grows", "1.3"))
    pulp.sync(mirror.repository)
    version = pulp.latest(mirror.repository)
    newest = Index(base=mirror.distribution["base_url"])
    newest.wait(lambda index: len(index.files("grows")) == 4)
    bare = pulp.distribute(repository_version=version["pulp_href"])
    shown = _of(newest)
    _delete(pulp, pulp.rows("publications/pyindex/pyindex/", repository=href)[0])
    assert _of(Index(base=bare["base_url"]).wait_served()) == shown
    assert [_pages(pulp, one) for one in publications[:2]] == before


def test_an_older_version_is_published_beside_a_newer(
    pulp: Pulp, published: tuple[Mirror, list[Row]]
) -> None:
    """The newer one stays as it is, and the same version shows the same again."""
    mirror, publications = published
    shown = [_pages(pulp, one) for one in publications]
    again = pulp.publish(f"{mirror.repository['versions_href']}2/")
    assert _pages(pulp, again) == shown[1]
    assert [_pages(pulp, one) for one in publications] == shown


def _delete(pulp: Pulp, publication: Row) -> None:
    assert pulp.delete(publication["pulp_href"]).status_code == 204


def _pages(pulp: Pulp, publication: Row) -> Pages:
    """All that a publication shows, asked for under a new address: nothing of it is in memory."""
    distribution = pulp.distribute(publication=publication["pulp_href"])
    return _of(Index(base=distribution["base_url"]).wait_served())


def _of(index: Index) -> Pages:
    answers = {
        name: index.get(
            f"simple/{name}/" if name else "simple/",
            headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        )
        for name in _PROJECTS
    }
    return {
        name: answer.json() if answer.ok else answer.status_code for name, answer in answers.items()
    }
