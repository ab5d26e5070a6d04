#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Yank, take back or remove files of a project."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: release
short_description: Yank, take back or remove files of a project
description:
  - Works on one file, on a release, or on all of a project.
  - History keeps what was; older versions of the repository do not change.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  repository:
    description: The repository to work on, by name, href or PRN.
    type: str
    required: true
  project:
    description: The project, in any spelling.
    type: str
    required: true
  release:
    description: One release of it.
    type: str
  filename:
    description: One file of it.
    type: str
  reason:
    description: Why it is yanked.
    type: str
    default: ""
  state:
    description:
      - V(yanked) leaves the files to who asks for exactly that release.
      - V(unyanked) takes that back.
      - V(absent) removes the files from the repository.
    type: str
    choices: [yanked, unyanked, absent]
    default: yanked
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: Nobody should install this any more
  pyindex.pulp.release:
    pulp_url: https://pulp.example.com
    repository: team
    project: acme-tool
    release: "1.2"
    reason: It eats the configuration.
"""

RETURN = r"""
version:
  description: The repository's latest version after the task, as an href.
  type: str
  returned: outside of check mode
"""

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.versions import Repository

try:
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion, Version
except ImportError:
    # pulp-glue needs it too, and PulpModule tells that.
    pass

ACTION = {"yanked": "yank", "unyanked": "unyank", "absent": "remove"}
SPEC = {
    "repository": {"type": "str", "required": True},
    "project": {"type": "str", "required": True},
    "release": {"type": "str"},
    "filename": {"type": "str"},
    "reason": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": list(ACTION), "default": "yanked"},
}


def main() -> None:
    module = PulpModule(SPEC)
    with module.reporting():
        repository = Repository(module, module.params["repository"])
        state = module.params["state"]
        if not _is_needed(module, repository, state):
            module.done(changed=False, version=repository.before)
        if module.check_mode:
            module.done(changed=True)
        body = module.given(("project", "release", "filename"))
        if state == "yanked":
            body["reason"] = module.params["reason"]
        repository.context.act(ACTION[state], body)
        repository.done()


def _is_needed(module: PulpModule, repository: Repository, state: str) -> bool:
    told = module.params
    project = canonicalize_name(told["project"])
    files = {
        one["filename"]
        for one in repository.content("file", project=project)
        if told["filename"] in (None, one["filename"])
        and (told["release"] is None or _same(told["release"], one["version"]))
    }
    if not files:
        # Pulp says that there are none, unless none are wanted.
        return state != "absent"
    yanks = {one["filename"]: one["reason"] for one in repository.content("yank", project=project)}
    if state == "unyanked":
        return bool(files & set(yanks))
    return state == "absent" or any(yanks.get(name) != told["reason"] for name in files)


def _same(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


if __name__ == "__main__":
    main()
