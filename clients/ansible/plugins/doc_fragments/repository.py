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
  pulp_labels:
    description:
    - 'Labels: texts by key, yours to choose.'
    type: dict
  description:
    description:
    - An optional description.
    type: str
  retain_repo_versions:
    description:
    - Retain X versions of the repository. Default is null which retains all versions.
    type: int
  retain_checkpoints:
    description:
    - Retain X checkpoint publications for the repository. Default is null which retains all checkpoints.
    type: int
  remote:
    description:
    - An optional remote to use by default when syncing.
    - By name, href or PRN.
    type: str
  gates:
    description:
    - 'What is demanded of anything that is promoted into the repository: a list of objects with
      a ''rule'', see the how-to on gates. Empty (the default): nothing.'
    type: raw
  keep_sources:
    description:
    - 'Whether a version that was promoted into the repository is kept from being cleaned away
      (default: false). A promotion can say otherwise.'
    type: bool
  autopublish:
    description:
    - 'Whether each new version is published in the task that makes it (default: true). Distributions
      of the repository show its newest published version.'
    type: bool
  max_file_size:
    description:
    - Bytes that an uploaded file may have; null (the default) for no limit.
    type: int
  allow_overwrite:
    description:
    - 'Whether an upload may replace a file of the same name (default: false). The identical file
      may always be uploaded again: nothing changes then.'
    type: bool
  reserve_filenames:
    description:
    - 'Whether the name of a removed file stays taken for ever (default: true).'
    type: bool
  allow_legacy_filenames:
    description:
    - 'Whether uploaded sdists may be named in other ways than PEP 625 wants (default: false).'
    type: bool
  ruleset:
    description:
    - 'Uploads that this ruleset denies are refused; null: none is.'
    - By name, href or PRN.
    type: str
  clear:
    description:
    - Fields to take back to nothing.
    type: list
    elements: str
    choices:
    - description
    - retain_repo_versions
    - retain_checkpoints
    - remote
    - max_file_size
    - ruleset
    default: []
"""
