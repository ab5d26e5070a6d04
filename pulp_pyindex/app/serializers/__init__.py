"""What REST shows and takes. Pulp finds serializers by their names in this module."""

from .content import (
    PyindexFileSerializer,
    PyindexProjectStatusSerializer,
    PyindexProvenanceSerializer,
    PyindexYankSerializer,
)
from .distribution import PyindexDistributionSerializer
from .edits import (
    PyindexFilesSpecSerializer,
    PyindexStatusSpecSerializer,
    PyindexYankSpecSerializer,
)
from .publication import PyindexPublicationSerializer
from .remote import PyindexRemoteSerializer
from .repository import PyindexRepositorySerializer, PyindexRepositorySyncSerializer
from .summaries import PyindexProjectSummarySerializer, PyindexUploadSerializer

__all__ = [
    "PyindexDistributionSerializer",
    "PyindexFileSerializer",
    "PyindexFilesSpecSerializer",
    "PyindexProjectStatusSerializer",
    "PyindexProjectSummarySerializer",
    "PyindexProvenanceSerializer",
    "PyindexPublicationSerializer",
    "PyindexRemoteSerializer",
    "PyindexRepositorySerializer",
    "PyindexRepositorySyncSerializer",
    "PyindexStatusSpecSerializer",
    "PyindexUploadSerializer",
    "PyindexYankSerializer",
    "PyindexYankSpecSerializer",
]
