"""Caches and other servers stand behind our index or before it, as upstream or as downstream."""

from pathlib import Path

import pytest
import requests

from support import caches
from support.clients import Clients
from support.copying import (
    ALPHA_AND_BETA,
    WANTED,
    Files,
    downloads,
    elsewhere,
    installed,
    make_files,
    offer,
    passed_on,
)
from support.index import Index
from support.passing import pass_through
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.wheels import wheel


@pytest.fixture
def files() -> Files:
    return make_files()


@pytest.fixture
def index(pulp: Pulp, upstream: Upstream, files: Files) -> Index:
    """The mirror that they copy; nothing is downloaded yet."""
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


def test_devpi_mirrors_us(
    environments: Path,
    clients: Clients,
    pulp: Pulp,
    index: Index,
    files: Files,
    tmp_path: Path,
) -> None:
    """A mirror index with our `simple/` for its `mirror_url`; and we pass through what it has."""
    with caches.devpi(environments, tmp_path, index.simple) as url:
        listed = requests.get(url.removesuffix("+simple/"), timeout=60).json()["result"]
        assert set(listed["projects"]) >= {"alpha", "beta", "dotted-name", "gamma"}
        downloads(clients, url, files)
        passed_on(elsewhere(tmp_path), pulp, url, files)


def test_proxpi_caches_us(
    environments: Path,
    clients: Clients,
    pulp: Pulp,
    either: Index,
    files: Files,
    tmp_path: Path,
) -> None:
    """`PROXPI_INDEX_URL` is our `simple/`; and we pass through what it has."""
    with caches.proxpi(environments, tmp_path, either.simple) as url:
        downloads(clients, url, files)
        passed_on(elsewhere(tmp_path), pulp, url, files)


# pypiserver and a web server ------------------------------------------------------------------

PLAIN = ("alpha-1.0-py3-none-any.whl", "beta-1.0-py3-none-any.whl", "gamma-3.0.tar.gz")


@pytest.mark.parametrize("has_digests", [True, False], ids=["pypiserver", "http.server"])
def test_what_lies_in_folders_passes(
    has_digests: bool,
    environments: Path,
    clients: Clients,
    pulp: Pulp,
    files: Files,
    tmp_path: Path,
) -> None:
    """pypiserver's pages have links with digests, the listings of a folder nothing but names."""
    plain = [files[filename] for filename in PLAIN]
    served = (
        caches.pypiserver(environments, tmp_path, plain)
        if has_digests
        else caches.listings(tmp_path, plain)
    )
    with served as url:
        shown = pass_through(pulp, url).index
        assert shown.projects() == {"alpha", "beta", "gamma"}
        assert shown.get("simple/delta/").status_code == 404
        told = {filename: files[filename].sha256 for filename in PLAIN} if has_digests else {}
        for filename in PLAIN:
            entry = shown.files(filename.partition("-")[0])[filename]
            assert entry["hashes"].get("sha256") == told.get(filename)
        passed_on(clients, pulp, url, files)


def test_pypiserver_falls_back_on_us(
    environments: Path, clients: Clients, either: Index, files: Files, tmp_path: Path
) -> None:
    """What it does not have is asked of us, by its `--fallback-url`."""
    theirs = wheel("theirs", dependencies=["alpha"], salt=unique())
    with caches.pypiserver(environments, tmp_path, [theirs], fallback=either.simple) as url:
        clients.pip("install", "--target", "into", "theirs", *ALPHA_AND_BETA, index=url)
    assert installed(tmp_path / "into") == WANTED | {"theirs": "1.0"}
