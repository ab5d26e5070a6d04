"""The plugin's part of an OpenAPI schema, in the words of the clients."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

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
NOTHING: Mapping[str, str] = MappingProxyType({})


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
        described["help"] = first_paragraph(given.get("description") or "")
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
    """The resource that a field of that name is the address of, whether it exists or not."""
    return REFERS.get(name) or singular(name)


def first_paragraph(text: str) -> str:
    """The first paragraph of a description, as one line."""
    # What follows is pulpcore's list of choices, which the table has as such.
    return " ".join(text.partition("\n\n")[0].split())


def singular(name: str) -> str:
    """What one of those is called that a list is of."""
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
