"""Core metadata: found in wheels and sdists, and read.

Archives come from anywhere. However they are made, reading costs bounded memory and time and ends
in bytes or in InvalidMetadata.
"""

from pulp_pyindex.index.metadata.archives import MAX_METADATA, sdist_metadata, wheel_metadata
from pulp_pyindex.index.metadata.fields import CoreMetadata, parse

__all__ = ["MAX_METADATA", "CoreMetadata", "parse", "sdist_metadata", "wheel_metadata"]
