#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Upload wheels and sdists to a repository."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: upload
short_description: Upload wheels and sdists to a repository
description:
  - A file that the repository has already, with the same bytes, is not sent again.
  - Every file is checked by Pulp as an upload by a publishing tool is.
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  repository:
    description: The repository to work on, by name, href or PRN.
    type: str
    required: true
  src:
    description: Paths of the files, where the module runs.
    type: list
    elements: path
    required: true
  attestations:
    description: Attestations of each file by its name, as a list of objects after PEP 740.
    type: dict
    default: {}
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: Publish what was built
  pyindex.pulp.upload:
    pulp_url: https://pulp.example.com
    repository: team
    src: "{{ query('fileglob', 'dist/*') }}"
"""

RETURN = r"""
uploaded:
  description: Names of the files that were not there; in check mode, that would be sent.
  type: list
  elements: str
  returned: success
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule
from ansible_collections.pyindex.pulp.plugins.module_utils.versions import Repository

try:
    from pulp_glue.pyindex.context import PulpPyindexFileContext
except ImportError:
    # Told by PulpModule.
    pass

SPEC = {
    "repository": {"type": "str", "required": True},
    "src": {"type": "list", "elements": "path", "required": True},
    "attestations": {"type": "dict", "default": {}},
}


def main() -> None:
    module = PulpModule(SPEC)
    with module.reporting():
        repository = Repository(module, module.params["repository"])
        missing = [path for path in map(Path, module.params["src"]) if _is_new(repository, path)]
        names = [path.name for path in missing]
        if not module.check_mode:
            # All are sent before any is waited for: the server takes them in together.
            sent = [
                _send(module, repository, path, more_follow=path is not missing[-1])
                for path in missing
            ]
            for task in sent:
                PulpPyindexFileContext(module.pulp).created_by(task)
        module.done(changed=bool(missing), before={"new": []}, after={"new": names}, uploaded=names)


def _is_new(repository: Repository, path: Path) -> bool:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return not repository.content("file", filename=path.name, sha256=sha256)


def _send(module: PulpModule, repository: Repository, path: Path, *, more_follow: bool) -> Any:
    """The task that takes the file in."""
    body = {"file": str(path), "repository": repository.context, "more_follow": more_follow}
    if path.name in module.params["attestations"]:
        body["attestations"] = json.dumps(module.params["attestations"][path.name])
    return PulpPyindexFileContext(module.pulp).create(body=body, non_blocking=True)


if __name__ == "__main__":
    main()
