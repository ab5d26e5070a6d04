"""The legacy JSON API beside `simple/`, what bandersnatch asks of it, and the feeds."""

import hashlib
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from support.index import Index
from support.markup import JSON_TYPE
from support.pulp import Mirror, Pulp, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

Files = dict[str, MadeFile]
OLD = "2022-03-04T05:06:07.008000Z"
NEW = "2025-06-07T08:09:10.111213Z"
YANKED = "Demo_Pkg-2.0-py3-none-any.whl"
CURRENT = "Demo_Pkg-1.1-py3-none-any.whl"
BARE = "bare-0.1-py3-none-any.whl"


def made_files() -> Files:
    """Three releases of one project, the highest a pre-release; more projects beside it."""
    salt = unique()
    made = [
        wheel("Demo.Pkg", "1.0", requires_python=">=3.8", dependencies=["bare"], salt=salt),
        sdist("demo-pkg", "1.0", requires_python=">=3.8", dependencies=["bare"], salt=salt),
        wheel("Demo.Pkg", "1.1", requires_python=">=3.9", payload=100_000, salt=salt),
        wheel("Demo.Pkg", "2.0", requires_python=">=3.10", salt=salt),
        wheel("Demo.Pkg", "3.0rc1", requires_python=">=3.11", salt=salt),
        wheel("bare", "0.1", salt=salt),
        wheel("withheld", "1.0", salt=salt),
    ]
    return {one.filename: one for one in made}


@pytest.fixture(scope="module")
def offered(stack: Stack) -> Iterator[tuple[Mirror, Files]]:
    """One mirror of them for all tests of this file."""
    pulp, files = stack.client(), made_files()
    upstream = Upstream().start()
    for made in files.values():
        is_new = made.version not in ("1.0", "0.1")
        upstream.add(made, upload_time=NEW if is_new else OLD)
    upstream.catalogue.yank(YANKED, "broken & gone")
    upstream.catalogue.set_status("withheld", "quarantined", "malware")
    yield pulp.mirror(upstream.url, policy="immediate"), files
    upstream.stop()
    pulp.clean_up()


@pytest.fixture
def index(offered: tuple[Mirror, Files]) -> Index:
    return offered[0].index


@pytest.fixture
def files(offered: tuple[Mirror, Files]) -> Files:
    return offered[1]


