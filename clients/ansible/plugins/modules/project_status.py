#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Say what an index says of a whole project."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: project_status
short_description: Say what an index says of a whole project
description:
  - Sets the status marker of PEP 792, such as V(deprecated) or V(archived).
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  repository:
    description: The repository to work on, by name, href or PRN.
    type: str
    required: true
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.project_status
"""

EXAMPLES = r"""
- name: Nobody looks after this any more
  pyindex.pulp.project_status:
    pulp_url: https://pulp.example.com
    repository: team
    project: acme-old
    status: deprecated
    reason: Use acme-new.
"""

RETURN = r"""
version:
  description: The repository's latest version after the task, as an href.
  type: str
  returned: outside of check mode
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.described import ACTIONS
from ansible_collections.pyindex.pulp.plugins.module_utils.versions import Repository

try:
    from packaging.utils import canonicalize_name
except ImportError:
    # pulp-glue needs it too, and PulpModule tells that.
    pass

FIELDS = ACTIONS["repository"]["set_status"]["fields"]


def main() -> None:
    module = PulpModule({"repository": {"type": "str", "required": True}, **FIELDS})
    with module.reporting():
        repository = Repository(module, module.params["repository"])
        project = canonicalize_name(module.params["project"])
        before = {"status": "active", "reason": ""}
        for one in repository.content("project_status", project=project):
            before = {"status": one["status"], "reason": one["reason"] or ""}
        body = module.given(FIELDS)
        after = {"status": body["status"], "reason": body.get("reason", "")}
        if before == after:
            module.done(changed=False, version=repository.before)
        if module.check_mode:
            module.done(changed=True, before=before, after=after)
        repository.context.act("set_status", body)
        repository.done()


if __name__ == "__main__":
    main()
