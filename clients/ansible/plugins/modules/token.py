#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manage a right to read or upload."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: token
short_description: Manage a right to read or upload
description:
  - Makes, changes or deletes a right to read or upload.
  - Fields that the task does not set stay as they are.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.token
"""

EXAMPLES = r"""
- name: A token for CI; its secret is shown once
  pyindex.pulp.token:
    pulp_url: https://pulp.example.com
    name: ci
    scopes: [read, upload]
    distributions: [dev]
  register: ci
  no_log: true
"""

RETURN = r"""
token:
  description:
    - The object as it is now; in check mode, as it would be.
    - Where the task made it, C(token) is its secret, which is never shown again. Use C(no_log).
  type: dict
  returned: always
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.entities import manage


def main() -> None:
    manage("token")


if __name__ == "__main__":
    main()
