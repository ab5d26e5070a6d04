"""What an HTML upstream does not tell of a file is learnt when the file comes, never invented."""

from collections.abc import Callable

from support.index import Index
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.wheels import wheel


def test_a_page_tells_more_after_the_file_came(
    pulp: Pulp, make_upstream: Callable[..., Upstream]
) -> None:
    """Size and metadata are on the page from the next sync on, though nothing else changed."""
    upstream = make_upstream(form="html")
    # Bytes that Pulp has never seen: it knows the others from other tests.
    name = unique("plain")
    made = wheel(name, "1.0", requires_python=">=3.9")
    upstream.add(made, core_metadata=None, metadata=None)
    remote = pulp.create_remote(upstream.url)
    repository = pulp.create_repository(remote=remote["pulp_href"])
    index = Index(base=pulp.distribute(repository=repository["pulp_href"])["base_url"])
    pulp.sync(repository)
    index.wait_served()
    before = index.json(name)
    assert before["meta"]["api-version"] == "1.0"
    assert "size" not in before["files"][0]
    assert index.download(name, made.filename) == made.body
    pulp.sync(repository)
    assert pulp.latest(repository)["number"] == 1
    index.wait(lambda served: served.json(name)["meta"]["api-version"] == "1.4")
    file = index.files(name)[made.filename]
    assert file["size"] == len(made.body)
    assert index.get(file["url"] + ".metadata").content == made.metadata
    assert file["core-metadata"]["sha256"]
    publications = pulp.rows("publications/pyindex/pyindex/", repository=repository["pulp_href"])
    pulp.sync(repository)
    again = pulp.rows("publications/pyindex/pyindex/", repository=repository["pulp_href"])
    assert len(again) == len(publications) == 2
