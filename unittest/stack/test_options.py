"""What `up` is told, and what it remembers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pulp_pyindex.stack.addresses import Address
from pulp_pyindex.stack.errors import BadOption
from pulp_pyindex.stack.home import open_home
from pulp_pyindex.stack.options import (
    default_options,
    parse_setting,
    remember,
    remembered,
    with_settings,
)


def test_what_was_said_once_is_remembered(tmp_path: Path) -> None:
    """Every field survives the file."""
    home = open_home(tmp_path)
    options = replace(
        default_options(),
        api=Address(host="::1", port=7),
        workers=5,
        content_processes=3,
        api_processes=4,
        database="postgresql://a:b@c/d",
        redis="redis://e",
        settings={"DOMAIN_ENABLED": True},
    )

    remember(home, options)

    assert remembered(home) == options
    assert home.options.stat().st_mode & 0o077 == 0


def test_a_new_home_has_the_defaults(tmp_path: Path) -> None:
    """Nothing was said yet."""
    assert remembered(open_home(tmp_path)) == default_options()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=1", 1),
        ("A=true", True),
        ("A=True", True),
        ('A=["x"]', ["x"]),
        ("A=('x',)", ("x",)),
        ("A=some words", "some words"),
        ("A=http://host/?a=b", "http://host/?a=b"),
    ],
)
def test_a_setting_is_json_or_python_or_text(text: str, value: Any) -> None:
    """What reads as a value is one."""
    assert parse_setting(text) == ("A", value)


@pytest.mark.parametrize("text", ["A", "=1", "lower=1", "A B=1"])
def test_what_is_no_setting_is_refused(text: str) -> None:
    """A name in capitals and an equals sign have to be there."""
    with pytest.raises(BadOption, match="is not NAME=VALUE"):
        parse_setting(text)


def test_a_setting_without_a_value_is_forgotten() -> None:
    """The others stay."""
    options = replace(default_options(), settings={"A": 1, "B": 2})
    assert with_settings(options, ["A=", "C=3"]).settings == {"B": 2, "C": 3}
