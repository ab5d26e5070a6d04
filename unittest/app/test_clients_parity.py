"""Whatever REST can, the command line can; what it leaves out stands here with the reason."""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from pulp_glue.pyindex.tables import RESOURCES

from pulpcore.cli.pyindex.main import pyindex

ROOT = Path(__file__).resolve().parents[2]
DESCRIBED = ROOT / "clients/glue/pulp_glue/pyindex/described.json"

#: Operations without a command of their own.
NO_COMMAND = {
    "update": "PUT is PATCH with every field; `update` sends what is said",
}
#: Parameters without an option.
NO_OPTION = {
    "X-Task-Diagnostics": "profiles Pulp's own tasks; it is no concern of an index",
    "exclude_fields but in a list": "a table shows what fits, JSON shows everything",
    "fields but in a list": "a table shows what fits, JSON shows everything",
    "offset but in a list": "`--limit 0` reads all pages",
}
#: Operations → the command they are, where the verb does not say it.
VERBS: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "read": ("show",),
    "create": ("create",),
    "partial_update": ("update",),
    "delete": ("destroy",),
    "set_label": ("label", "set"),
    "unset_label": ("label", "unset"),
    "list_roles": ("role", "list"),
    "my_permissions": ("role", "my-permissions"),
    "add_role": ("role", "add"),
    "remove_role": ("role", "remove"),
}
GROUPS: dict[str, tuple[str, ...]] = {"advisory": ("advisories",)}


def _generator() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / ".ci")
        return importlib.import_module("describe")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI schema of today's code."""
    found: dict[str, Any] = _generator().load()
    return found


def _command(resource: str, verb: str) -> click.Command | None:
    path = VERBS.get(verb, (verb.replace("_", "-"),))
    group = GROUPS.get(resource, (resource.replace("_", "-"),))
    if RESOURCES[resource].path.startswith("content/"):
        group = ("content", *group)
    found: click.Command | None = pyindex
    for word in (*group, *path):
        found = found.commands.get(word) if isinstance(found, click.Group) else None
    return found


def _operations(document: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Resource, verb and what the schema says of it."""
    found = []
    prefixes = {one.prefix: one.name for one in RESOURCES.values()}
    for item in document["paths"].values():
        for method, operation in item.items():
            if method == "parameters":
                continue
            name = operation["operationId"]
            prefix = max((one for one in prefixes if name.startswith(f"{one}_")), key=len)
            found.append((prefixes[prefix], name.removeprefix(f"{prefix}_"), operation))
    return found


def _fields(document: Mapping[str, Any], operation: Mapping[str, Any]) -> set[str]:
    """Every name a request may bring, but the address itself."""
    # What is sent has a body; that such a request could be filtered, the schema makes up.
    places = ("path", "query") if "requestBody" in operation else ("path",)
    names = {one["name"] for one in operation.get("parameters", ()) if one["in"] not in places}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        while "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        properties = schema.get("properties", {})
        names |= {name for name, one in properties.items() if not one.get("readOnly")}
    return names


def test_the_clients_know_the_schema(document: dict[str, Any]) -> None:
    """Where they do not: `make clients`."""
    generator = _generator()
    assert generator.describe(generator.Schema(document)) == json.loads(
        DESCRIBED.read_text("utf-8")
    )


def test_every_operation_is_a_command(document: dict[str, Any]) -> None:
    """But for those that stand above."""
    missing = {
        f"{resource} {verb}"
        for resource, verb, _ in _operations(document)
        if verb not in NO_COMMAND and _command(resource, verb) is None
    }
    assert missing == set()


def test_every_field_is_an_option(document: dict[str, Any]) -> None:
    """Of bodies and of queries."""
    missing = set()
    for resource, verb, operation in _operations(document):
        command = _command(resource, verb)
        if verb in NO_COMMAND or command is None:
            continue
        taken = {one.name for one in command.params}
        for name in _fields(document, operation) - taken:
            where = name if verb == "list" else f"{name} but in a list"
            if name not in NO_OPTION and where not in NO_OPTION:
                missing.add(f"{resource} {verb}: {name}")
    assert missing == set()


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("repositories_pyindex_pyindex_approve", "201"),
        ("repositories_pyindex_pyindex_revoke", "200"),
        ("pyindex_rulesets_dry_run", "200"),
        ("distributions_pyindex_pyindex_invalidate", "200"),
    ],
)
def test_actions_answer_as_the_schema_says(
    document: dict[str, Any], operation: str, status: str
) -> None:
    """With that status, and without the filters or the pages of a list."""
    (found,) = [
        method
        for path in document["paths"].values()
        for method in path.values()
        if isinstance(method, dict) and method.get("operationId") == operation
    ]
    assert list(found["responses"]) == [status]
    assert {one["in"] for one in found["parameters"]} <= {"path", "header"}
    schema = found["responses"][status]["content"]["application/json"]["schema"]
    assert "Paginated" not in json.dumps(schema)
