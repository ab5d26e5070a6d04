"""The rows of the plugin, one subject a file."""

from . import notices as notices  # connects its receivers
from .content import PyindexFile, PyindexProjectStatus, PyindexProvenance, PyindexYank
from .distribution import PyindexDistribution
from .hold import PyindexVersionHold
from .publication import PyindexPage, PyindexPublication, PyindexPublishedProject
from .remote import PyindexProjectState, PyindexRemote
from .repository import PyindexRepository, PyindexVersion
from .token import PyindexToken
from .upload import PyindexReservedFilename, PyindexUpload

__all__ = [
    "PyindexDistribution",
    "PyindexFile",
    "PyindexPage",
    "PyindexProjectState",
    "PyindexProjectStatus",
    "PyindexProvenance",
    "PyindexPublication",
    "PyindexPublishedProject",
    "PyindexRemote",
    "PyindexRepository",
    "PyindexReservedFilename",
    "PyindexToken",
    "PyindexUpload",
    "PyindexVersion",
    "PyindexVersionHold",
    "PyindexYank",
]
