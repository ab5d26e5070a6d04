"""Static export: an index as files, served by whatever serves files."""

import hashlib
import json
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from support.clients import Clients
from support.index import Index
from support.markup import JSON_TYPE
from support.objects import SECRET, STORAGE_CLASS, Bucket, serving
from support.peers import serving as running
from support.pulp import Pulp, Row, TaskFailed, refusal, unique
from support.site import website
from support.stack import Stack, free_port
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

#: A file name that has to be quoted in links.
LOCAL = wheel("Alpha.One", "2.0+local.1", requires_python=">=3.8", dependencies=["beta"])
OLD = sdist("alpha-one", "1.0")
FUTURE = wheel("alpha.one", "3.0", requires_python=">=4.0")
BETA = wheel("beta", "1.0")
BROKEN = wheel("beta", "2.0")
FILES = (LOCAL, OLD, FUTURE, BETA, BROKEN)


@pytest.fixture
def pulp(domain_stack: Stack) -> Iterator[Pulp]:
    """The administrator, in the default domain."""
    client = domain_stack.client()
    yield client
    client.clean_up()


@pytest.fixture
def offered(upstream: Upstream) -> Upstream:
    """An upstream that offers `FILES`, one of them yanked."""
    upstream.add(*FILES)
    upstream.catalogue.yank(BROKEN.filename, "broken & gone")
    return upstream


def make_exporter(pulp: Pulp, **fields: Any) -> Row:
    """A static exporter."""
    return pulp.create("exporters/pyindex/static/", name=unique("exporter"), **fields)


def export(pulp: Pulp, exporter: Row, source: str, **options: Any) -> dict[str, Any]:
    """What an export says it did."""
    task = pulp.task(pulp.post(f"{exporter['pulp_href']}exports/", {"source": source, **options}))
    result: dict[str, Any] = task["result"]
    return result


def contents(folder: Path) -> dict[str, bytes]:
    """Path → bytes of every file of a tree, without the tree's own notes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@contextmanager
def http_server(folder: Path, logs: Path) -> Iterator[str]:
    """The URL of Python's own web server in a folder."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with running([*command, "--directory", str(folder)], port, folder=logs) as url:
        yield url


def check_installs(url: str, folder: Path, *, by_pip: bool = True) -> None:
    """pip and uv resolve as they do against the index: Requires-Python, yanks, METADATA."""
    clients = Clients(folder=folder)
    simple = f"{url}simple/"
    sites = ["by-uv"]
    clients.uv("pip", "install", "--target", "by-uv", "--index-url", simple, "ALPHA.one")
    if by_pip:
        clients.pip("install", "--target", "by-pip", "alpha_one", index=simple)
        sites.append("by-pip")
    for site in sites:
        found = {path.name for path in (folder / site).glob("*.dist-info")}
        assert found == {"Alpha_One-2.0+local.1.dist-info", "beta-1.0.dist-info"}
    # What is yanked comes where exactly that is asked for.
    clients.uv("pip", "install", "--target", "yanked", "--index-url", simple, "beta==2.0")


def test_an_exported_tree_is_served_by_a_plain_web_server(
    pulp: Pulp, offered: Upstream, exports: Path, tmp_path: Path
) -> None:
    """What was on demand is fetched; the pages are those of the index, and installers agree."""
    mirror = pulp.mirror(offered.url)
    exporter = make_exporter(pulp, path=str(exports))
    with pytest.raises(TaskFailed, match=r"PYI040.* 5 files are not here"):
        export(pulp, exporter, mirror.distribution["pulp_href"], fetch=False)
    assert not exports.exists()

    done = export(pulp, exporter, mirror.distribution["pulp_href"])
    assert (done["fetched"], done["unchanged"], done["left"]) == (5, 0, 0)
    tree = contents(exports)
    assert done["written"] == len(tree) + 1  # .nojekyll
    # What was learnt of the files is on the pages, those of the index too.
    mirror.index.wait(lambda index: "core-metadata" in index.files("beta")[BETA.filename])
    check_pages_are_those_of(mirror.index, tree)
    offered.stop()
    with http_server(exports, tmp_path) as url:
        check_installs(url, tmp_path)
        check_files(url, FILES)


def check_pages_are_those_of(index: Index, tree: dict[str, bytes]) -> None:
    """Byte for byte, in both forms."""
    for (project, form), body in index.whole().items():
        name = "index.json" if form == JSON_TYPE else "index.html"
        assert tree[f"simple/{project}/{name}" if project else f"simple/{name}"] == body


def check_files(url: str, files: tuple[MadeFile, ...]) -> None:
    """Every link of the JSON pages leads to the promised bytes, `.metadata` too."""
    for made in files:
        page = f"{url}simple/{made.project.lower().replace('.', '-')}/"
        entries = requests.get(f"{page}index.json", timeout=10).json()["files"]
        entry = next(one for one in entries if one["filename"] == made.filename)
        link = urllib.parse.urljoin(page, entry["url"])
        assert requests.get(link, timeout=10).content == made.body
        if made.filename.endswith(".whl"):
            beside = requests.get(f"{link}.metadata", timeout=10).content
            assert beside == made.metadata
            assert entry["core-metadata"] == {"sha256": hashlib.sha256(beside).hexdigest()}


