"""Where a server's schema says other than the server does."""

from __future__ import annotations

from typing import Any

from pulp_glue.common.context import PluginRequirement, api_spec_quirk

from .tables import RESOURCES


def answers_to_actions(api_spec: Any) -> Any:
    """An action that makes nothing answers 200, although the schema has 201 for each POST."""
    actions = {
        f"{resource.prefix}_{name}" for resource in RESOURCES.values() for name in resource.actions
    }
    for path in api_spec["paths"].values():
        operation = path.get("post", {})
        responses = operation.get("responses", {})
        if operation.get("operationId") in actions and "201" in responses:
            responses.setdefault("200", responses["201"])
    return api_spec


def register() -> None:
    """Have every schema mended that comes from now on."""
    api_spec_quirk(PluginRequirement("pyindex"))(answers_to_actions)
