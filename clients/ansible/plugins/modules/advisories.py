#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Load databases of known vulnerabilities."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: advisories
short_description: Load databases of known vulnerabilities
description:
  - Loads OSV documents in a zip, from an address, from the server's disk, or uploaded.
  - A database that is loaded already is loaded again where its bytes differ, or with O(refresh).
version_added: "0.1.0"
author: The pulp_pyindex developers (@pulp)
options:
  source:
    description: The database's name. Each is loaded on its own.
    type: str
    default: osv
  url:
    description: An http(s) address of the zip.
    type: str
  path:
    description: Where the zip is on the server, below one of its ALLOWED_IMPORT_PATHS.
    type: str
  src:
    description: Path of the zip where the module runs.
    type: path
  refresh:
    description: Whether to ask the address again whether the zip has changed.
    type: bool
    default: false
  state:
    description: Whether the database should be there.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - pyindex.pulp.connection
"""

EXAMPLES = r"""
- name: Know of vulnerabilities what the world knew this night
  pyindex.pulp.advisories:
    pulp_url: https://pulp.example.com
    url: https://advisories.example.com/PyPI/all.zip
    refresh: true
"""

RETURN = r"""
database:
  description: What is told of the database after the task.
  type: dict
  returned: outside of check mode
"""

import hashlib
from pathlib import Path
from typing import Any

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule

try:
    from pulp_glue.pyindex.context import CONTEXTS
except ImportError:
    # Told by PulpModule.
    pass

SPEC = {
    "source": {"type": "str", "default": "osv"},
    "url": {"type": "str"},
    "path": {"type": "str"},
    "src": {"type": "path"},
    "refresh": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    module = PulpModule(SPEC, mutually_exclusive=[("url", "path", "src")])
    with module.reporting():
        context = CONTEXTS["advisory"](module.pulp)
        before = _known(context, module.params["source"])
        action, body = _needed(module, before)
        if action is None or module.check_mode:
            module.done(changed=action is not None, database=before)
        context.act(action, body)
        after = _known(context, module.params["source"])
        module.done(
            changed=_state(before) != _state(after),
            before=_state(before),
            after=_state(after),
            database=after,
        )


def _needed(module: PulpModule, before: Any) -> tuple[str | None, dict[str, Any]]:
    told = module.params
    source = {"source": told["source"]}
    if told["state"] == "absent":
        return ("unload" if before else None), source
    if told["src"]:
        with Path(told["src"]).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        same = before is not None and before["sha256"] == sha256
        return (None if same else "load"), {**source, "file": told["src"]}
    if told["path"]:
        # Only the server can see whether it has changed.
        return "load", {**source, "path": told["path"]}
    if before is None or (told["url"] and before["url"] != told["url"]):
        if not told["url"]:
            module.refuse(f"There is no database {told['source']!r}: say where it comes from.")
        return "load", {**source, "url": told["url"]}
    return ("refresh" if told["refresh"] else None), source


def _known(context: Any, name: str) -> dict[str, Any] | None:
    return next((one for one in context.ask("sources") if one["name"] == name), None)


def _state(database: dict[str, Any] | None) -> dict[str, Any]:
    left_out = ("loaded_at", "checked_at")
    return {name: value for name, value in (database or {}).items() if name not in left_out}


if __name__ == "__main__":
    main()
