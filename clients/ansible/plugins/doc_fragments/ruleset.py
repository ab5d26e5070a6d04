# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  name:
    description:
    - The name it is known by.
    type: str
    required: true
  state:
    description:
    - Whether it should be there.
    type: str
    choices:
    - present
    - absent
    default: present
  description:
    description:
    - What it is for.
    type: str
  rules:
    description:
    - The rules in their order; what cannot be understood is refused with its place.
    type: raw
"""
