"""What stands around the JSON documents: their files, the list, guards, domains and feeds."""

import hashlib
import json
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import requests

from support.documents import Files, document, items
from support.index import Index
from support.markup import JSON_TYPE
from support.pulp import Mirror, Pulp, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import wheel

BARE = "bare-0.1-py3-none-any.whl"


@pytest.fixture
def index(documented: tuple[Mirror, Files]) -> Index:
    return documented[0].index


@pytest.fixture
def files(documented: tuple[Mirror, Files]) -> Files:
    return documented[1]


def test_the_urls_of_documents_lead_to_the_files(index: Index, files: Files) -> None:
    """Their path begins with /packages, and ranges, HEAD and `.metadata` are answered there."""
    for listed in document(index, "demo-pkg")["releases"].values():
        for file in listed:
            url, made = file["url"], files[file["filename"]]
            assert urlsplit(url).path.startswith("/packages/")
            whole = index.get(url)
            assert (whole.status_code, whole.content) == (200, made.body)
            part = index.get(url, headers={"Range": "bytes=10-19"})
            assert (part.status_code, part.content) == (206, made.body[10:20])
            assert part.headers["Content-Range"] == f"bytes 10-19/{made.size}"
            tail = index.get(url, headers={"Range": "bytes=-7"})
            assert tail.content == made.body[-7:]
            assert index.get(url, method="HEAD").headers["Content-Length"] == str(made.size)
            metadata = index.get(f"{url}.metadata")
            if file["core-metadata"]:
                digest = file["core-metadata"]["sha256"]
                assert hashlib.sha256(metadata.content).hexdigest() == digest
                assert metadata.content == made.metadata
            else:
                assert metadata.status_code == 404


def test_the_other_way_to_files_leads_to_nothing_else(index: Index) -> None:
    """/packages/<base_path>/ has no pages and no list."""
    root = index.base.replace("/pypi/", "/packages/")
    for path in ("", "simple/", "pypi/demo-pkg/json", f"../{BARE}"):
        assert requests.get(f"{root}{path}", timeout=10).status_code == 404


def test_the_list_answers_without_its_slash(index: Index) -> None:
    """bandersnatch asks so, for JSON only, and needs every project's serial."""
    answer = index.get("simple", headers={"Accept": JSON_TYPE}, allow_redirects=True)
    assert answer.headers["Content-Type"] == JSON_TYPE
    page = answer.json()
    assert page["meta"]["_last-serial"] == int(answer.headers["X-PyPI-Last-Serial"])
    for project in page["projects"]:
        found = index.get(f"pypi/{project['name']}/json")
        if project["name"] == "withheld":
            assert found.status_code == 404
        else:
            assert int(found.headers["X-PyPI-Last-Serial"]) >= project["_last-serial"]
            assert project["_last-serial"] <= page["meta"]["_last-serial"]


def test_a_guarded_index_protects_documents_and_feeds(
    pulp: Pulp, stack: Stack, documented: tuple[Mirror, Files]
) -> None:
    """Nobody gets them, nor the files by their other address; who may read gets all of it."""
    guard = pulp.create("contentguards/core/rbac/", name=unique("guard"))
    row = pulp.distribute(
        repository=documented[0].repository["pulp_href"], content_guard=guard["pulp_href"]
    )
    admin = Index(base=row["base_url"], auth=stack.client().auth)
    admin.wait(lambda served: served.get().status_code == 200)
    found = document(admin, "demo-pkg")
    paths = ["pypi/demo-pkg/json", "pypi/demo-pkg/1.0/json", "rss/updates.xml"]
    paths.append(found["urls"][0]["url"])
    for path in paths:
        assert admin.get(path).status_code == 200
        assert admin.get(path).headers["Cache-Control"].startswith("private")
        assert admin.get(path, auth=None).status_code == 401


def test_documents_lead_to_the_files_of_their_domain(
    domain_stack: Stack, upstream: Upstream
) -> None:
    """The domain is a part of every URL."""
    pulp = domain_stack.client()
    made = wheel("housed", "1.0", salt=unique())
    upstream.add(made)
    try:
        index = pulp.mirror(upstream.url).index
        (file,) = document(index, "housed")["urls"]
        assert urlsplit(file["url"]).path.startswith("/packages/default/")
        assert index.get(file["url"]).content == made.body
        assert index.get(f"{file['url']}.metadata").content == made.metadata
        assert items(index, "rss/updates.xml")[0]["link"].startswith(index.base)
    finally:
        pulp.clean_up()


def test_feeds_list_what_came_last(index: Index) -> None:
    """Newest first, with links that answer; nothing that is in quarantine."""
    updates = items(index, "rss/updates.xml")
    assert {item["title"] for item in updates} == {
        "Demo.Pkg 1.0",
        "Demo.Pkg 1.1",
        "Demo.Pkg 2.0",
        "Demo.Pkg 3.0rc1",
        "bare 0.1",
    }
    times = [parsedate_to_datetime(item["pubDate"]) for item in updates]
    assert times == sorted(times, reverse=True)
    packages = items(index, "rss/packages.xml")
    assert {item["title"] for item in packages} == {"Demo.Pkg added", "bare added"}
    releases = items(index, "rss/project/demo-pkg/releases.xml")
    assert {item["title"] for item in releases} == {"1.0", "1.1", "2.0", "3.0rc1"}
    for item in [*updates, *packages, *releases]:
        assert item["link"].startswith(index.base)
        assert index.get(item["link"]).status_code == 200
    assert releases[-1]["description"] == "Demo.Pkg for tests"


def test_feeds_of_nothing_are_not_there(index: Index) -> None:
    """An unknown project and one in quarantine have no feed."""
    for project in ("nothing", "withheld"):
        assert index.get(f"rss/project/{project}/releases.xml").status_code == 404
    assert index.get("rss/other.xml").status_code == 404


def test_documents_follow_the_repository(pulp: Pulp, upstream: Upstream) -> None:
    """What a sync brings is told at once, and the serial has grown."""
    upstream.add(wheel("moving", "1.0"))
    mirror = pulp.mirror(upstream.url)
    before = mirror.index.get("pypi/moving/json")
    upstream.add(wheel("moving", "1.1"))
    pulp.sync(mirror.repository)
    mirror.index.wait(lambda index: document(index, "moving")["info"]["version"] == "1.1")
    after = mirror.index.get("pypi/moving/json")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert json.loads(after.content)["last_serial"] > json.loads(before.content)["last_serial"]
    assert items(mirror.index, "rss/updates.xml")
