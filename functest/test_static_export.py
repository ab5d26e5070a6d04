"""Static export: an index as files, served by whatever serves files."""

import hashlib
import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from support.attestations import provenance
from support.clients import Clients
from support.exporting import export, make_exporter
from support.index import Index
from support.markup import JSON_TYPE
from support.objects import SECRET, STORAGE_CLASS, Bucket, serving
from support.pulp import Pulp, TaskFailed, unique
from support.site import http_server, website
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Files that no other test has: what is here already is not fetched."""

    #: Its name has to be quoted in links.
    local: MadeFile
    old: MadeFile
    future: MadeFile
    beta: MadeFile
    #: Yanked.
    broken: MadeFile


@pytest.fixture
def made() -> Made:
    """The files of a test."""
    salt = unique()
    return Made(
        local=wheel(
            "Alpha.One", "2.0+local.1", requires_python=">=3.8", dependencies=["beta"], salt=salt
        ),
        old=sdist("alpha-one", "1.0", salt=salt),
        future=wheel("alpha.one", "3.0", requires_python=">=4.0", salt=salt),
        beta=wheel("beta", "1.0", salt=salt),
        broken=wheel("beta", "2.0", salt=salt),
    )


@pytest.fixture
def pulp(domain_stack: Stack) -> Iterator[Pulp]:
    """The administrator, in the default domain."""
    client = domain_stack.client()
    yield client
    client.clean_up()


@pytest.fixture
def offered(upstream: Upstream, made: Made) -> Upstream:
    """An upstream that offers them all."""
    upstream.add(made.local, made.old, made.future, made.broken)
    upstream.add(made.beta, provenance=provenance(made.beta))
    upstream.catalogue.yank(made.broken.filename, "broken & gone")
    return upstream


def contents(folder: Path) -> dict[str, bytes]:
    """Path → bytes of every file of a tree, without the tree's own notes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


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
    pulp: Pulp, offered: Upstream, made: Made, exports: Path, tmp_path: Path
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
    mirror.index.wait(lambda index: "core-metadata" in index.files("beta")[made.beta.filename])
    check_pages_are_those_of(mirror.index, tree)
    offered.stop()
    with http_server(exports, tmp_path) as url:
        check_installs(url, tmp_path)
        check_files(url, (made.local, made.old, made.future, made.beta, made.broken))


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


def test_only_what_changed_is_written_again(
    pulp: Pulp, offered: Upstream, made: Made, exports: Path
) -> None:
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
    offered.catalogue.remove(made.old.filename)
    offered.add(wheel("gamma", salt=unique()))
    pulp.sync(repository, remote, mirror=True, allow_mass_removal=True)
    # What is in the way of one page keeps all of the list as it was.
    (exports / "simple/gamma").touch()
    with pytest.raises(TaskFailed, match=r"PYI041.*simple/gamma/index"):
        export(pulp, exporter, source)
    assert contents(exports)["simple/index.json"] == before["simple/index.json"]
    (exports / "simple/gamma").unlink()
    changed = export(pulp, exporter, source)
    # Of two projects and the list in both forms: what was written before stays.
    assert 4 <= changed["written"] <= 6
    assert (changed["removed"], changed["left"]) == (0, 1)
    gone = {path for path in before if path.endswith(made.old.filename)}
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
    pulp: Pulp, offered: Upstream, made: Made, tmp_path: Path
) -> None:
    """With the types of an index, and keys that stay secret."""
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(offered.url, policy="immediate", provenance=True))
    with serving() as objects:
        bucket = objects.bucket()
        settings = {**bucket.settings, "location": "team/index", "default_acl": "public-read"}
        exporter = make_exporter(
            pulp,
            storage_class=STORAGE_CLASS,
            storage_settings=settings,
            base_url="https://packages.example.com/team/index",
        )
        assert SECRET not in json.dumps(pulp.read(exporter["pulp_href"]))
        done = export(pulp, exporter, repository["pulp_href"])
        assert done["written"] == len(bucket.keys()) - 1  # the manifest
        assert export(pulp, exporter, repository["pulp_href"])["written"] == 0
        check_types(bucket)
        check_provenance(bucket, made)
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
        elif key.endswith("/provenance"):
            assert kind == "application/vnd.pypi.integrity.v1+json"
        else:
            assert kind == "application/octet-stream"
        assert ("immutable" in head["CacheControl"]) is ("/packages/" in key)
        assert "ContentEncoding" not in head or not head["ContentEncoding"]


def check_provenance(bucket: Bucket, made: Made) -> None:
    """It is exported too; links to it are absolute where the exporter knows its place."""
    page = json.loads(bucket.body("team/index/simple/beta/index.json"))
    links = {entry["filename"]: entry.get("provenance") for entry in page["files"]}
    path = f"integrity/beta/1.0/{made.beta.filename}/provenance"
    assert links[made.beta.filename] == f"https://packages.example.com/team/index/{path}"
    assert links[made.broken.filename] is None
    assert json.loads(bucket.body(f"team/index/{path}")) == provenance(made.beta)
