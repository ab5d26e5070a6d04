"""Known vulnerabilities and malware, as OSV describes them (OSV schema 1.7)."""

from .archive import Limits, read_archive
from .entries import Advisory, Affected, read_advisory
from .ranges import Range, Span
from .severity import Severity, read_severity

__all__ = [
    "Advisory",
    "Affected",
    "Limits",
    "Range",
    "Severity",
    "Span",
    "read_advisory",
    "read_archive",
    "read_severity",
]
