"""Other mirrors, index servers and another Pulp have our index for their upstream."""

import configparser
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from support import peers
from support.attestations import provenance
from support.clients import Clients
from support.index import Index
from support.passing import pass_through
from support.peers import Peer
from support.pulp import Pulp, unique
from support.relay import Relay
from support.stack import Stack, free_port
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

BANDERSNATCH = "bandersnatch==8.0.0"
DEVPI = "devpi-server==6.20.3"
PROXPI = "proxpi==1.3.1"
Files = dict[str, MadeFile]
Beginning = Callable[..., Relay]


@pytest.fixture(scope="session")
def environments(pytestconfig: pytest.Config) -> Path:
    """Where the peers stay installed on this machine."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    assert cache is not None, "the peers are kept beside pytest's cache: leave it switched on"
    return cache.mkdir("pyindex-peers")


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
def clients(tmp_path: Path) -> Clients:
    return Clients(folder=tmp_path)


@pytest.fixture
def files() -> Files:
    """Files with all that peers copy, new to Pulp in each test."""
    salt = unique()
    made = [
        wheel("alpha", "1.0", dependencies=["beta>=1", "gamma"], salt=salt),
        wheel("alpha", "2.0", requires_python=">=4", salt=salt),
        wheel("beta", "1.0", payload=100_000, salt=salt),
        wheel("beta", "1.1", salt=salt),
        wheel("beta", "1!0.5+local.1", build="3", salt=salt),
        sdist("gamma", "3.0", salt=salt),
        wheel("Dotted.Name", "1.0", salt=salt),
        wheel("withheld", "1.0", salt=salt),
    ]
    return {one.filename: one for one in made}


def offer(upstream: Upstream, files: Files) -> None:
    """Let upstream have the files: a yank, statuses, a provenance."""
    for filename, made in files.items():
        attested = provenance(made) if filename.startswith("alpha-1") else None
        upstream.add(made, provenance=attested)
    upstream.catalogue.yank("beta-1.1-py3-none-any.whl", "it is <broken> & gone")
    upstream.catalogue.set_status("gamma", "deprecated", "use alpha")
    upstream.catalogue.set_status("withheld", "quarantined")


@pytest.fixture
def index(pulp: Pulp, upstream: Upstream, files: Files) -> Index:
    """The mirror that the peers copy; nothing is downloaded yet."""
    offer(upstream, files)
    return pulp.mirror(upstream.url, provenance=True).index


@pytest.fixture
def passed(pulp: Pulp, upstream: Upstream, files: Files) -> Index:
    """An index that passes the same upstream through: it knows nothing yet."""
    offer(upstream, files)
    return pass_through(pulp, upstream.url).index


@pytest.fixture(params=["index", "passed"])
def either(request: pytest.FixtureRequest) -> Index:
    """The mirror, and the index that passes through."""
    found: Index = request.getfixturevalue(request.param)
    return found


def installed(folder: Path) -> dict[str, str]:
    """What lies in a folder that was installed into: project → version."""
    named = (path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info"))
    return {name.lower(): version for name, _, version in (one.partition("-") for one in named)}


WANTED = {"alpha": "1.0", "beta": "1.0", "gamma": "3.0"}
#: The highest of beta is 1!0.5, which no other release is allowed to hide behind an epoch.
ALPHA_AND_BETA = ("alpha", "beta==1.0")


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

    port, web = free_port(), str(tmp_path / "mirror/web")
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with peers.serving([*command, "--directory", web], port, folder=tmp_path) as url:
        options = ("install", "--target", "into", *ALPHA_AND_BETA)
        clients.pip(*options, index=f"{url}simple/")
    assert installed(tmp_path / "into") == WANTED


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


# devpi and proxpi -----------------------------------------------------------------------------


def downloads(clients: Clients, url: str, files: Files) -> None:
    """pip gets the right bytes by way of a peer, and installs them."""
    clients.pip("download", "--dest", "got", *ALPHA_AND_BETA, index=url)
    got = {path.name: path.read_bytes() for path in (clients.folder / "got").iterdir()}
    assert got == {
        name: files[name].body
        for name in ("alpha-1.0-py3-none-any.whl", "beta-1.0-py3-none-any.whl", "gamma-3.0.tar.gz")
    }
    clients.pip("install", "--target", "into", *ALPHA_AND_BETA, index=url)
    assert installed(clients.folder / "into") == WANTED


def elsewhere(folder: Path) -> Clients:
    """Installers that have nothing yet."""
    (folder / "elsewhere").mkdir()
    return Clients(folder=folder / "elsewhere")


def behind(pulp: Pulp, url: str) -> str:
    """An index of ours that passes a peer's index through."""
    return pass_through(pulp, url).index.simple


def test_devpi_mirrors_us(
    environments: Path,
    clients: Clients,
    pulp: Pulp,
    index: Index,
    files: Files,
    tmp_path: Path,
) -> None:
    """A mirror index with our `simple/` for its `mirror_url`; and we pass through what it has."""
    devpi = peers.install(environments, DEVPI)
    server = str(tmp_path / "devpi")
    devpi.run("devpi-init", "--serverdir", server, "--no-root-pypi", "--root-passwd", "secret")
    arguments = ("--serverdir", server, "--host", "127.0.0.1", "--port", "PORT")
    with devpi.serving("devpi-server", *arguments, folder=tmp_path) as url:
        told = {"user": "root", "password": "secret"}
        logged = requests.post(f"{url}+login", json=told, timeout=60).json()["result"]
        token = b64encode(f"root:{logged['password']}".encode()).decode()
        mirror = {"type": "mirror", "mirror_url": index.simple}
        made = requests.put(
            f"{url}root/ours", json=mirror, headers={"X-Devpi-Auth": token}, timeout=60
        )
        assert made.status_code == 200, made.text
        listed = requests.get(f"{url}root/ours", timeout=60).json()["result"]["projects"]
        assert set(listed) >= {"alpha", "beta", "dotted-name", "gamma"}
        downloads(clients, f"{url}root/ours/+simple/", files)
        downloads(elsewhere(tmp_path), behind(pulp, f"{url}root/ours/+simple/"), files)


def test_proxpi_caches_us(
    environments: Path,
    clients: Clients,
    pulp: Pulp,
    either: Index,
    files: Files,
    tmp_path: Path,
) -> None:
    """`PROXPI_INDEX_URL` is our `simple/`; and we pass through what it has."""
    proxpi = peers.install(environments, PROXPI)
    settings = {
        "PROXPI_INDEX_URL": either.simple,
        "PROXPI_CACHE_DIR": str(tmp_path / "proxpi"),
    }
    arguments = ("--app", "proxpi.server", "run", "--host", "127.0.0.1", "--port", "PORT")
    with proxpi.serving("flask", *arguments, folder=tmp_path, env=settings) as url:
        downloads(clients, f"{url}index/", files)
        downloads(elsewhere(tmp_path), behind(pulp, f"{url}index/"), files)


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
