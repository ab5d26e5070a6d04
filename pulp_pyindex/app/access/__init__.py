"""Policies and roles: built here, taken by the viewsets as values."""

from .advisories import ADVISORY
from .objects import (
    CONTENT,
    DISTRIBUTION,
    EXPORTER,
    FILE,
    PUBLICATION,
    REMOTE,
    REPOSITORY,
    TOKEN,
    VERSION,
)
from .rules import QUARANTINE, REFUSAL, RULESET
from .statements import Access

__all__ = [
    "ADVISORY",
    "CONTENT",
    "DISTRIBUTION",
    "EXPORTER",
    "FILE",
    "PUBLICATION",
    "QUARANTINE",
    "REFUSAL",
    "REMOTE",
    "REPOSITORY",
    "RULESET",
    "TOKEN",
    "VERSION",
    "Access",
]
