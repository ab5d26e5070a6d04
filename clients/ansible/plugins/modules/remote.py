#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manage an upstream and what is wanted of it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: remote
short_description: Manage an upstream and what is wanted of it
description:
  - Makes, changes or deletes an upstream and what is wanted of it.
  - Fields that the task does not set stay as they are.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.remote
"""

EXAMPLES = r"""
- name: Mirror two projects and what they need to the latest three releases
  pyindex.pulp.remote:
    pulp_url: https://pulp.example.com
    name: upstream
    url: https://index.example.com/simple/
    includes: ["requests>=2", "urllib3"]
    keep_latest: 3
    prereleases: false
    username: reader
    password: "{{ vault_upstream_password }}"
"""

RETURN = r"""
remote:
  description: The object as it is now; in check mode, as it would be.
  type: dict
  returned: always
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.entities import manage


def main() -> None:
    manage("remote")


if __name__ == "__main__":
    main()
