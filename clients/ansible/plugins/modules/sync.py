#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Bring a repository in line with its upstream."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: sync
short_description: Bring a repository in line with its upstream
description:
  - Reads what is new upstream and makes a new version of the repository if there is anything.
  - In check mode upstream is not asked. A change is then predicted only where the repository has
    never been synced.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  repository:
    description: The repository to work on, by name, href or PRN.
    type: str
    required: true
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.sync
"""

EXAMPLES = r"""
- name: Read what is new
  pyindex.pulp.sync:
    pulp_url: https://pulp.example.com
    repository: dev
    remote: upstream
    mirror: true
"""

RETURN = r"""
version:
  description: The repository's latest version after the task, as an href.
  type: str
  returned: outside of check mode
result:
  description: What the sync did.
  type: dict
  returned: outside of check mode
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.described import ACTIONS
from ansible_collections.pyindex.pulp.plugins.module_utils.entities import reference
from ansible_collections.pyindex.pulp.plugins.module_utils.versions import Repository

FIELDS = ACTIONS["repository"]["sync"]["fields"]


def main() -> None:
    module = PulpModule({"repository": {"type": "str", "required": True}, **FIELDS})
    with module.reporting():
        repository = Repository(module, module.params["repository"])
        body = module.given(FIELDS)
        if body.get("remote"):
            body["remote"] = reference(module, "remote", body["remote"])
        if module.check_mode:
            never = repository.before is None or repository.before.endswith("/versions/0/")
            module.done(changed=never)
        repository.done(result=repository.context.act("sync", body))


if __name__ == "__main__":
    main()
