"""The only outgoing HTTP: from a remote to the pages and files of its upstream."""

from .answers import FileAnswer, PageAnswer, PageStream
from .bodies import PAGE_LIMIT, ROOT_LIMIT
from .client import Upstream

__all__ = [
    "PAGE_LIMIT",
    "ROOT_LIMIT",
    "FileAnswer",
    "PageAnswer",
    "PageStream",
    "Upstream",
]
