#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Do what REST offers beside making, changing and deleting."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: action
short_description: Do what REST offers beside making, changing and deleting
description:
  - For what has no module of its own.
  - Pulp alone knows whether anything changes, so a task that is run is a change.
  - In check mode nothing is done.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  resource:
    description: What the action belongs to, such as V(repository).
    type: str
    required: true
  name:
    description:
      - The object it is about, by name or href; a version as V(dev@12).
      - Not for actions on all of a kind.
    type: str
  action:
    description: The last part of its address in REST, such as V(cleanup).
    type: str
    required: true
  body:
    description: The fields of the request.
    type: dict
    default: {}
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: Compare what a promotion would change
  pyindex.pulp.action:
    pulp_url: https://pulp.example.com
    resource: repository
    name: prod
    action: promote
    body:
      source: dev
      dry_run: true
  register: difference
  changed_when: false
"""

RETURN = r"""
result:
  description: The answer, or what the task it started came to.
  type: raw
  returned: outside of check mode
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.described import ACTIONS
from ansible_collections.pyindex.pulp.plugins.module_utils.entities import reference

try:
    from pulp_glue.pyindex.context import CONTEXTS
    from pulp_glue.pyindex.references import resolve
except ImportError:
    # Told by PulpModule.
    pass

SPEC = {
    "resource": {"type": "str", "required": True},
    "name": {"type": "str"},
    "action": {"type": "str", "required": True},
    "body": {"type": "dict", "default": {}},
}


def main() -> None:
    module = PulpModule(SPEC)
    resource, action = module.params["resource"], module.params["action"]
    known = ACTIONS.get(resource, {})
    if action not in known:
        there = ", ".join(f"{kind} {name}" for kind, names in ACTIONS.items() for name in names)
        module.refuse(f"There is no action {action!r} of {resource!r}; there are: {there}.")
    described = known[action]
    if described["detail"] and module.params["name"] is None:
        module.refuse(f"{action} is about one {resource}: name it.")
    unknown = sorted(set(module.params["body"]) - set(described["fields"]))
    if unknown:
        module.refuse(f"{action} takes no {', '.join(unknown)}.")
    if module.check_mode:
        module.done(changed=True)
    with module.reporting():
        body = dict(module.params["body"])
        for name, kind in described["references"].items():
            if body.get(name) is not None:
                body[name] = reference(module, kind, body[name])
        context = CONTEXTS[resource](module.pulp)
        if described["detail"]:
            found = resolve(module.pulp, resource, module.params["name"])
            context = (
                CONTEXTS[resource](module.pulp, pulp_href=found)
                if isinstance(found, str)
                else found
            )
        module.done(changed=True, result=context.act(action, body))


if __name__ == "__main__":
    main()
