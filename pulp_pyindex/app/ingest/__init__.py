"""A file on disk becomes an artifact: the only way in for bytes."""

from .beside import store_metadata
from .inheriting import inherit
from .judging import Ruling, Verdict, already_exists, judge
from .storing import store

__all__ = [
    "Ruling",
    "Verdict",
    "already_exists",
    "inherit",
    "judge",
    "store",
    "store_metadata",
]
