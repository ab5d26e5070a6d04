# SPDX-License-Identifier: GPL-2.0-or-later
"""Bringing objects of Pulp to the state a task describes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NoReturn

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.described import (
    ARGUMENTS,
    NULLABLE,
    REFERENCES,
    SECRETS,
    TIMES,
)

try:
    from pulp_glue.common.exceptions import PulpEntityNotFound
    from pulp_glue.pyindex.context import CONTEXTS
    from pulp_glue.pyindex.references import resolve
except ImportError:
    # Told by PulpModule, which every module makes first.
    pass

#: What says nothing of an object's state.
_UNTOLD = ("pulp_created", "pulp_last_updated", "last_used", "last_used_at")


def arguments(resource: str) -> dict[str, Any]:
    """What a module for this kind of object takes, beside the connection."""
    spec = dict(ARGUMENTS[resource])
    spec["name"] = {"type": "str", "required": True}
    spec["state"] = {"type": "str", "choices": ["present", "absent"], "default": "present"}
    if NULLABLE[resource]:
        spec["clear"] = {
            "type": "list",
            "elements": "str",
            "choices": NULLABLE[resource],
            "default": [],
        }
    if SECRETS[resource]:
        spec["update_secrets"] = {"type": "bool", "default": False}
    return spec


def manage(resource: str, **kwargs: Any) -> NoReturn:
    """Run the module of objects that are known by their name."""
    module = PulpModule(arguments(resource), **kwargs)
    with module.reporting():
        found = CONTEXTS[resource](module.pulp, entity={"name": module.params["name"]})
        converge(module, resource, found)


def converge(module: PulpModule, resource: str, context: Any) -> NoReturn:
    """Make, change or delete the object of `context`, and end the module."""
    before = look(context)
    if module.params["state"] == "absent":
        if before is not None and not module.check_mode:
            context.delete()
        module.done(changed=before is not None, before=told(before), **{resource: None})
    wanted = desired(module, resource)
    if before is None:
        after = wanted if module.check_mode else context.create(body=wanted)
        after = hidden(resource, after)
        # A token's secret is for who asked for it, not for the log of differences.
        shown = {name: value for name, value in after.items() if name != "token"}
        module.done(changed=True, after=told(shown), **{resource: after})
    changes = {
        name: value
        for name, value in wanted.items()
        if _differs(module, resource, name, before, value)
    }
    if not changes:
        module.done(changed=False, **{resource: before})
    if module.check_mode:
        after = {**before, **changes}
    else:
        # pulp-glue leaves out what is None, and sends nothing for an empty text.
        context.update(body={k: "" if v is None else v for k, v in changes.items()})
        after = context.entity
    secret = any(name in SECRETS[resource] for name in changes)
    after = hidden(resource, after)
    module.done(
        changed=secret or told(before) != told(after),
        before=told(before),
        after=told(after),
        **{resource: after},
    )


def look(context: Any) -> dict[str, Any] | None:
    """The object as it is; None where it is not."""
    try:
        found: dict[str, Any] = dict(context.entity)
    except PulpEntityNotFound:
        return None
    return found


def told(entity: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an object's state is made of."""
    if entity is None:
        return None
    return {name: value for name, value in entity.items() if name not in _UNTOLD}


def hidden(resource: str, entity: dict[str, Any]) -> dict[str, Any]:
    """The object without the secrets that a task sent, and with times as texts."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in entity.items()
        if name not in SECRETS[resource]
    }


def desired(module: PulpModule, resource: str) -> dict[str, Any]:
    """The fields that a task sets, as a request has them."""
    wanted = module.given(ARGUMENTS[resource])
    wanted["name"] = module.params["name"]
    for name in module.params.get("clear") or []:
        if name in wanted and name != "name":
            module.refuse(f"{name} is both set and cleared.")
        wanted[name] = None
    for name in TIMES[resource]:
        if wanted.get(name) is not None:
            wanted[name] = _moment(module, name, wanted[name])
    for name, kind in REFERENCES[resource].items():
        if wanted.get(name) is not None:
            wanted[name] = reference(module, kind, wanted[name])
    return wanted


def reference(module: PulpModule, kind: str, value: Any) -> Any:
    """The address of what a task names; in check mode the name of what is not there yet."""
    if isinstance(value, list):
        return [reference(module, kind, one) for one in value]
    try:
        found = resolve(module.pulp, kind, value)
        return found if isinstance(found, str) else found.pulp_href
    except PulpEntityNotFound:
        if module.check_mode:
            return value
        raise


def _differs(module: PulpModule, resource: str, name: str, before: Any, value: Any) -> bool:
    if name in SECRETS[resource]:
        is_set = {one["name"]: one["is_set"] for one in before.get("hidden_fields", [])}
        return module.params["update_secrets"] or is_set.get(name, False) is (value is None)
    old = before.get(name)
    if isinstance(value, datetime):
        return old is None or datetime.fromisoformat(old) != value
    return bool(old != value)


def _moment(module: PulpModule, name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        module.refuse(f"{name} is no time such as 2026-01-31T12:00:00Z: {text!r}")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
