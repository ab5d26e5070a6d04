"""Talking to the database before Pulp does: is it there, and has it what Pulp needs?"""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pulp_pyindex.stack.errors import BadOption, DatabaseUnusable

CONNECT_SECONDS = 5
_DJANGO_NAMES = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}


def django_database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a connection string; BadOption when it is not one."""
    parts = _parts(url)
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    entry |= {name: str(parts.pop(key, "")) for key, name in _DJANGO_NAMES.items()}
    if parts:
        entry["OPTIONS"] = parts
    return entry


def shown(url: str) -> str:
    """The connection string without its password."""
    parts = _parts(url)
    where = parts.get("host", "localhost")
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{parts.get('user', '')}@{where}{port}/{parts['dbname']}"


def _parts(url: str) -> dict[str, Any]:
    try:
        if not url.startswith(("postgresql://", "postgres://")):
            raise psycopg.ProgrammingError("it does not start with postgresql://")
        parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as error:
        reason = f"is not postgresql://USER:PASSWORD@HOST:PORT/NAME ({str(error).strip()})"
        raise BadOption("--database", url.rpartition("@")[2], reason) from error
    if "dbname" not in parts:
        raise BadOption("--database", url.rpartition("@")[2], "names no database")
    return parts


def answers(url: str) -> bool:
    """Whether the server behind `url` takes connections now."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        # "No such database" is an answer too.
        return "does not exist" in str(error)
    return True


def make_database(server: str, name: str) -> None:
    """Make the database in the embedded server unless it is there."""
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            )


def check_usable(url: str) -> None:
    """DatabaseUnusable unless Pulp can live in this database."""
    try:
        connection = psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise DatabaseUnusable(f"Cannot connect to {shown(url)}: {reason}") from error
    with connection:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise DatabaseUnusable(f"{shown(url)} is encoded in {encoding}, but must be in UTF8.")
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS hstore")
        except psycopg.Error as error:
            reason = str(error).splitlines()[0]
            raise DatabaseUnusable(
                f"{shown(url)} lacks the extension hstore and it cannot be made ({reason}); "
                f"have an administrator run CREATE EXTENSION hstore in it."
            ) from error


def migrations_applied(url: str) -> int:
    """How many migrations the database says it has had; 0 for an empty one."""
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            return 0
        row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    return int(row[0]) if row else 0
