"""The settings Pulp is started with."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from pulp_pyindex.stack.addresses import Address
from pulp_pyindex.stack.database import django_database, shown
from pulp_pyindex.stack.errors import BadOption
from pulp_pyindex.stack.home import open_home
from pulp_pyindex.stack.options import default_options
from pulp_pyindex.stack.postgres import database_url
from pulp_pyindex.stack.settings_file import environment, write_settings

URL = "postgresql://user:p%40ss@db.example:5433/pulp?sslmode=require"


def test_settings_follow_the_options(tmp_path: Path) -> None:
    """Addresses, cache and what `--set` says are in the file."""
    home = open_home(tmp_path)
    options = replace(
        default_options(),
        content=Address(host="127.0.0.1", port=8080),
        redis="redis://cache",
        settings={"DOMAIN_ENABLED": True, "ANALYTICS": True},
    )

    write_settings(home, options, URL)

    settings = runpy.run_path(str(home.settings))
    assert settings["CONTENT_ORIGIN"] == "http://127.0.0.1:8080"
    assert settings["CACHE_ENABLED"]
    assert settings["DOMAIN_ENABLED"]
    assert settings["ANALYTICS"]
    assert settings["DATABASES"]["default"]["PASSWORD"] == "p@ss"


def test_keys_and_own_settings_outlive_a_restart(tmp_path: Path) -> None:
    """Only settings.py is written anew."""
    home = open_home(tmp_path)
    write_settings(home, default_options(), URL)
    kept = (home.secret_key, home.database_key, home.local_settings)
    home.local_settings.write_text("MINE = 1\n")
    before = [path.read_text() for path in kept]

    write_settings(home, default_options(), URL)

    assert [path.read_text() for path in kept] == before
    assert environment(home)["PULP_SETTINGS"] == f"{home.settings};{home.local_settings}"


def test_a_connection_string_becomes_a_django_database() -> None:
    """What Django has no name for goes to the driver."""
    assert django_database(URL) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "pulp",
        "USER": "user",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_socket_directory_with_odd_signs_is_found_again() -> None:
    """The embedded database is in a path the user chose."""
    url = database_url(Path("/srv/my index/100%"), "pulp")
    assert django_database(url)["HOST"] == "/srv/my index/100%"


def test_a_password_is_never_shown() -> None:
    """Not in messages, and not for a string that cannot be read."""
    assert shown(URL) == "postgresql://user@db.example:5433/pulp"
    with pytest.raises(BadOption) as caught:
        django_database("mysql://user:secret@db.example/pulp")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["db.example", "postgresql://db.example", "mysql://a/b"])
def test_what_names_no_database_is_refused(url: str) -> None:
    """A server alone is not enough."""
    with pytest.raises(BadOption, match="--database"):
        django_database(url)
