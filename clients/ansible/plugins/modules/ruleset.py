#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manage rules about what may come in."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ruleset
short_description: Manage rules about what may come in
description:
  - Makes, changes or deletes rules about what may come in.
  - Fields that the task does not set stay as they are.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.ruleset
"""

EXAMPLES = r"""
- name: Nothing younger than a week
  pyindex.pulp.ruleset:
    pulp_url: https://pulp.example.com
    name: careful
    rules:
      - name: cool-down
        when: {younger_than: 7d, unknown: hide}
        action: hide
"""

RETURN = r"""
ruleset:
  description: The object as it is now; in check mode, as it would be.
  type: dict
  returned: always
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.entities import manage


def main() -> None:
    manage("ruleset")


if __name__ == "__main__":
    main()
