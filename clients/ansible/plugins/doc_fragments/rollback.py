# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  version:
    description:
    - The number of the older version.
    type: int
    required: true
  note:
    description:
    - Why; kept with the new version.
    type: str
"""
