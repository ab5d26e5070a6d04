"""The only outgoing HTTP: from a remote to the pages and files of its upstream."""

from . import loops
from .answers import FileAnswer, PageAnswer, PageStream
from .bodies import PAGE_LIMIT, ROOT_LIMIT
from .client import ACCEPT_PROVENANCE, PROMPT, Pace, Upstream

__all__ = [
    "ACCEPT_PROVENANCE",
    "PAGE_LIMIT",
    "PROMPT",
    "ROOT_LIMIT",
    "FileAnswer",
    "Pace",
    "PageAnswer",
    "PageStream",
    "Upstream",
    "loops",
]
