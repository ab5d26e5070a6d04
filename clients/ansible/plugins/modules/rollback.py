#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Go back to an older version of a repository."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rollback
short_description: Go back to an older version of a repository
description:
  - Makes a new version that equals an older one, so that history goes on.
  - In check mode Pulp is asked for the difference, and nothing is changed.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  repository:
    description: The repository to work on, by name, href or PRN.
    type: str
    required: true
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.rollback
"""

EXAMPLES = r"""
- name: Back to what was served last week
  pyindex.pulp.rollback:
    pulp_url: https://pulp.example.com
    repository: prod
    version: 12
"""

RETURN = r"""
result:
  description: The difference, and the version that was made.
  type: dict
  returned: success
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.described import ACTIONS
from ansible_collections.pyindex.pulp.plugins.module_utils.versions import Repository

FIELDS = {
    name: spec
    for name, spec in ACTIONS["repository"]["rollback"]["fields"].items()
    if name != "dry_run"
}


def main() -> None:
    module = PulpModule({"repository": {"type": "str", "required": True}, **FIELDS})
    with module.reporting():
        repository = Repository(module, module.params["repository"])
        body = module.given(FIELDS)
        if module.check_mode:
            if not repository.is_there:
                module.done(changed=True)
            told = repository.context.act("rollback", {**body, "dry_run": True})
            module.done(changed=bool(told["projects"]), after=told, result=told)
        repository.done(result=repository.context.act("rollback", body))


if __name__ == "__main__":
    main()
