"""Contexts for everything pulp-pyindex has, for use with a PulpContext.

A context stands for one object, found by its name, href or PRN when it is first needed, and has
what can be done with it as methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulp_glue.common.context import (
    PulpDistributionContext,
    PulpPublicationContext,
    PulpRemoteContext,
)

from .content import (
    PulpPyindexFileContext,
    PulpPyindexProjectStatusContext,
    PulpPyindexProvenanceContext,
    PulpPyindexYankContext,
)
from .entities import PyindexEntityContext
from .plain import (
    PulpPyindexAdvisoryContext,
    PulpPyindexExporterContext,
    PulpPyindexQuarantineContext,
    PulpPyindexRefusalContext,
    PulpPyindexRulesetContext,
)
from .repository import (
    PulpPyindexRepositoryContext,
    PulpPyindexRepositoryVersionContext,
    repository_context,
    version_context,
)
from .tables import RESOURCES

__all__ = [
    "CONTEXTS",
    "PulpPyindexAdvisoryContext",
    "PulpPyindexDistributionContext",
    "PulpPyindexExporterContext",
    "PulpPyindexFileContext",
    "PulpPyindexProjectStatusContext",
    "PulpPyindexProvenanceContext",
    "PulpPyindexPublicationContext",
    "PulpPyindexQuarantineContext",
    "PulpPyindexRefusalContext",
    "PulpPyindexRemoteContext",
    "PulpPyindexRepositoryContext",
    "PulpPyindexRepositoryVersionContext",
    "PulpPyindexRulesetContext",
    "PulpPyindexTokenContext",
    "PulpPyindexYankContext",
    "PyindexEntityContext",
    "repository_context",
    "version_context",
]

#: What a distribution shows is one of these.
_SHOWN = ("repository", "repository_version", "publication")


class PulpPyindexRemoteContext(PyindexEntityContext, PulpRemoteContext):
    """An upstream, and what is wanted of it."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "pyindex"
    ENTITY = "remote"
    ENTITIES = "remotes"
    RESOURCE = RESOURCES["remote"]


class PulpPyindexPublicationContext(PyindexEntityContext, PulpPublicationContext):
    """The finished pages of a version."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "pyindex"
    ENTITY = "publication"
    ENTITIES = "publications"
    RESOURCE = RESOURCES["publication"]


class PulpPyindexDistributionContext(PyindexEntityContext, PulpDistributionContext):
    """Where an index is served."""

    PLUGIN = "pyindex"
    RESOURCE_TYPE = "pyindex"
    ENTITY = "distribution"
    ENTITIES = "distributions"
    RESOURCE = RESOURCES["distribution"]

    def preprocess_entity(self, body: Any, partial: bool = False) -> Any:
        """To name what is shown is to take back what was shown before."""
        told = super().preprocess_entity(body, partial=partial)
        if partial and any(told.get(name) for name in _SHOWN):
            for name in _SHOWN:
                told.setdefault(name, None)
        return told


class PulpPyindexTokenContext(PyindexEntityContext):
    """A right to read or upload, used like a password."""

    PLUGIN = "pyindex"
    MODEL_NAME = "pyindextoken"
    ENTITY = "token"
    ENTITIES = "tokens"
    RESOURCE = RESOURCES["token"]


def _unknown(name: str) -> type[PyindexEntityContext]:
    """The context of a resource that has no class here yet."""
    words = name.replace("_", " ")
    plural = RESOURCES[name].path.strip("/").rpartition("/")[2].replace("_", " ")
    told = {"PLUGIN": "pyindex", "MODEL_NAME": f"pyindex{name.replace('_', '')}"}
    return type(
        f"PulpPyindex{words.title().replace(' ', '')}Context",
        (PyindexEntityContext,),
        {**told, "ENTITY": words, "ENTITIES": plural, "RESOURCE": RESOURCES[name]},
    )


_OWN: tuple[type[PyindexEntityContext], ...] = (
    PulpPyindexRemoteContext,
    PulpPyindexRepositoryContext,
    PulpPyindexRepositoryVersionContext,
    PulpPyindexPublicationContext,
    PulpPyindexDistributionContext,
    PulpPyindexTokenContext,
    PulpPyindexRulesetContext,
    PulpPyindexQuarantineContext,
    PulpPyindexRefusalContext,
    PulpPyindexAdvisoryContext,
    PulpPyindexExporterContext,
    PulpPyindexFileContext,
    PulpPyindexYankContext,
    PulpPyindexProjectStatusContext,
    PulpPyindexProvenanceContext,
)
#: The context of every resource, by the name that `tables` has for it.
CONTEXTS: Mapping[str, type[PyindexEntityContext]] = {
    **{kind.RESOURCE.name: kind for kind in _OWN},
    **{name: _unknown(name) for name in RESOURCES if name not in {k.RESOURCE.name for k in _OWN}},
}
