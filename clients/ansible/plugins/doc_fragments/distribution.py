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
  base_path:
    description:
    - The base (relative) path component of the published url. Avoid paths that overlap with other
      distribution base paths (e.g. "foo" and "foo/bar")
    type: str
  content_guard:
    description:
    - An optional content-guard.
    - By name, href or PRN.
    type: str
  hidden:
    description:
    - Whether this distribution should be shown in the content app.
    type: bool
  pulp_labels:
    description:
    - 'Labels: texts by key, yours to choose.'
    type: dict
  repository:
    description:
    - Show the newest published version of this repository. Name only one of 'repository', 'repository_version'
      and 'publication'.
    - By name, href or PRN.
    type: str
  repository_version:
    description:
    - Show this version, published or not. Name only one of 'repository', 'repository_version'
      and 'publication'.
    - A version is named as C(repository), for the latest one, or C(repository@12).
    type: str
  publication:
    description:
    - Show this publication. Name only one of 'repository', 'repository_version' and 'publication'.
    - By name, href or PRN.
    type: str
  remote:
    description:
    - Pass through what this remote has, on first request, and keep it. With a 'repository' beside
      it the files that passed become versions of that.
    - By name, href or PRN.
    type: str
  offline:
    description:
    - 'Whether to leave the remote alone and to serve only what is known of it (default: false).'
    type: bool
  max_cache_size:
    description:
    - Bytes of files to keep of the remote; beyond that those give way that went unused for longest.
      Null (the default) means no limit.
    type: int
  max_age_unused:
    description:
    - Seconds after which a file of the remote gives way that nobody used. Null (the default)
      means never.
    type: int
  bases:
    description:
    - 'Indexes behind this one, the nearest first: a project that the repository does not have
      comes from the first of them that has it. They may have bases themselves. You must be allowed
      to view each.'
    - By name, href or PRN.
    type: list
    elements: str
  merge:
    description:
    - Projects, as names or patterns such as 'torch*', whose files are taken from the repository,
      all bases and the remote together; of two files with the same name the nearer one is shown.
    type: list
    elements: str
  reserved_prefixes:
    description:
    - 'Projects, as names or patterns such as ''acme-*'', that are never looked for upstream,
      whether they exist or not: only in the repository and in bases that reserve them too.'
    type: list
    elements: str
  upload_projects:
    description:
    - Projects, as names or patterns, that may be uploaded through the index. Empty (the default)
      means every one.
    type: list
    elements: str
  lends:
    description:
    - 'Whether who may read an index that has this one among its bases may read this one''s files
      there, without a right to read it here (default: false).'
    type: bool
  allow_uploads:
    description:
    - Whether files may be uploaded through the index, by who has the right to. It must follow
      a repository.
    type: bool
  require_token:
    description:
    - Whether reading takes a token with the scope 'read', or a user who may view this distribution.
    type: bool
  ruleset:
    description:
    - 'Rules on which files are shown and given out; null: all of them are.'
    - By name, href or PRN.
    type: str
  serve_history:
    description:
    - 'Whether older versions are served below ''+version/<number>/'' and ''+at/<time>/'' (default:
      false).'
    type: bool
  checkpoint:
    description:
    - 'Whether only checkpoints of the repository are shown: the newest at the index itself, older
      ones below ''<time>/'' (default: false).'
    type: bool
  clear:
    description:
    - Fields to take back to nothing.
    type: list
    elements: str
    choices:
    - content_guard
    - repository
    - repository_version
    - publication
    - remote
    - max_cache_size
    - max_age_unused
    - ruleset
    default: []
"""
