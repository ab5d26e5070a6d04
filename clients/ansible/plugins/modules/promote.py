#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a repository hold what another one holds."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: promote
short_description: Make a repository hold what another one holds
description:
  - Takes over a version of another repository, wholly or by project and release.
  - No file is copied.
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
  - pyindex.pulp.promote
"""

EXAMPLES = r"""
- name: What was tested goes to production
  pyindex.pulp.promote:
    pulp_url: https://pulp.example.com
    repository: prod
    source: test@7
    note: Passed the tests of 22 November
"""

RETURN = r"""
result:
  description: The difference, and the version that was made.
  type: dict
  returned: success
"""

from typing import Any

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.described import ACTIONS
from ansible_collections.pyindex.pulp.plugins.module_utils.entities import reference
from ansible_collections.pyindex.pulp.plugins.module_utils.versions import Repository

FIELDS = {
    name: spec
    for name, spec in ACTIONS["repository"]["promote"]["fields"].items()
    if name != "dry_run"
}
REFERENCES = ACTIONS["repository"]["promote"]["references"]
#: Findings of gates that an error lists.
_TOLD = 25


def main() -> None:
    module = PulpModule({"repository": {"type": "str", "required": True}, **FIELDS})
    with module.reporting():
        repository = Repository(module, module.params["repository"])
        body = module.given(FIELDS)
        for name, kind in REFERENCES.items():
            if name in body:
                body[name] = reference(module, kind, body[name])
        if module.check_mode:
            if not repository.is_there or not body["source"].startswith("/"):
                module.done(changed=True)
            told = repository.context.act("promote", {**body, "dry_run": True})
            if not told["gates"]["open"]:
                module.refuse(_closed(module.params["repository"], told["gates"]))
            module.done(changed=bool(told["projects"]), after=told, result=told)
        repository.done(result=repository.context.act("promote", body))


def _closed(repository: str, gates: Any) -> str:
    """What a promotion would fail of."""
    found = [one for one in gates["findings"] if one["rule"] not in gates["overridden"]]
    lines = [
        f"{one['rule']}: {one['filename'] or one['project']}: {one['reason']}"
        for one in found[:_TOLD]
    ]
    more = [f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else []
    return "\n".join([f"The gates of {repository} would not let this in.", *lines, *more])


if __name__ == "__main__":
    main()
