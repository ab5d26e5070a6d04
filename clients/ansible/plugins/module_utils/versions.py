# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done with repositories: each makes a new version, or finds nothing to do."""

from __future__ import annotations

from typing import Any

from ansible_collections.pyindex.pulp.plugins.module_utils.connection import PulpModule

try:
    from pulp_glue.common.exceptions import PulpEntityNotFound
    from pulp_glue.pyindex.context import CONTEXTS
    from pulp_glue.pyindex.repository import repository_context
except ImportError:
    # Told by PulpModule, which every module makes first.
    pass


class Repository:
    """The repository that a task names, and whether its version changes."""

    def __init__(self, module: PulpModule, name: str) -> None:
        self.module = module
        self.name = name
        self.context = repository_context(module.pulp, name)
        try:
            self.before: str | None = self.context.entity["latest_version_href"]
        except PulpEntityNotFound:
            # Who only tries a playbook may not have made it yet.
            if not module.check_mode:
                raise
            self.before = None

    @property
    def is_there(self) -> bool:
        """Whether there is such a repository."""
        return self.before is not None

    def done(self, **result: Any) -> None:
        """End the module: changed if there is a version that was not there before."""
        self.context.forget()
        after = self.context.entity["latest_version_href"]
        self.module.done(
            changed=after != self.before,
            before={"latest_version_href": self.before},
            after={"latest_version_href": after},
            version=after,
            **result,
        )

    def content(self, kind: str, **filters: Any) -> list[dict[str, Any]]:
        """Units of the latest version."""
        if self.before is None:
            return []
        found: list[dict[str, Any]] = CONTEXTS[kind](self.module.pulp).list(
            limit=1_000_000, offset=0, parameters={"repository_version": self.before, **filters}
        )
        return found
