#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manage a repository of Python projects."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: repository
short_description: Manage a repository of Python projects
description:
  - Makes, changes or deletes a repository of Python projects.
  - Fields that the task does not set stay as they are.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
extends_documentation_fragment:
  - pyindex.pulp.connection
  - pyindex.pulp.repository
"""

EXAMPLES = r"""
- name: A repository that keeps ten versions
  pyindex.pulp.repository:
    pulp_url: https://pulp.example.com
    name: dev
    remote: upstream
    retain_repo_versions: 10
"""

RETURN = r"""
repository:
  description: The object as it is now; in check mode, as it would be.
  type: dict
  returned: always
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.entities import manage


def main() -> None:
    manage("repository")


if __name__ == "__main__":
    main()
