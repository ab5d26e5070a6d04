"""bandersnatch and other Pulps have our index for their upstream."""

import configparser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from support import caches, peers
from support.attestations import provenance
from support.clients import Clients
from support.copying import (
    ALPHA_AND_BETA,
    WANTED,
    Files,
    elsewhere,
    installed,
    make_files,
    offer,
    passed_on,
)
from support.index import Index
from support.peers import Peer
from support.pulp import Pulp, unique
from support.relay import Relay
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import wheel

BANDERSNATCH = "bandersnatch==8.0.0"
Beginning = Callable[..., Relay]


@pytest.fixture
def relay(stack: Stack) -> Iterator[Beginning]:
    """Starts web servers before a stack's content app, the shared one's at first."""
    started: list[Relay] = []

    def begin(target: str = stack.content, tls: Path | None = None) -> Relay:
        started.append(Relay(target=target, tls=tls).start())
        return started[-1]

    yield begin
    for one in started:
        one.stop()


@pytest.fixture
def files() -> Files:
    return make_files()


@pytest.fixture
def index(pulp: Pulp, upstream: Upstream, files: Files) -> Index:
    """The mirror that the peers copy; nothing is downloaded yet."""
    offer(upstream, files)
    return pulp.mirror(upstream.url, provenance=True).index


# bandersnatch ---------------------------------------------------------------------------------


@pytest.fixture
def bandersnatch(environments: Path) -> Peer:
    return peers.install(environments, BANDERSNATCH, python=peers.BANDERSNATCH_PYTHON)


def configured(folder: Path, master: str) -> Path:
    """bandersnatch's configuration as docs/how-to/upstream.md shows it."""
    config = configparser.ConfigParser()
    config["mirror"] = {
        "directory": str(folder / "mirror"),
        "master": master,
        "json": "true",
        "release-files": "true",
        "hash-index": "false",
        "stop-on-error": "true",
        "workers": "2",
        "timeout": "60",
    }
    path = folder / "bandersnatch.conf"
    with path.open("w") as file:
        config.write(file)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """The files of releases, and of metadata, in bandersnatch's tree."""
    found = [path for path in (folder / "mirror/web/packages").rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in found}


def expected(files: Files) -> dict[str, bytes]:
    served = [made for made in files.values() if made.project != "withheld"]
    bodies = {made.filename: made.body for made in served}
    metadata = {
        f"{made.filename}.metadata": made.metadata
        for made in served
        if made.filename.endswith(".whl")
    }
    return bodies | metadata


def test_bandersnatch_makes_a_complete_mirror(
    bandersnatch: Peer,
    clients: Clients,
    index: Index,
    relay: Beginning,
    files: Files,
    pulp: Pulp,
    upstream: Upstream,
    tmp_path: Path,
) -> None:
    """Each file and `.metadata`; verify finds nothing to mend; pip installs from its tree."""
    front = relay(tls=tmp_path)
    master = front.through(index.base).rstrip("/")
    config = str(configured(tmp_path, master))
    trust = {"SSL_CERT_FILE": str(front.authority)}
    bandersnatch.run("bandersnatch", "-c", config, "mirror", env=trust)
    assert tree(tmp_path) == expected(files)
    serial = (tmp_path / "mirror/status").read_text()
    assert int(serial) == index.json()["meta"]["_last-serial"]

    said = bandersnatch.run("bandersnatch", "-c", config, "verify", "--delete", env=trust)
    assert "No files were downloaded" in said
    assert "has no files to delete" in said
    assert tree(tmp_path) == expected(files)

    with caches.tree(tmp_path, tmp_path / "mirror/web") as url:
        options = ("install", "--target", "into", *ALPHA_AND_BETA)
        clients.pip(*options, index=f"{url}simple/")
        assert installed(tmp_path / "into") == WANTED
        passed_on(elsewhere(tmp_path), pulp, f"{url}simple/", files)


def test_bandersnatch_asks_for_what_changed(
    bandersnatch: Peer,
    pulp: Pulp,
    upstream: Upstream,
    files: Files,
    relay: Beginning,
    tmp_path: Path,
) -> None:
    """By serials: only the project that changed; what was damaged is mended by verify."""
    offer(upstream, files)
    mirror = pulp.mirror(upstream.url)
    front = relay(tls=tmp_path)
    config = str(configured(tmp_path, front.through(mirror.index.base).rstrip("/")))
    trust = {"SSL_CERT_FILE": str(front.authority)}
    bandersnatch.run("bandersnatch", "-c", config, "mirror", env=trust)
    added = wheel("beta", "2.0", salt=unique())
    upstream.add(added)
    pulp.sync(mirror.repository)
    mirror.index.wait(lambda served: added.filename in served.files("beta"))
    front.log.clear()
    bandersnatch.run("bandersnatch", "-c", config, "mirror", env=trust)
    path = mirror.index.base.removeprefix(front.target)
    asked = [line for line in front.log if "/json" in line]
    assert asked == [f"GET {path}pypi/beta/json"]
    assert tree(tmp_path) == expected(files | {added.filename: added})

    (damaged,) = (tmp_path / "mirror/web/packages").rglob(added.filename)
    damaged.write_bytes(b"damaged")
    bandersnatch.run("bandersnatch", "-c", config, "verify", env=trust)
    assert damaged.read_bytes() == added.body


# Another Pulp ---------------------------------------------------------------------------------


def described(index: Index, project: str) -> dict[str, Any]:
    """A page without what is an index's own: serial, URLs."""
    page = index.json(project)
    del page["meta"]["_last-serial"]
    for entry in page["files"]:
        assert unquote(entry.pop("url")).endswith(f"/{entry['filename']}")
        origin, _, path = entry.pop("provenance", "").partition("/integrity/")
        assert origin in ("", index.base.rstrip("/"))
        entry["provenance"] = path
    return page


def test_another_pulp_mirrors_us(
    domain_stack: Stack, relay: Beginning, index: Index, files: Files
) -> None:
    """Equal pages, statuses, yanks and provenance; then one request tells that all is as it was."""
    front = relay()
    other = domain_stack.client()
    try:
        url = f"{front.through(index.base)}simple/"
        mirror = other.mirror(url, provenance=True)
        assert mirror.index.projects() == index.projects()
        for project in index.projects():
            assert described(mirror.index, project) == described(index, project)
        (attested,) = (file for file in files if file.startswith("alpha-1"))
        told = index.files("alpha")[attested]["provenance"]
        copied = mirror.index.files("alpha")[attested]["provenance"]
        documents = [requests.get(url, timeout=30).json() for url in (told, copied)]
        assert documents[0] == documents[1] == provenance(files[attested])
        for project in ("alpha", "beta", "gamma", "dotted-name"):
            for filename in mirror.index.files(project):
                assert mirror.index.download(project, filename) == files[filename].body
        front.log.clear()
        other.sync(mirror.repository)
        assert front.log == [f"GET {url.removeprefix(front.origin)}"]
    finally:
        other.clean_up()


def test_another_repository_mirrors_us(pulp: Pulp, index: Index, relay: Beginning) -> None:
    """Of the same Pulp, which has the files already: the pages are equal all the same."""
    front = relay()
    mirror = pulp.mirror(f"{front.through(index.base)}simple/", provenance=True)
    for project in index.projects():
        assert described(mirror.index, project) == described(index, project)
    front.log.clear()
    pulp.sync(mirror.repository)
    assert len(front.log) == 1