def document(index: Index, path: str) -> dict[str, Any]:
    answer = index.get(f"pypi/{path}/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def test_a_projects_document_tells_all_its_releases(index: Index, files: Files) -> None:
    """Every file of every release, as the project's page has it."""
    page = index.files("demo-pkg")
    found = document(index, "demo-pkg")
    told = [file for files_of in found["releases"].values() for file in files_of]
    assert list(found["releases"]) == ["3.0rc1", "2.0", "1.1", "1.0"]
    assert {file["filename"] for file in told} == set(page)
    for file in told:
        made, entry = files[file["filename"]], page[file["filename"]]
        assert file["digests"]["sha256"] == made.sha256
        assert file["size"] == made.size
        assert file["requires_python"] == entry["requires-python"] == made.requires_python
        assert file["upload_time_iso_8601"] == entry["upload-time"]
        assert file["yanked"] is (file["filename"] == YANKED)
        assert file["core-metadata"] == entry.get("core-metadata", False)


def test_the_latest_release_is_neither_yanked_nor_a_prerelease(index: Index) -> None:
    """`info` and `urls` are of the one that an installer would take."""
    found = document(index, "demo-pkg")
    assert found["info"]["version"] == "1.1"
    assert [file["filename"] for file in found["urls"]] == [CURRENT]
    assert not found["info"]["yanked"]


@pytest.mark.parametrize(
    ("version", "requires", "depends"),
    [
        ("1.0", ">=3.8", ["bare"]),
        ("1.1", ">=3.9", None),
        ("2.0", ">=3.10", None),
        ("3.0rc1", ">=3.11", None),
    ],
)
def test_a_release_is_described_by_its_own_metadata(
    index: Index, version: str, requires: str, depends: list[str] | None
) -> None:
    """Not by the project's newest; `releases` belongs to the project."""
    found = document(index, f"demo-pkg/{version}")
    info = found["info"]
    assert (info["name"], info["version"]) == ("Demo.Pkg", version)
    assert (info["requires_python"], info["requires_dist"]) == (requires, depends)
    assert info["summary"] == "Demo.Pkg for tests"
    assert info["description"] == "The description of Demo.Pkg.\n"
    assert info["release_url"] == f"{index.base}pypi/demo-pkg/{version}/json"
    assert "releases" not in found
    assert found["urls"]


def test_a_yank_is_told_with_its_reason(index: Index) -> None:
    """Of the release, and of each file of it."""
    found = document(index, "demo-pkg/2.0")
    assert (found["info"]["yanked"], found["info"]["yanked_reason"]) == (True, "broken & gone")
    (file,) = found["urls"]
    assert (file["yanked"], file["yanked_reason"]) == (True, "broken & gone")


@pytest.mark.parametrize("beside", ["", ".metadata"])
def test_metadata_is_told_once_it_is_known(pulp: Pulp, upstream: Upstream, beside: str) -> None:
    """A file that is not here yet is listed; what it says of itself follows once asked for."""
    made = wheel("later", "1.0", dependencies=["other>=1"], salt=unique())
    upstream.add(made)
    index = pulp.mirror(upstream.url).index
    before = document(index, "later")
    assert before["info"]["requires_dist"] is None
    assert before["urls"][0]["size"] == made.size
    assert index.get(index.files("later")[made.filename]["url"] + beside).status_code == 200
    index.wait(lambda served: document(served, "later")["info"]["requires_dist"] == ["other>=1"])


@pytest.mark.parametrize("path", ["pypi/demo-pkg/json", "pypi/demo-pkg/1.0/json"])
def test_documents_carry_the_serial_and_an_etag(index: Index, path: str) -> None:
    """The serial is the project's as on its page, and in the list of projects."""
    answer = index.get(path)
    serial = answer.headers["X-PyPI-Last-Serial"]
    assert answer.json()["last_serial"] == int(serial)
    assert index.json("demo-pkg")["meta"]["_last-serial"] == int(serial)
    again = index.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    head = index.get(path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert head.headers["X-PyPI-Last-Serial"] == serial
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("pypi/Demo.Pkg/json", "pypi/demo-pkg/json"),
        ("pypi/Demo__Pkg/json/", "pypi/demo-pkg/json"),
        ("pypi/DEMO-PKG/1.0/json", "pypi/demo-pkg/1.0/json"),
        ("pypi/DEMO-PKG/1.0/json/", "pypi/demo-pkg/1.0/json"),
    ],
)
def test_other_spellings_of_a_name_lead_to_the_normal_one(
    index: Index, path: str, target: str
) -> None:
    """By one redirect, whatever the name is written like."""
    answer = index.get(path)
    assert answer.status_code == 301
    followed = index.get(path, allow_redirects=True)
    assert (followed.status_code, followed.url) == (200, f"{index.base}{target}")


@pytest.mark.parametrize("path", ["demo-pkg/json/", "demo-pkg/1.0/json/", "demo-pkg/1.0.0/json"])
def test_slashes_and_spellings_of_versions_do_not_matter(index: Index, path: str) -> None:
    """A trailing slash, and another form of the same version."""
    answer = index.get(f"pypi/{path}", allow_redirects=True)
    assert (answer.status_code, answer.json()["info"]["name"]) == (200, "Demo.Pkg")


@pytest.mark.parametrize(
    "path",
    [
        "pypi/nothing/json",
        "pypi/nothing/1.0/json",
        "pypi/demo-pkg/9.9/json",
        "pypi/demo-pkg/one/json",
        "pypi/withheld/json",
        "pypi/withheld/1.0/json",
        "pypi/-/json",
        "pypi/a b/json",
    ],
)
def test_what_is_not_there_is_404_in_json(index: Index, path: str) -> None:
    """An unknown project or release, and a project in quarantine."""
    answer = index.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert answer.json()["message"]


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
    pulp: Pulp, stack: Stack, offered: tuple[Mirror, Files]
) -> None:
    """Nobody gets them, nor the files by their other address; who may read gets all of it."""
    guard = pulp.create("contentguards/core/rbac/", name=unique("guard"))
    row = pulp.distribute(
        repository=offered[0].repository["pulp_href"], content_guard=guard["pulp_href"]
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


def items(index: Index, path: str) -> list[dict[str, str]]:
    """What a feed lists."""
    answer = index.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    rss = ET.fromstring(answer.content)
    assert (rss.tag, rss.get("version")) == ("rss", "2.0")
    assert all(rss.findtext(f"channel/{tag}") for tag in ("title", "link", "description"))
    return [{part.tag: part.text or "" for part in item} for item in rss.iterfind("channel/item")]


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
