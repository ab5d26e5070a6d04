"""A file on disk becomes an artifact: the only way in for bytes."""

from .inheriting import inherit
from .storing import store

__all__ = ["inherit", "store"]
