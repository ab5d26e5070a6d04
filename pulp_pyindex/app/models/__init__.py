"""The rows of the plugin, one subject a file."""

from . import notices as notices  # connects its receivers
from .advisories import PyindexAdvisory, PyindexAdvisorySource, PyindexAffected
from .cached import PyindexCachedFile, PyindexCachedPage
from .content import PyindexFile, PyindexProjectStatus, PyindexProvenance, PyindexYank
from .distribution import PyindexBase, PyindexDistribution
from .exporter import PyindexStaticExporter
from .hold import PyindexVersionHold
from .promotion import PyindexApproval, PyindexPromotion
from .publication import (
    PyindexPage,
    PyindexPublication,
    PyindexPublishedProject,
    PyindexSeries,
)
from .quarantine import PyindexQuarantine
from .refusal import PyindexRefusal, PyindexRefusalCount
from .remote import PyindexProjectState, PyindexRemote
from .repository import PyindexRepository, PyindexVersion
from .ruleset import PyindexRuleset
from .token import PyindexToken
from .traffic import PyindexAnswerCount, PyindexUpstreamCount
from .upload import PyindexReservedFilename, PyindexUpload

__all__ = [
    "PyindexCachedFile",
    "PyindexCachedPage",
    "PyindexAdvisory",
    "PyindexAdvisorySource",
    "PyindexAffected",
    "PyindexAnswerCount",
    "PyindexApproval",
    "PyindexBase",
    "PyindexDistribution",
    "PyindexFile",
    "PyindexQuarantine",
    "PyindexPage",
    "PyindexProjectState",
    "PyindexProjectStatus",
    "PyindexPromotion",
    "PyindexProvenance",
    "PyindexPublication",
    "PyindexPublishedProject",
    "PyindexRefusal",
    "PyindexRefusalCount",
    "PyindexRemote",
    "PyindexRepository",
    "PyindexReservedFilename",
    "PyindexSeries",
    "PyindexRuleset",
    "PyindexStaticExporter",
    "PyindexToken",
    "PyindexUpload",
    "PyindexUpstreamCount",
    "PyindexVersion",
    "PyindexVersionHold",
    "PyindexYank",
]
