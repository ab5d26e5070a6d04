# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  description:
    description:
    - What it is for.
    type: str
  rules:
    description:
    - The rules in their order; what cannot be understood is refused with its place.
    type: raw
"""
