"""A domain whose files are in an object storage that speaks S3."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from support.clients import Clients
from support.everyone import everyone
from support.index import Index
from support.objects import SECRET, STORAGE_CLASS, Bucket, serving
from support.publishing import form, make_house
from support.pulp import Pulp, unique, wait_for
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

#: Bytes; too many to be kept in the memory of a content process.
SIZE = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A domain in an object storage."""

    pulp: Pulp
    bucket: Bucket
    href: str
    #: The administrator, in the default domain.
    above: Pulp


@pytest.fixture(scope="module")
def house(domain_stack: Stack) -> Iterator[House]:
    """A domain in a bucket of its own. Its files go through the content app."""
    with serving() as objects:
        bucket = objects.bucket()
        above = domain_stack.client()
        name = unique("domain")
        row = above.create(
            "domains/",
            name=name,
            storage_class=STORAGE_CLASS,
            storage_settings=bucket.settings,
            redirect_to_object_storage=False,
        )
        assert SECRET not in str(row)
        pulp = domain_stack.client(domain=name)
        yield House(pulp=pulp, bucket=bucket, href=row["pulp_href"], above=above)
        pulp.clean_up()


def get(url: str, method: str = "GET", **headers: str) -> requests.Response:
    """The answer itself: redirects are not followed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, headers=named, allow_redirects=False, timeout=30)


def statuses(url: str) -> set[int]:
    """How the content processes answer; nothing where not every one of them could be asked."""
    asked = everyone(url).values()
    return {one.get(url, allow_redirects=False, timeout=30).status_code for one in asked}


def url_of(index: Index, made: MadeFile) -> str:
    """Where an index has a file."""
    url: str = index.files(made.project)[made.filename]["url"]
    return url


def check_headers_and_parts(url: str, made: MadeFile, *, redirected: bool) -> None:
    """HEAD, conditional requests and ranges, as for any other file."""
    head = get(url, "HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(made.size))
    assert (head.headers["ETag"], head.headers["Accept-Ranges"]) == (f'"{made.sha256}"', "bytes")
    assert get(url, If_None_Match=head.headers["ETag"]).status_code == 304
    for asked, expected in (("bytes=5-9", made.body[5:10]), ("bytes=-7", made.body[-7:])):
        answer = get(url, Range=asked)
        if redirected:
            assert answer.status_code == 302
            answer = get(answer.headers["Location"], Range=asked)
        assert (answer.status_code, answer.content) == (206, expected)
        assert answer.headers["Content-Range"].endswith(f"/{made.size}")
    assert get(url, Range=f"bytes={made.size}-").status_code == 416


def test_a_mirror_in_an_object_storage_is_served(
    house: House, upstream: Upstream, tmp_path: Path
) -> None:
    """Files come from there: through the content app, or by a redirect once the domain says so."""
    large = wheel("large", "1.0", payload=SIZE)
    small = wheel("small", "1.0", dependencies=["large"])
    upstream.add(large, small, sdist("small", "1.0"))
    before = house.bucket.keys()
    index = house.pulp.mirror(upstream.url, policy="immediate").index
    # Three files and the METADATA of two wheels.
    assert len(house.bucket.keys() - before) == 5
    upstream.stop()
    url = url_of(index, large)
    for made in (large, small):
        answer = get(url_of(index, made))
        assert (answer.status_code, answer.content) == (200, made.body)
        beside = get(f"{url_of(index, made)}.metadata")
        assert (beside.status_code, beside.content) == (200, made.metadata)
    check_headers_and_parts(url, large, redirected=False)

    house.above.update(house.href, redirect_to_object_storage=True)
    wait_for(
        lambda: statuses(url) == {302},
        "every content process to redirect",
    )
    check_redirect(house, url, large)
    check_headers_and_parts(url, large, redirected=True)
    # What is small comes from memory at once.
    assert get(url_of(index, small)).status_code == 200
    Clients(folder=tmp_path).pip("install", "--target", "site", "small", index=index.simple)
    assert (tmp_path / "site/large/payload.bin").stat().st_size == SIZE
    house.above.update(house.href, redirect_to_object_storage=False)
    wait_for(
        lambda: statuses(url) == {200},
        "every content process to redirect no more",
    )


def check_redirect(house: House, url: str, made: MadeFile) -> None:
    """To a signed URL, which no cache keeps and which names the file."""
    first = get(url)
    assert first.headers["Cache-Control"] == "no-store"
    target = first.headers["Location"]
    assert target.startswith(f"{house.bucket.objects.url}/{house.bucket.name}/")
    assert "Signature=" in target
    followed = get(target)
    assert followed.content == made.body
    assert made.filename in followed.headers["Content-Disposition"]


def test_what_is_fetched_on_demand_is_kept_in_the_object_storage(
    house: House, upstream: Upstream
) -> None:
    """The first client gets it while it comes; an object that is lost is fetched anew."""
    made = wheel("demanded", "1.0", payload=SIZE)
    upstream.add(made)
    before = house.bucket.keys()
    index = house.pulp.mirror(upstream.url).index
    assert house.bucket.keys() == before
    url = url_of(index, made)
    assert get(url).content == made.body
    wait_for(lambda: len(house.bucket.keys() - before) == 2, "the file and its METADATA there")
    assert get(url).content == made.body
    assert upstream.count(made.filename, "GET") == 1

    for key in house.bucket.keys() - before:
        house.bucket.delete(key)

    def comes_again() -> bool:
        answer = get(url)
        assert answer.status_code in (200, 503), answer.text
        return answer.content == made.body

    wait_for(comes_again, "the file to be fetched anew")
    assert upstream.count(made.filename, "GET") >= 2


def test_an_upload_goes_to_the_object_storage(house: House) -> None:
    """It is checked before, and can be installed when it is answered."""
    made = wheel("uploaded", "1.0", payload=SIZE)
    before = house.bucket.keys()
    owner = make_house(house.pulp)
    answer = owner.send(made)
    assert answer.status_code == 200, answer.text
    assert len(house.bucket.keys() - before) == 2
    url = url_of(owner.index, made)
    assert requests.get(url, timeout=30).content == made.body
    assert requests.get(f"{url}.metadata", timeout=30).content == made.metadata
    other = wheel("other", "1.0")
    assert owner.send(other, form(other, sha256_digest="0" * 64)).status_code == 400
    assert len(house.bucket.keys() - before) == 2
