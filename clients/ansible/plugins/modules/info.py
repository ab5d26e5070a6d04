#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask for objects."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: info
short_description: Ask for objects
description:
  - Lists objects of one kind. Nothing is changed.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  resource:
    description: What to list, such as V(distribution) or V(file).
    type: str
    required: true
  repository:
    description: The repository whose versions are listed.
    type: str
  filters:
    description: Filters as REST has them.
    type: dict
    default: {}
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: What is served where
  pyindex.pulp.info:
    pulp_url: https://pulp.example.com
    resource: distribution
    filters:
      base_path__startswith: team/
  register: served
"""

RETURN = r"""
objects:
  description: The objects.
  type: list
  elements: dict
  returned: success
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule

try:
    from pulp_glue.pyindex.context import CONTEXTS, repository_context
except ImportError:
    # Told by PulpModule.
    pass

SPEC = {
    "resource": {"type": "str", "required": True},
    "repository": {"type": "str"},
    "filters": {"type": "dict", "default": {}},
}


def main() -> None:
    module = PulpModule(SPEC)
    with module.reporting():
        name = module.params["resource"]
        if name not in CONTEXTS:
            module.refuse(f"{name!r} is no resource; there are {', '.join(sorted(CONTEXTS))}.")
        parameters = dict(module.params["filters"])
        if module.params["repository"]:
            repository = repository_context(module.pulp, module.params["repository"])
            if name == "version":
                context = repository.get_version_context()
            else:
                context = CONTEXTS[name](module.pulp)
                parameters["repository"] = repository.pulp_href
        else:
            context = CONTEXTS[name](module.pulp)
        found = context.list(limit=1_000_000, offset=0, parameters=parameters)
        module.done(changed=False, objects=found)


if __name__ == "__main__":
    main()
