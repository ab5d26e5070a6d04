"""The stack and the upstreams of the functional tests.

One stack serves a whole session, whichever xdist worker comes first starts it. Every test has its
own rows and its own upstreams, so tests run side by side. Set PYINDEX_FUNCTEST_HOME to a folder to
keep the stack there between runs while you work on a test (`pulp-pyindex down --home` ends it).
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support import peers, workload
from support import stack as stacks
from support.clients import Clients
from support.documents import Files, mirror_them
from support.protecting import ACME, ALPHA, Protected, protect
from support.pulp import Mirror, Pulp, Row, unique
from support.recovering import recovered
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import sdist, wheel

_SESSION = "PYINDEX_FUNCTEST_SESSION"


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this session; workers inherit its name with the environment."""
    if not hasattr(config, "workerinput"):
        os.environ[_SESSION] = tempfile.mkdtemp(prefix="pyindex-functest-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the session started. Workers have ended by now."""
    if hasattr(config, "workerinput"):
        return
    session = Path(os.environ.pop(_SESSION))
    for home in session.glob("stack-*"):
        stacks.stop(home)
    shutil.rmtree(session, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs bandersnatch where no Python is new enough to run it.

    Its very requests are made without it too, in the same file: nothing goes untested.
    """
    if peers.has_interpreter(peers.BANDERSNATCH_PYTHON):
        return
    left_out = [item for item in items if "bandersnatch" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the services logged beside a failure."""
    outcome: Any = yield
    report = outcome.get_result()
    used = [value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Stack)]
    if report.failed and used:
        report.sections.append(("end of the services' logs", used[0].logs()))


@pytest.fixture(scope="session")
def template() -> Path:
    """The folder of a stack that is prepared and stopped, to `copy`."""
    session = Path(os.environ[_SESSION])
    folder = session / "template"
    cached = stacks.cache()
    with _alone(session / "template.lock"):
        if not folder.exists():
            _once(session / "template.failed")
            with _alone(cached.with_name("lock")):
                if not cached.exists():
                    _fill(cached, session / "first")
                stacks.copy(cached, folder)
            (session / "template.failed").unlink()
    return folder


def _fill(cached: Path, home: Path) -> None:
    """Make the one prepared stack that all others are copies of, in place of older ones."""
    stacks.start(home, content_processes=1, workers=1)
    stacks.stop(home, remove=False)
    for old in cached.parent.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    stacks.copy(home, cached)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Stack:
    """The session's stack: two content processes, two workers. Never harm it."""
    if kept := os.environ.get("PYINDEX_FUNCTEST_HOME"):
        return _kept_stack(Path(kept))
    return _shared(request, "shared")


@pytest.fixture(scope="session")
def domain_stack(request: pytest.FixtureRequest) -> Stack:
    """As `stack`, with domains, `exports`, and a CI that it trusts (see `support.workload`)."""
    session = Path(os.environ[_SESSION])
    with _alone(session / "ci.lock"):
        trust = workload.settings(session)
    paths = (f'ALLOWED_{way}_PATHS=["{session}/exports"]' for way in ("EXPORT", "IMPORT"))
    return _shared(request, "domains", settings=("DOMAIN_ENABLED=True", *paths, *trust))


@pytest.fixture
def domains(domain_stack: Stack) -> Iterator[Callable[[], Pulp]]:
    """Makes domains, each with storage of its own, and a client in each."""
    default = domain_stack.client()
    clients: list[Pulp] = []

    def make() -> Pulp:
        name = unique("domain")
        default.create(
            "domains/",
            name=name,
            storage_class="pulpcore.app.models.storage.FileSystem",
            storage_settings={"MEDIA_ROOT": f"{domain_stack.home}/media-{name}"},
        )
        clients.append(domain_stack.client(domain=name))
        return clients[-1]

    yield make
    for client in reversed(clients):
        client.clean_up()


@pytest.fixture
def exports(domain_stack: Stack) -> Path:
    """A folder that `domain_stack` may export to, and that does not exist yet."""
    return Path(os.environ[_SESSION], "exports", unique("tree"))


@pytest.fixture
def fragile_stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack that tests may harm, one test at a time. It mends itself, that is what they show."""
    session = Path(os.environ[_SESSION])
    with _alone(session / "fragile.turn"):
        yield _shared(request, "fragile")


@pytest.fixture
def fragile(fragile_stack: Stack) -> Iterator[Pulp]:
    """A client of it while it is at work. What is made there goes with it, at the session's end."""
    client = fragile_stack.client()
    recovered(client)
    yield client
    recovered(client)


def _shared(request: pytest.FixtureRequest, name: str, **options: Any) -> Stack:
    """The session's stack of that name; whoever asks first starts it."""
    session = Path(os.environ[_SESSION])
    saved = session / f"{name}.json"
    template: Path = request.getfixturevalue("template")
    with _alone(session / f"{name}.lock"):
        if not saved.exists():
            _once(session / f"{name}.failed")
            home = session / f"stack-{name}"
            stacks.copy(template, home)
            stacks.start(home, **options).save(saved)
    return Stack.load(saved)


def _kept_stack(home: Path) -> Stack:
    home.parent.mkdir(parents=True, exist_ok=True)
    saved = home.parent / f"{home.name}.json"
    with _alone(home.parent / f"{home.name}.lock"):
        if not saved.exists() or not Stack.load(saved).processes("pulpcore"):
            stacks.start(home).save(saved)
    return Stack.load(saved)


def _once(mark: Path) -> None:
    """Let a start that failed in one worker fail at once in the others."""
    if mark.exists():
        pytest.fail("the stack did not start, see the first failure", pytrace=False)
    mark.touch()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def private_stack(template: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Stack]]:
    """Starts stacks that belong to the test alone; options as for `stacks.start`."""
    homes: list[Path] = []

    def begin(**options: Any) -> Stack:
        number = len(list(template.parent.glob("stack-*")))
        home = Path(tempfile.mkdtemp(prefix=f"stack-{number}-", dir=template.parent))
        home.rmdir()
        stacks.copy(template, home)
        homes.append(home)
        started = stacks.start(home, **options)
        # Shown by `pytest_runtest_makereport`.
        request.node.funcargs["private"] = started
        return started

    yield begin
    for home in homes:
        stacks.stop(home)


