"""The rules that the documentation shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pulp_pyindex.index.rules import read_ruleset
from pulp_pyindex.index.rules.keys import CONDITIONS
from pulp_pyindex.index.rules.texts import PLACEHOLDERS

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/rules.md").read_text(encoding="utf-8")
RECIPES = [
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    if '"when"' in block
]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_understood(recipe: Any) -> None:
    """One rule, or several."""
    rules = recipe if isinstance(recipe, list) else [recipe]
    assert len(read_ruleset("recipe", rules).rules) == len(rules)


def test_there_are_recipes() -> None:
    """For cool-down, a fixed day, malware, licences, provenance, lists and platforms."""
    assert len(RECIPES) == 7


def test_every_key_is_described() -> None:
    """In the table of conditions, and each placeholder of a text."""
    keys = {key for kinds in CONDITIONS for key in kinds}
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()
    assert {name for name in PLACEHOLDERS if f"`{{{name}}}`" not in PAGE} == set()
