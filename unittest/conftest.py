"""A PostgreSQL for the unit tests that ask for a database; the others never start one.

A migrated data directory is made once and kept in pytest's cache. Each run serves a copy of it,
and each xdist worker a copy of its database. `@pytest.mark.django_db` rolls back as usual; a test
that commits, or works in several threads, asks for `own_database`.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from pulp_pyindex.stack.home import Home, open_home
from pulp_pyindex.stack.options import default_options
from pulp_pyindex.stack.postgres import DATABASE, database_url, prepare_cluster
from pulp_pyindex.stack.settings_file import write_settings
from support.throwaway import begin, copied_cluster, end, prepared_data

# The same examples in every run, and no clock: what is searched for at random is in `make fuzz`.
hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.load_profile("steady")


_RUN = "PYINDEX_UNITTEST_RUN"


def _home() -> Home:
    """The run's folder with Pulp's settings in it; workers inherit its name."""
    if _RUN not in os.environ:
        os.environ[_RUN] = tempfile.mkdtemp(prefix="pyindex-unittest-")
        home = open_home(Path(os.environ[_RUN]))
        home.make()
        write_settings(home, default_options(), database_url(home.pgdata, DATABASE))
    return open_home(Path(os.environ[_RUN]))


# Before pytest_configure: a conftest below may already set Django up.
os.environ["PULP_SETTINGS"] = str(_home().settings)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL of this run and forget its data; the workers have ended by now."""
    if hasattr(config, "workerinput"):
        return
    home = _home()
    if (home.pgdata / "postmaster.pid").exists():
        end(prepare_cluster(home.pgdata, home.logs / "initdb.log"))
    shutil.rmtree(home.root)


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> str:
    """The connection string of this run's server, whichever worker comes first starts it."""
    home = _home()
    with (home.root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.pgdata.exists():
            assert request.config.cache is not None
            data = prepared_data(request.config.cache.mkdir("postgresql"))
            cluster = copied_cluster(data, home.pgdata, home.logs / "initdb.log")
            begin(cluster, home.pgdata / "server.log")
    return database_url(home.pgdata, "postgres")


@pytest.fixture(scope="session")
def django_db_setup(postgresql: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's: this worker's database is a copy, not migrated again."""
    name = f"unittest_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with _copied(postgresql, name), django_db_blocker.unblock(), _connected_to(name):
        yield


@pytest.fixture
def own_database(
    django_db_setup: None, postgresql: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database for one test alone, in which it may commit; its name."""
    name = f"own_{os.getpid()}"
    with _copied(postgresql, name), django_db_blocker.unblock(), _connected_to(name):
        yield name


@contextmanager
def _copied(server: str, name: str) -> Iterator[None]:
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
    try:
        yield
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    from django.db import connection, connections

    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before
