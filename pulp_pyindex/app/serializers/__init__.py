"""What REST shows and takes. Pulp finds serializers by their names in this module."""

from .advisories import (
    PyindexAdvisoryLoadSerializer,
    PyindexAdvisorySerializer,
    PyindexAdvisorySourceNameSerializer,
    PyindexAdvisorySourceSerializer,
    PyindexVulnerableSerializer,
)
from .approval import (
    PyindexApprovalSerializer,
    PyindexApproveSerializer,
    PyindexFindingSerializer,
    PyindexPromotionSerializer,
    PyindexRevokeSerializer,
)
from .content import (
    PyindexFileCreateSerializer,
    PyindexFileSerializer,
    PyindexFileUploadSerializer,
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
from .exporter import (
    PyindexStaticExportedSerializer,
    PyindexStaticExporterSerializer,
    PyindexStaticExportSerializer,
)
from .merging import PyindexExplainQuerySerializer, PyindexExplanationSerializer
from .origin import (
    PyindexComparedSerializer,
    PyindexDifferenceSerializer,
    PyindexOriginSerializer,
)
from .passing import (
    PyindexCacheSerializer,
    PyindexEvictedSerializer,
    PyindexEvictSpecSerializer,
    PyindexInvalidatedSerializer,
    PyindexInvalidateSpecSerializer,
    PyindexVictimSerializer,
)
from .promotion import (
    PyindexProjectDifferenceSerializer,
    PyindexPromoteSerializer,
    PyindexReleaseSpecSerializer,
    PyindexRollbackSerializer,
)
from .publication import PyindexPublicationSerializer
from .quarantine import (
    PyindexQuarantineSerializer,
    PyindexRefusalCountSerializer,
    PyindexRefusalSerializer,
)
from .remote import PyindexRemoteSerializer
from .repository import PyindexRepositorySerializer, PyindexRepositorySyncSerializer
from .retention import (
    PyindexCleanupSerializer,
    PyindexHoldReleaseSerializer,
    PyindexHoldSerializer,
    PyindexVersionHeldSerializer,
    PyindexVersionSerializer,
)
from .rules import (
    PyindexDryRunResultSerializer,
    PyindexDryRunSerializer,
    PyindexRulesetSerializer,
)
from .summaries import PyindexProjectSummarySerializer, PyindexUploadSerializer
from .token import PyindexTokenCreatedSerializer, PyindexTokenSerializer
from .traffic import (
    PyindexAnswerCountSerializer,
    PyindexRefusedCountSerializer,
    PyindexTrafficSerializer,
    PyindexUpstreamCountSerializer,
)

__all__ = [
    "PyindexComparedSerializer",
    "PyindexDifferenceSerializer",
    "PyindexOriginSerializer",
    "PyindexApprovalSerializer",
    "PyindexApproveSerializer",
    "PyindexFindingSerializer",
    "PyindexPromotionSerializer",
    "PyindexRevokeSerializer",
    "PyindexExplainQuerySerializer",
    "PyindexExplanationSerializer",
    "PyindexCacheSerializer",
    "PyindexEvictedSerializer",
    "PyindexEvictSpecSerializer",
    "PyindexInvalidatedSerializer",
    "PyindexInvalidateSpecSerializer",
    "PyindexVictimSerializer",
    "PyindexAdvisoryLoadSerializer",
    "PyindexAdvisorySerializer",
    "PyindexAdvisorySourceNameSerializer",
    "PyindexAdvisorySourceSerializer",
    "PyindexVulnerableSerializer",
    "PyindexProjectDifferenceSerializer",
    "PyindexPromoteSerializer",
    "PyindexReleaseSpecSerializer",
    "PyindexRollbackSerializer",
    "PyindexCleanupSerializer",
    "PyindexDistributionSerializer",
    "PyindexFileCreateSerializer",
    "PyindexFileSerializer",
    "PyindexFileUploadSerializer",
    "PyindexFilesSpecSerializer",
    "PyindexHoldReleaseSerializer",
    "PyindexHoldSerializer",
    "PyindexProjectStatusSerializer",
    "PyindexProjectSummarySerializer",
    "PyindexProvenanceSerializer",
    "PyindexPublicationSerializer",
    "PyindexRemoteSerializer",
    "PyindexDryRunResultSerializer",
    "PyindexDryRunSerializer",
    "PyindexQuarantineSerializer",
    "PyindexRefusalCountSerializer",
    "PyindexRefusalSerializer",
    "PyindexRulesetSerializer",
    "PyindexRepositorySerializer",
    "PyindexRepositorySyncSerializer",
    "PyindexStaticExportSerializer",
    "PyindexStaticExportedSerializer",
    "PyindexStaticExporterSerializer",
    "PyindexStatusSpecSerializer",
    "PyindexTokenCreatedSerializer",
    "PyindexTokenSerializer",
    "PyindexAnswerCountSerializer",
    "PyindexRefusedCountSerializer",
    "PyindexTrafficSerializer",
    "PyindexUpstreamCountSerializer",
    "PyindexUploadSerializer",
    "PyindexVersionHeldSerializer",
    "PyindexVersionSerializer",
    "PyindexYankSerializer",
    "PyindexYankSpecSerializer",
]
