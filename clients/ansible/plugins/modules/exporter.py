#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manage where an index is written to as plain files."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: exporter
short_description: Manage where an index is written to as plain files
description:
  - Makes, changes or deletes where an index is written to as plain files.
  - Fields that the task does not set stay as they are.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.exporter
"""

EXAMPLES = r"""
- name: A folder on the server for a plain web server to serve
  pyindex.pulp.exporter:
    pulp_url: https://pulp.example.com
    name: static
    path: /srv/index
"""

RETURN = r"""
exporter:
  description: The object as it is now; in check mode, as it would be.
  type: dict
  returned: always
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.entities import manage


def main() -> None:
    manage("exporter")


if __name__ == "__main__":
    main()
