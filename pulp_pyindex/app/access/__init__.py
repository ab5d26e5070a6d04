"""Policies and roles: built here, taken by the viewsets as values."""

from .objects import CONTENT, DISTRIBUTION, PUBLICATION, REMOTE, REPOSITORY, VERSION
from .statements import Access

__all__ = [
    "CONTENT",
    "DISTRIBUTION",
    "PUBLICATION",
    "REMOTE",
    "REPOSITORY",
    "VERSION",
    "Access",
]
