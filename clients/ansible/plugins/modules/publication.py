#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Publish a version of a repository."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: publication
short_description: Publish a version of a repository
description:
  - Repositories publish every new version by themselves unless C(autopublish) is off.
  - A version that is published already is not published again.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  repository_version:
    description: The version; V(dev) is the latest one of C(dev), V(dev@12) is its version 12.
    type: str
    required: true
  state:
    description: Whether there should be a publication of the version.
    type: str
    choices: [present, absent]
    default: present
  checkpoint:
    description: Whether a new publication is a checkpoint.
    type: bool
    default: false
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: Publish what was tested
  pyindex.pulp.publication:
    pulp_url: https://pulp.example.com
    repository_version: test@7
"""

RETURN = r"""
publication:
  description: The newest publication of the version.
  type: dict
  returned: outside of check mode
"""

from typing import Any

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule

try:
    from pulp_glue.common.exceptions import PulpEntityNotFound
    from pulp_glue.pyindex.context import PulpPyindexPublicationContext, version_context
except ImportError:
    # Told by PulpModule.
    pass

SPEC = {
    "repository_version": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "checkpoint": {"type": "bool", "default": False},
}


def main() -> None:
    module = PulpModule(SPEC)
    with module.reporting():
        context = PulpPyindexPublicationContext(module.pulp)
        try:
            version = version_context(module.pulp, module.params["repository_version"]).pulp_href
        except PulpEntityNotFound:
            if not module.check_mode:
                raise
            module.done(changed=module.params["state"] == "present")
        known = context.list(
            limit=1000,
            offset=0,
            parameters={"repository_version": version, "ordering": ["-pulp_created"]},
        )
        if module.params["state"] == "absent":
            _remove(module, known)
        if known or module.check_mode:
            module.done(changed=not known, publication=known[0] if known else None)
        body = {"repository_version": version}
        if module.params["checkpoint"]:
            body["checkpoint"] = True
        module.done(changed=True, publication=context.create(body=body))


def _remove(module: PulpModule, known: list[dict[str, Any]]) -> None:
    if not module.check_mode:
        for one in known:
            PulpPyindexPublicationContext(module.pulp, pulp_href=one["pulp_href"]).delete()
    module.done(changed=bool(known), publication=None)


if __name__ == "__main__":
    main()
