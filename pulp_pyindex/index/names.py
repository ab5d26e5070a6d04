"""Project names, normalised once and typed so ever after."""

from __future__ import annotations

from packaging.utils import InvalidName as _PackagingInvalidName
from packaging.utils import NormalizedName, canonicalize_name

from pulp_pyindex.index.errors import InvalidName

#: A longer name could not be part of any file name.
MAX_LENGTH = 255

__all__ = ["MAX_LENGTH", "NormalizedName", "normalize"]


def normalize(name: str) -> NormalizedName:
    """The normalised form (PEP 503) of a project name; raises InvalidName for anything else."""
    # The pattern in packaging ignores case the Unicode way, which lets the Kelvin sign through.
    if len(name) > MAX_LENGTH or not name.isascii():
        raise InvalidName(name)
    try:
        return canonicalize_name(name, validate=True)
    except _PackagingInvalidName as e:
        raise InvalidName(name) from e