@pytest.fixture
def pulp(stack: Stack) -> Iterator[Pulp]:
    """The administrator's REST client; what is made with it is gone after the test or the run."""
    client = stack.client()
    yield client
    if "PYINDEX_FUNCTEST_HOME" in os.environ:
        client.clean_up()
    else:
        client.leave()


@pytest.fixture(scope="session")
def environments(pytestconfig: pytest.Config) -> Path:
    """Where peers stay installed on this machine."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    assert cache is not None, "the peers are kept beside pytest's cache: leave it switched on"
    return cache.mkdir("pyindex-peers")


@pytest.fixture
def make_upstream() -> Iterator[Callable[..., Upstream]]:
    """Starts upstreams; options are the fields of `Upstream`."""
    started: list[Upstream] = []

    def begin(**options: Any) -> Upstream:
        started.append(Upstream(**options).start())
        return started[-1]

    yield begin
    for one in started:
        one.stop()


@pytest.fixture
def upstream(make_upstream: Callable[..., Upstream]) -> Upstream:
    """An empty upstream that has JSON and HTML, ETags and no serials."""
    return make_upstream()


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    """Installers, at home in a fresh folder."""
    return Clients(folder=tmp_path)


@pytest.fixture
def mirrored(pulp: Pulp, upstream: Upstream) -> Row:
    """A repository with three files of two projects, one yanked, and a status; version 1."""
    upstream.add(wheel("Alpha.One", "1.0", requires_python=">=3.8"), sdist("alpha-one", "1.0"))
    upstream.add(wheel("beta", "2.0"))
    upstream.catalogue.yank("beta-2.0-py3-none-any.whl", "broken")
    upstream.catalogue.set_status("beta", "archived", "no more")
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(upstream.url))
    return repository


@pytest.fixture
def readable(pulp: Pulp, upstream: Upstream) -> Mirror:
    """A mirror of the projects that those who read protected indexes ask for."""
    upstream.add(ALPHA, ACME)
    return pulp.mirror(upstream.url, policy="immediate")


@pytest.fixture
def protected(pulp: Pulp, readable: Mirror) -> Protected:
    """The same, whose distribution demands tokens."""
    return protect(pulp, readable)


@pytest.fixture(scope="module")
def documented(stack: Stack) -> Iterator[tuple[Mirror, Files]]:
    """A mirror of what documents and feeds tell of, one for all tests of a file."""
    pulp, upstream = stack.client(), Upstream().start()
    yield mirror_them(pulp, upstream)
    upstream.stop()
    pulp.clean_up()
