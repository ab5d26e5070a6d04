# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  source:
    description:
    - 'The repository version to promote, or a repository: its latest version then.'
    - A version is named as C(repository), for the latest one, or C(repository@12).
    type: str
    required: true
  projects:
    description:
    - Only these projects, in any spelling; without projects and releases everything.
    type: list
    elements: str
  releases:
    description:
    - Only these releases.
    type: list
    elements: dict
    suboptions:
      project:
        description:
        - The project's name, in any spelling.
        type: str
        required: true
      release:
        description:
        - The release's version, in any spelling.
        type: str
        required: true
  mode:
    description:
    - 'replace (the default): what the source does not have goes, of what is promoted. add: nothing
      goes but what is superseded.'
    type: str
    choices:
    - replace
    - add
  note:
    description:
    - Why; kept with the new version.
    type: str
  override:
    description:
    - Rules of the repository's gates that are not to count. It takes the permission to override
      gates, and leaves a record.
    type: list
    elements: str
    choices:
    - minimal_age
    - provenance
    - licenses
    - no_yanked
    - vulnerabilities
    - dependencies
    - ruleset
    - approval
  override_reason:
    description:
    - Why they are not to count; needed with 'override', kept in the record.
    type: str
  keep_source:
    description:
    - 'Whether the record keeps the source version from being cleaned away; null (the default):
      as the repository''s ''keep_sources'' says.'
    type: bool
"""
