"""Licences of files: what their metadata says, and whether a list of allowed ones has it."""

from .allowing import Allowed, read_allowed
from .saying import Licence, licence_of

__all__ = ["Allowed", "Licence", "licence_of", "read_allowed"]
