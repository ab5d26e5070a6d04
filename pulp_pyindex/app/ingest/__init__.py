"""A file on disk becomes an artifact: the only way in for bytes."""

from .beside import store_metadata
from .inheriting import inherit
from .judging import Ruling, judge
from .storing import store
from .uploads import Arrived, Brought, Checked, check, take_in

__all__ = [
    "Arrived",
    "Brought",
    "Checked",
    "Ruling",
    "check",
    "inherit",
    "judge",
    "store",
    "store_metadata",
    "take_in",
]
