"""What REST shows and takes. Pulp finds serializers by their names in this module."""

from .content import (
    PyindexFileSerializer,
    PyindexProjectStatusSerializer,
    PyindexProvenanceSerializer,
    PyindexYankSerializer,
)
from .distribution import PyindexDistributionSerializer
from .publication import PyindexPublicationSerializer
from .remote import PyindexRemoteSerializer
from .repository import PyindexRepositorySerializer, PyindexRepositorySyncSerializer

__all__ = [
    "PyindexDistributionSerializer",
    "PyindexFileSerializer",
    "PyindexProjectStatusSerializer",
    "PyindexProvenanceSerializer",
    "PyindexPublicationSerializer",
    "PyindexRemoteSerializer",
    "PyindexRepositorySerializer",
    "PyindexRepositorySyncSerializer",
    "PyindexYankSerializer",
]
