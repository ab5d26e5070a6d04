#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold a project, a release or a file at once."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: quarantine
short_description: Hold a project, a release or a file at once
description:
  - What is held is shown by no index where the hold is in force, cached copies included.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  project:
    description: The project, in any spelling.
    type: str
    required: true
  release:
    description: Only this release; every one by default.
    type: str
    default: ""
  filename:
    description: Only the file of this name; every one by default.
    type: str
    default: ""
  distribution:
    description: The index where it is in force, by name, href or PRN; every index by default.
    type: str
  reason:
    description: Why; needed to hold something. It is told to everyone who asks for it.
    type: str
  state:
    description: Whether it is held.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: Nobody gets this until it is clear what it does
  pyindex.pulp.quarantine:
    pulp_url: https://pulp.example.com
    project: urllib3
    release: "2.99"
    reason: Reported as malware
"""

RETURN = r"""
quarantine:
  description: The hold as it is now; in check mode, as it would be.
  type: dict
  returned: success
"""

from typing import Any

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.entities import reference

try:
    from packaging.utils import canonicalize_name
    from pulp_glue.pyindex.context import CONTEXTS
except ImportError:
    # Told by PulpModule.
    pass

SPEC = {
    "project": {"type": "str", "required": True},
    "release": {"type": "str", "default": ""},
    "filename": {"type": "str", "default": ""},
    "distribution": {"type": "str"},
    "reason": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    module = PulpModule(SPEC, required_if=[("state", "present", ["reason"])])
    with module.reporting():
        kind = CONTEXTS["quarantine"]
        wanted = module.given(("project", "release", "filename", "reason"))
        wanted["project"] = canonicalize_name(wanted["project"])
        wanted["distribution"] = None
        if module.params["distribution"]:
            wanted["distribution"] = reference(
                module, "distribution", module.params["distribution"]
            )
        known = [
            one
            for one in kind(module.pulp).list(
                limit=1_000_000, offset=0, parameters={"project": wanted["project"]}
            )
            if all(one[name] == wanted[name] for name in ("release", "filename", "distribution"))
        ]
        held = next((one for one in known if one["reason"] == module.params["reason"]), None)
        if module.params["state"] == "absent":
            _release(module, known)
            module.done(changed=bool(known), before=known and known[0], quarantine=None)
        if held is not None:
            module.done(changed=False, quarantine=held)
        if module.check_mode:
            module.done(changed=True, before=known and known[0], after=wanted, quarantine=wanted)
        # The new reason is in force before the old one goes.
        made = kind(module.pulp).create(body=wanted)
        _release(module, known)
        module.done(changed=True, before=known and known[0], after=made, quarantine=made)


def _release(module: PulpModule, known: list[dict[str, Any]]) -> None:
    if not module.check_mode:
        for one in known:
            CONTEXTS["quarantine"](module.pulp, pulp_href=one["pulp_href"]).delete()


if __name__ == "__main__":
    main()
