#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manage the URL an index is served at."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: distribution
short_description: Manage the URL an index is served at
description:
  - Makes, changes or deletes the URL an index is served at.
  - Fields that the task does not set stay as they are.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.distribution
"""

EXAMPLES = r"""
- name: Serve what dev holds
  pyindex.pulp.distribution:
    pulp_url: https://pulp.example.com
    name: dev
    base_path: team/dev
    repository: dev

- name: Serve one version of it for good
  pyindex.pulp.distribution:
    pulp_url: https://pulp.example.com
    name: release-1
    base_path: team/release-1
    repository_version: dev@12
"""

RETURN = r"""
distribution:
  description: The object as it is now; in check mode, as it would be.
  type: dict
  returned: always
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.entities import manage


def main() -> None:
    manage("distribution")


if __name__ == "__main__":
    main()
