# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  project:
    description:
    - The project's name, in any spelling.
    type: str
    required: true
  status:
    description:
    - active, deprecated (files are offered), archived (no uploads), or quarantined (no uploads,
      no files are offered).
    type: str
    choices:
    - active
    - deprecated
    - archived
    - quarantined
    required: true
  reason:
    description:
    - Why; shown on the project's page.
    type: str
"""
