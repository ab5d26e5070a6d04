"""Writes what the clients know of REST: `describe.py SETTINGS TARGET [--check]`.

The table is made of the OpenAPI schema, so that a field or action that REST gains is an option of
the command line at once. `--check` writes nothing and fails where the table is not what it would
be.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import django
import openapi  # beside this file
from openapi import REFERS, Schema, first_paragraph, singular

#: What REST calls a resource in its operations → what the clients call it.
NAMES = {
    "remotes_pyindex_pyindex": "remote",
    "repositories_pyindex_pyindex": "repository",
    "repositories_pyindex_pyindex_versions": "version",
    "publications_pyindex_pyindex": "publication",
    "distributions_pyindex_pyindex": "distribution",
    "content_pyindex_files": "file",
    "exporters_pyindex_static": "exporter",
    "exporters_pyindex_static_exports": "export",
    "content_pyindex_project_statuses": "project_status",
}
#: What happens to every object in Pulp; pulp-glue knows it.
OF_PULP = frozenset(
    {"add_role", "remove_role", "list_roles", "my_permissions", "set_label", "unset_label"}
)
CRUD = frozenset({"list", "read", "create", "update", "partial_update", "delete"})


def _check(resources: list[dict[str, Any]]) -> None:
    known = {one["name"] for one in resources} | set(REFERS.values()) | {"index"}
    for one in resources:
        actions = [field for action in one["actions"] for field in action["fields"]]
        for field in (*one["fields"], *one["filters"], *actions):
            if field.get("refers", "version") not in known:
                raise SystemExit(
                    f"{one['name']}.{field['name']} holds an address: of what? Say so in REFERS of "
                    f"{openapi.__file__}."
                )


def describe(schema: Schema) -> list[dict[str, Any]]:
    """The table: resources with their fields, filters and actions."""
    prefixes = [name.removesuffix("_list") for name in schema.operations if name.endswith("_list")]
    resources = []
    for prefix in sorted(prefixes):
        verbs = {
            name.removeprefix(f"{prefix}_"): told
            for name, told in schema.operations.items()
            if max((one for one in prefixes if name.startswith(f"{one}_")), key=len, default="")
            == prefix
        }
        resources.append(_resource(schema, prefix, verbs))
    placed = {f"{one['prefix']}_{verb}" for one in resources for verb in one["verbs"]}
    placed |= {f"{one['prefix']}_{act['name']}" for one in resources for act in one["actions"]}
    lost = schema.operations.keys() - placed
    if lost:
        raise SystemExit(f"operations that belong to no resource: {', '.join(sorted(lost))}")
    _check(resources)
    return resources


def _resource(
    schema: Schema, prefix: str, verbs: dict[str, tuple[str, str, dict[str, Any]]]
) -> dict[str, Any]:
    detail = verbs["read"][1] if "read" in verbs else ""
    path = verbs["list"][1]
    shown = verbs["read" if "read" in verbs else "list"][2]
    writable = verbs.get("create") or verbs.get("partial_update")
    changeable = verbs.get("partial_update")
    return {
        "name": NAMES.get(prefix) or singular(prefix.rpartition("_")[2]),
        "prefix": prefix,
        # Below the API's root, or below what the address of its parent is.
        "path": re.sub(r"^/pulp/api/v3/|^\{\w+\}", "", path),
        "parent": "".join(re.findall(r"\{(\w+)\}", path)),
        "href": "".join(re.findall(r"\{(\w+)\}", detail)),
        "verbs": sorted(verb for verb in verbs if verb in CRUD or verb in OF_PULP),
        "shown": schema.shown(shown),
        "fields": schema.body(writable[2]) if writable else [],
        "changeable": [one["name"] for one in schema.body(changeable[2])] if changeable else [],
        "filters": schema.query(verbs["list"][2]),
        "actions": [
            {
                "name": verb,
                "summary": operation.get("summary", ""),
                "help": first_paragraph(operation.get("description", "")),
                "method": method,
                "detail": path.startswith(detail or "?"),
                "fields": schema.body(operation) if method != "get" else schema.query(operation),
                "shown": schema.shown(operation),
                "paged": method == "get"
                and any(one["name"] == "limit" for one in operation.get("parameters", ())),
            }
            for verb, (method, path, operation) in sorted(verbs.items())
            if verb not in CRUD and verb not in OF_PULP
        ],
    }


def set_up(settings: Path) -> None:
    """Make Django ready to be asked for the schema."""
    os.environ["PULP_SETTINGS"] = str(settings.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "pulpcore.app.settings"
    django.setup()


def load() -> dict[str, Any]:
    """The schema with addresses in place of paths, as the bindings and pulp-glue have it."""
    from django.core.management import call_command

    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        call_command("openapi", component="pyindex", file=file.name)
        document: dict[str, Any] = json.loads(Path(file.name).read_text("utf-8"))
    return document


def written(resources: list[dict[str, Any]]) -> str:
    """The table as its file has it."""
    return json.dumps(resources, indent=1, ensure_ascii=False) + "\n"


def main(settings: Path, target: Path, check: bool) -> int:
    """0 if the table is, or is now, that of the schema."""
    set_up(settings)
    text = written(describe(Schema(load())))
    if check:
        if target.read_text("utf-8") == text:
            return 0
        print(f"{target} is not what REST is: run `make clients`.", file=sys.stderr)
        return 1
    target.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), "--check" in sys.argv))
