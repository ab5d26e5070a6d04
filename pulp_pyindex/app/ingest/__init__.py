"""A file on disk becomes an artifact: the only way in for bytes."""

from .beside import store_metadata
from .inheriting import inherit
from .storing import store

__all__ = ["inherit", "store", "store_metadata"]
