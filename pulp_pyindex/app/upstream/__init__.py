"""The only outgoing HTTP: from a remote to the pages and files of its upstream."""

from .answers import FileAnswer, PageAnswer, PageStream
from .bodies import PAGE_LIMIT, ROOT_LIMIT
from .client import ACCEPT_PROVENANCE, Upstream

__all__ = [
    "ACCEPT_PROVENANCE",
    "PAGE_LIMIT",
    "ROOT_LIMIT",
    "FileAnswer",
    "PageAnswer",
    "PageStream",
    "Upstream",
]
