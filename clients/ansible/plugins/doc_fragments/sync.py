# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  remote:
    description:
    - A remote to sync from. This will override a remote set on repository.
    - By name, href or PRN.
    type: str
  mirror:
    description:
    - Whether to remove what upstream does not have (any more). False (the default) only adds
      and changes. What could not be read is never removed.
    type: bool
  allow_mass_removal:
    description:
    - Your word that it is meant when a sync with 'mirror' removes more than the share of files
      that the setting PYINDEX_MASS_REMOVAL_LIMIT allows.
    type: bool
"""
