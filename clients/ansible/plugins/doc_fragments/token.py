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
  scopes:
    description:
    - 'What it is good for: ''read'', ''upload'', or both. Cannot be changed.'
    type: list
    elements: str
    choices:
    - read
    - upload
  distributions:
    description:
    - The distributions it is good for; you must be allowed to view each. Cannot be changed.
    - By name, href or PRN.
    type: list
    elements: str
  projects:
    description:
    - 'The projects it is good for: names, or patterns such as ''acme-*''. Every project where
      the list is empty.'
    type: list
    elements: str
  expires_at:
    description:
    - When it ends to be good. Never where it is null.
    type: str
  clear:
    description:
    - Fields to take back to nothing.
    type: list
    elements: str
    choices:
    - expires_at
    default: []
"""
