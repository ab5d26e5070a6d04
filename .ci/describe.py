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
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import django

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
#: Fields that hold addresses → the resource they are of.
REFERS = {
    "add_content_units": "content",
    "artifact": "artifact",
    "bases": "distribution",
    "base_version": "version",
    "content_guard": "content_guard",
    "distributions": "distribution",
    "publication": "publication",
    "remote": "remote",
    "remove_content_units": "content",
    "repository": "repository",
    "repository_version": "version",
    "upload": "upload",
}
#: Fields of single operations that hold addresses although the schema has them as texts.
IN_WORDS = {
    "exporters_pyindex_static_exports": {"source": "index"},
    "pyindex_rulesets_dry_run": {"of": "index"},
    "repositories_pyindex_pyindex_approve": {"source": "version"},
    "repositories_pyindex_pyindex_promote": {"source": "version"},
    "repositories_pyindex_pyindex_revoke": {"source": "version"},
    "repositories_pyindex_pyindex_versions_diff": {"base": "version"},
}
#: Parameters of every list: the clients have them without being told.
EVERYWHERE = frozenset({"fields", "exclude_fields", "limit", "offset", "ordering"})
#: What happens to every object in Pulp; pulp-glue knows it.
OF_PULP = frozenset(
    {"add_role", "remove_role", "list_roles", "my_permissions", "set_label", "unset_label"}
)
NOTHING: Mapping[str, str] = MappingProxyType({})
CRUD = frozenset({"list", "read", "create", "update", "partial_update", "delete"})


class Schema:
    """The part of an OpenAPI schema that is the plugin's."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.components = document["components"]["schemas"]
        self.operations: dict[str, tuple[str, str, dict[str, Any]]] = {}
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method != "parameters" and "pyindex" in operation["operationId"]:
                    self.operations[operation["operationId"]] = (method, path, operation)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema behind references and single-entry compositions, with its own words."""
        while True:
            if "$ref" in schema:
                target = self.components[schema["$ref"].rpartition("/")[2]]
            elif len(schema.get("allOf", ())) == 1:
                target = schema["allOf"][0]
            elif several := schema.get("oneOf") or schema.get("anyOf"):
                known = [one for one in several if one.get("type") != "null"]
                target = next(one for one in known if not self._is_blank(one))
            else:
                return schema
            said = {k: v for k, v in schema.items() if k not in ("$ref", "allOf", "oneOf", "anyOf")}
            schema = {**target, **said}

    def _is_blank(self, schema: dict[str, Any]) -> bool:
        return schema.get("$ref", "").rpartition("/")[2] in ("BlankEnum", "NullEnum")

    def body(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        """The fields a request may bring."""
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return []
        words = IN_WORDS.get(operation["operationId"], {})
        return self.properties(self.resolved(next(iter(content.values()))["schema"]), words)

    def properties(
        self, schema: dict[str, Any], words: Mapping[str, str] = NOTHING
    ) -> list[dict[str, Any]]:
        required = schema.get("required", ())
        return [
            {**self.field(name, one, name in required), **_in_words(name, words)}
            for name, one in schema.get("properties", {}).items()
            if not one.get("readOnly")
        ]

    def query(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        """The parameters of a GET."""
        words = IN_WORDS.get(operation["operationId"], {})
        return [
            {
                **self.field(
                    one["name"],
                    {**one["schema"], "description": one.get("description", "")},
                    one.get("required", False),
                ),
                **_in_words(one["name"], words),
            }
            for one in operation.get("parameters", ())
            if one["in"] == "query" and one["name"] not in EVERYWHERE
        ]

    def shown(self, operation: dict[str, Any]) -> list[str]:
        """The names of what an answer tells."""
        for status in ("200", "201"):
            content = operation["responses"].get(status, {}).get("content", {})
            for one in content.values():
                schema = self.resolved(one["schema"])
                if "results" in schema.get("properties", {}):
                    schema = self.resolved(schema["properties"]["results"]["items"])
                elif schema.get("type") == "array":
                    schema = self.resolved(schema["items"])
                return list(schema.get("properties", {}))
        return []

    def field(self, name: str, given: dict[str, Any], required: bool) -> dict[str, Any]:
        """One entry of the table; what is as usual is left out."""
        schema = self.resolved(given)
        # What has no type may be anything that JSON can say.
        types = schema.get("type", "object")
        types = [types] if isinstance(types, str) else types
        described: dict[str, Any] = {"name": name, **self._kind(name, schema, types)}
        described["help"] = _first_paragraph(given.get("description") or "")
        if required:
            described["required"] = True
        if "null" in types or schema.get("nullable"):
            described["nullable"] = True
        if schema.get("writeOnly"):
            described["secret"] = True
        return described

    def _kind(self, name: str, schema: dict[str, Any], types: list[str]) -> dict[str, Any]:
        if "array" in types:
            item = self.resolved(schema["items"])
            if name in REFERS or item.get("format") == "uri":
                return {"kind": "entities", "refers": _refers(name)}
            if item.get("properties"):
                return {"kind": "objects", "fields": self.properties(item)}
            if item.get("type") == "object":
                return {"kind": "pairs"}
            if item.get("enum"):
                return {"kind": "choices", "choices": item["enum"]}
            kinds = {"integer": "integers", "number": "numbers"}
            kind = "times" if item.get("format") == "date-time" else kinds.get(item.get("type", ""))
            return {"kind": kind or "texts"}
        if schema.get("enum"):
            return {"kind": "choice", "choices": [one for one in schema["enum"] if one]}
        if "object" in types:
            if name == "pulp_labels":
                return {"kind": "labels"}
            return {"kind": "object"}
        if schema.get("format") == "binary":
            return {"kind": "file"}
        if schema.get("format") == "date-time":
            return {"kind": "time"}
        if name in REFERS or (schema.get("format") == "uri" and "url" not in name):
            return {"kind": "entity", "refers": _refers(name)}
        kinds = {"integer": "integer", "number": "number", "boolean": "flag"}
        return {"kind": next((kinds[one] for one in types if one in kinds), "text")}


def _in_words(name: str, words: Mapping[str, str]) -> dict[str, str]:
    return {"kind": "entity", "refers": words[name]} if name in words else {}


def _refers(name: str) -> str:
    """The resource that a field of that name is the address of; `_check` sees whether it exists."""
    return REFERS.get(name) or _singular(name)


def _check(resources: list[dict[str, Any]]) -> None:
    known = {one["name"] for one in resources} | set(REFERS.values()) | {"index"}
    for one in resources:
        actions = [field for action in one["actions"] for field in action["fields"]]
        for field in (*one["fields"], *one["filters"], *actions):
            if field.get("refers", "version") not in known:
                raise SystemExit(
                    f"{one['name']}.{field['name']} holds an address: of what? Say so in REFERS of "
                    f"{__file__}."
                )


def _first_paragraph(text: str) -> str:
    # What follows is pulpcore's list of choices, which the table has as such.
    return " ".join(text.partition("\n\n")[0].split())


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
        "name": NAMES.get(prefix) or _singular(prefix.rpartition("_")[2]),
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
                "help": _first_paragraph(operation.get("description", "")),
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


def _singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


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
