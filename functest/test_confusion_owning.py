"""From when on a repository owns a name, and till when: no public file stands under it then."""

from collections.abc import Callable

from support.index import Index
from support.publishing import make_house
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import wheel


def test_what_passes_through_owns_nothing_and_what_is_uploaded_does(
    pulp: Pulp, upstream: Upstream
) -> None:
    """In one repository beside a remote: only what did not pass is shown of an owned name."""
    name = unique("mixed")
    public = [wheel(name, version, salt=unique()) for version in ("8.0", "9.0")]
    upstream.add(*public)
    remote = pulp.create_remote(upstream.url)["pulp_href"]
    house = make_house(pulp, distribution={"remote": remote})
    index = house.index
    assert index.download(name, public[0].filename) == public[0].body

    def is_kept() -> bool:
        return public[0].filename in pulp.filenames(pulp.latest(house.repository))

    wait_for(is_kept, "the file in the repository")
    index.wait(lambda one: len(one.files(name)) == 2, "both files, still")
    mine = wheel(name, "1.0", salt=unique())
    assert house.send(mine).status_code == 200
    index.wait(lambda one: list(one.files(name)) == [mine.filename], "the takeover")
    for made in public:
        digest = made.sha256
        path = f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{made.filename}"
        assert index.get(path).status_code == 404


def test_a_deleted_name_falls_through_where_that_is_wanted(pulp: Pulp, upstream: Upstream) -> None:
    """With `reserve_filenames` off a repository owns no name that it has no file of."""
    name = unique("fallen")
    public, mine = wheel(name, "9.0", salt=unique()), wheel(name, "1.0", salt=unique())
    upstream.add(public)
    house = make_house(pulp)
    assert house.send(mine).status_code == 200
    remote = pulp.create_remote(upstream.url)["pulp_href"]
    cache = pulp.distribute(remote=remote)["pulp_href"]
    pulp.update(house.distribution["pulp_href"], bases=[cache])
    house.index.wait(lambda one: list(one.files(name)) == [mine.filename], "the own file")
    pulp.task(pulp.post(f"{house.repository['pulp_href']}remove/", {"project": name}))
    house.index.wait(lambda one: one.get(f"simple/{name}/").status_code == 404, "the removal")
    assert "keeps the names it had" in house.index.get(f"simple/{name}/").text
    pulp.update(house.repository["pulp_href"], reserve_filenames=False)
    house.index.wait(lambda one: list(one.files(name)) == [public.filename], "upstream's file")
    pulp.update(house.distribution["pulp_href"], bases=[])


def test_a_name_falls_through_no_longer_than_the_private_index_says_so(
    pulp: Pulp, upstream: Upstream, make_upstream: Callable[..., Upstream]
) -> None:
    """That it did not have the name a moment ago is no answer when it is down."""
    private, name = make_upstream(), unique("between")
    public = wheel(name, "9.0", salt=unique())
    upstream.add(public)
    remote = pulp.create_remote(private.url, negative_ttl=1, max_retries=0)
    bases = [
        pulp.distribute(remote=one["pulp_href"])["pulp_href"]
        for one in (remote, pulp.create_remote(upstream.url))
    ]
    index = Index(base=pulp.distribute(bases=bases)["base_url"])
    index.wait(lambda one: list(one.files(name)) == [public.filename], "the public file")
    private.stop()
    index.wait(lambda one: one.get(f"simple/{name}/").status_code == 502, "the failure")
    digest = public.sha256
    file = f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{public.filename}"
    assert index.get(file).status_code == 502


def test_a_name_that_waits_to_be_published_is_owned(pulp: Pulp, upstream: Upstream) -> None:
    """Where publishing is done by hand: nothing is shown till then, least of all a public file."""
    name = unique("waiting")
    public, mine = wheel(name, "9.0", salt=unique()), wheel(name, "1.0", salt=unique())
    upstream.add(public)
    house = make_house(pulp, autopublish=False)
    remote = pulp.create_remote(upstream.url)["pulp_href"]
    hrefs = [house.distribution["pulp_href"], pulp.distribute(remote=remote)["pulp_href"]]
    index = Index(base=pulp.distribute(bases=hrefs)["base_url"])
    index.wait(lambda one: list(one.files(name)) == [public.filename], "the public file")
    assert house.send(mine).status_code == 200
    page = f"simple/{name}/"
    index.wait(lambda one: one.get(page).status_code == 404, "the takeover")
    assert "not published yet" in index.get(page).text
    pulp.publish(pulp.latest(house.repository)["pulp_href"])
    index.wait(lambda one: list(one.files(name)) == [mine.filename], "the own file")


def test_patterns_send_names_to_one_upstream_each(
    pulp: Pulp, upstream: Upstream, make_upstream: Callable[..., Upstream]
) -> None:
    """As simpleindex routes: what one pattern holds is asked of nobody else, there or not."""
    routed, rest = make_upstream(), upstream
    mine, other = wheel("torch-x", "1.0", salt=unique()), wheel("lib", "1.0", salt=unique())
    routed.add(mine, wheel("lib", "9.0", salt=unique()))
    rest.add(other, wheel("torch-x", "9.0", salt=unique()), wheel("torch-gone", salt=unique()))
    remotes = (
        pulp.create_remote(routed.url, includes=["Torch*"]),
        pulp.create_remote(rest.url, excludes=["torch*"]),
    )
    bases = [pulp.distribute(remote=one["pulp_href"])["pulp_href"] for one in remotes]
    index = Index(base=pulp.distribute(bases=bases)["base_url"])
    index.wait(lambda one: list(one.files("torch-x")) == [mine.filename], "the route")
    assert list(index.files("lib")) == [other.filename]
    assert index.get("simple/torch-gone/").status_code == 404
    assert (rest.asked("*torch*"), routed.asked("*lib*")) == ([], [])
    assert index.projects() == {"torch-x", "lib"}
