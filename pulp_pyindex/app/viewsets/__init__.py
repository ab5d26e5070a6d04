"""REST. Pulp registers every viewset it finds in this module, so only finished ones are here."""

from .advisories import PyindexAdvisoryViewSet
from .content import (
    PyindexFileViewSet,
    PyindexProjectStatusViewSet,
    PyindexProvenanceViewSet,
    PyindexYankViewSet,
)
from .distribution import PyindexDistributionViewSet
from .exporter import PyindexStaticExporterViewSet
from .publication import PyindexPublicationViewSet
from .quarantine import PyindexQuarantineViewSet, PyindexRefusalViewSet
from .remote import PyindexRemoteViewSet
from .repository import PyindexRepositoryVersionViewSet, PyindexRepositoryViewSet
from .rules import PyindexRulesetViewSet
from .token import PyindexTokenViewSet

__all__ = [
    "PyindexAdvisoryViewSet",
    "PyindexDistributionViewSet",
    "PyindexFileViewSet",
    "PyindexProjectStatusViewSet",
    "PyindexProvenanceViewSet",
    "PyindexPublicationViewSet",
    "PyindexQuarantineViewSet",
    "PyindexRefusalViewSet",
    "PyindexRemoteViewSet",
    "PyindexRepositoryVersionViewSet",
    "PyindexRepositoryViewSet",
    "PyindexStaticExporterViewSet",
    "PyindexRulesetViewSet",
    "PyindexTokenViewSet",
    "PyindexYankViewSet",
]
