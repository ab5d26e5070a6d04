"""What users set, send and are told is described in the documentation."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from pulpcore.plugin.exceptions import PulpException

from pulp_pyindex.app import exceptions, serializers, settings

DOCS = Path(__file__).resolve().parents[2] / "docs"

SETTINGS = sorted(name for name in vars(settings) if name.startswith("PYINDEX_"))
_ERRORS: list[Any] = [
    error
    for _, error in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(error, PulpException) and error is not PulpException
]
CODES = sorted({error.error_code for error in _ERRORS})


def _text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_described(name: str) -> None:
    """Under a heading of its own."""
    assert f"\n## `{name}`\n" in _text("reference/settings.md")


def test_settings_that_are_described_exist() -> None:
    """No heading is left of a setting that has gone."""
    headings = re.findall(r"^## `(PYINDEX_\w+)`$", _text("reference/settings.md"), re.MULTILINE)
    assert sorted(headings) == SETTINGS


@pytest.mark.parametrize("name", SETTINGS)
def test_the_described_default_is_the_default(name: str) -> None:
    """The line below a setting's heading says it."""
    section = _text("reference/settings.md").partition(f"## `{name}`\n")[2].partition("\n## ")[0]
    assert f"Default: `{getattr(settings, name)!r}`" in section.strip()


@pytest.mark.parametrize("code", CODES)
def test_an_error_code_is_described(code: str) -> None:
    """In the table of codes."""
    assert f"| `{code}` |" in _text("reference/errors.md")


@pytest.mark.parametrize("name", serializers.__all__)
def test_every_rest_field_is_described(name: str) -> None:
    """In a table of the REST reference."""
    reference = _text("reference/rest.md")
    fields = set(getattr(serializers, name)().get_fields())
    assert {field for field in fields if f"| `{field}` |" not in reference} == set()