def test_only_what_changed_is_written_again(pulp: Pulp, offered: Upstream, exports: Path) -> None:
    """And what is gone is removed when that is asked for, but nothing that is not the export's."""
    repository = pulp.create_repository()
    remote = pulp.create_remote(offered.url, policy="immediate")
    pulp.sync(repository, remote)
    exporter = make_exporter(pulp, path=str(exports))
    source = repository["pulp_href"]
    first = export(pulp, exporter, source)
    before = contents(exports)
    (exports / "simple/beta/index.html").unlink()
    (exports / "CNAME").write_text("somebody else's")
    again = export(pulp, exporter, source)
    assert (again["written"], again["unchanged"]) == (1, first["written"] - 1)
    assert contents(exports) == {**before, "CNAME": b"somebody else's"}
    offered.catalogue.remove(OLD.filename)
    offered.add(wheel("gamma"))
    pulp.sync(repository, remote, mirror=True, allow_mass_removal=True)
    changed = export(pulp, exporter, source)
    # A wheel with its METADATA, two projects and the list in both forms.
    assert (changed["written"], changed["removed"], changed["left"]) == (2 + 6, 0, 1)
    gone = {path for path in before if path.endswith(OLD.filename)}
    assert gone <= contents(exports).keys()
    last = export(pulp, exporter, source, remove=True)
    assert (last["written"], last["removed"], last["left"]) == (0, 1, 0)
    after = contents(exports)
    assert not gone & after.keys()
    assert after["CNAME"] == b"somebody else's"
    # The older version comes back whole, also where it never had a publication of its own.
    export(pulp, exporter, f"{source}versions/1/", remove=True)
    assert contents(exports) == {**before, "CNAME": b"somebody else's"}
    listed = pulp.rows(f"{exporter['pulp_href']}exports/")
    assert [row["result"]["removed"] for row in listed] == [4, 1, 0, 0, 0]


def test_a_tree_in_an_object_storage_is_served_as_a_website(
    pulp: Pulp, offered: Upstream, tmp_path: Path
) -> None:
    """With the types of an index, and keys that stay secret."""
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(offered.url, policy="immediate"))
    with serving() as objects:
        bucket = objects.bucket()
        settings = {**bucket.settings, "location": "team/index", "default_acl": "public-read"}
        exporter = make_exporter(pulp, storage_class=STORAGE_CLASS, storage_settings=settings)
        assert SECRET not in json.dumps(pulp.read(exporter["pulp_href"]))
        done = export(pulp, exporter, repository["pulp_href"])
        assert done["written"] == len(bucket.keys()) - 1  # the manifest
        assert export(pulp, exporter, repository["pulp_href"])["written"] == 0
        check_types(bucket)
        with website(f"{objects.url}/{bucket.name}") as url:
            check_installs(f"{url}team/index/", tmp_path, by_pip=False)


def check_types(bucket: Bucket) -> None:
    """What installers and caches need to know."""
    for key in bucket.keys() - {"team/index/.pyindex-export"}:
        head = bucket.head(key)
        kind = head["ContentType"].partition(";")[0]
        if key.endswith("index.json"):
            assert kind == JSON_TYPE
        elif key.endswith("index.html"):
            assert kind == "text/html"
        elif key.endswith(".metadata"):
            assert kind == "text/plain"
        else:
            assert kind == "application/octet-stream"
        assert ("immutable" in head["CacheControl"]) is ("/packages/" in key)
        assert "ContentEncoding" not in head or not head["ContentEncoding"]


def test_what_cannot_be_exported_is_refused(pulp: Pulp, upstream: Upstream, exports: Path) -> None:
    """With a reason, by the field."""

    def refused(field: str, **fields: Any) -> str:
        answer = pulp.post("exporters/pyindex/static/", {"name": unique("no"), **fields})
        return refusal(answer, field)

    assert "ALLOWED_EXPORT_PATHS" in refused("path", path="/etc")
    assert "ALLOWED_EXPORT_PATHS" in refused("path", path=f"{exports}/../../..")
    assert "ALLOWED_EXPORT_PATHS" in refused("path", path=f"{exports.parent}-evil")
    assert "absolute" in refused("path", path="here")
    assert "Pulp's own" in refused("storage", storage="default")
    assert "STORAGES" in refused("storage", storage="nowhere")
    assert "one place" in refused("non_field_errors")
    assert "one place" in refused("non_field_errors", path=str(exports), storage="other")
    assert "bucket_name" in refused(
        "storage_settings", storage_class=STORAGE_CLASS, storage_settings={"access_key": "x"}
    )
    assert "not a valid choice" in refused(
        "storage_class", storage_class="pulpcore.app.models.storage.FileSystem"
    )

    exporter = make_exporter(pulp, path=str(exports))
    posted = f"{exporter['pulp_href']}exports/"
    assert "required" in refusal(pulp.post(posted, {}), "source")
    remote = pulp.create_remote(upstream.url)
    reason = refusal(pulp.post(posted, {"source": remote["pulp_href"]}), "source")
    assert "neither a publication" in reason
    repository = pulp.create_repository()
    distribution = pulp.distribute(repository=repository["pulp_href"], name=unique("empty"))
    pulp.update(distribution["pulp_href"], repository=None)
    answer = pulp.post(posted, {"source": distribution["pulp_href"]})
    assert "serves nothing" in refusal(answer, "source")
    exports.mkdir(parents=True)
    (exports / ".pyindex-export").write_text("something else")
    with pytest.raises(TaskFailed, match=r"PYI041.* not written by an export"):
        export(pulp, exporter, repository["pulp_href"])
