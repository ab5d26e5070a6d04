"""A file on disk becomes an artifact: the only way in for bytes."""

from .beside import store_metadata
from .inheriting import inherit
from .judging import Ruling, judge
from .storing import STORING, digests_of, store
from .uploads import Arrived, Brought, Checked, check, keep, take_in

__all__ = [
    "STORING",
    "Arrived",
    "Brought",
    "Checked",
    "Ruling",
    "check",
    "digests_of",
    "inherit",
    "judge",
    "keep",
    "store",
    "store_metadata",
    "take_in",
]
