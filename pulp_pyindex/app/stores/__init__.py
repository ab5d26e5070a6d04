"""Places for bytes outside of the database: storages that are read, trees that are written."""

from .choosing import CLASSES, check_choice, open_tree, place_of, without_secrets
from .manifest import MANIFEST, Entry, Manifest
from .source import Source
from .spans import read_span

__all__ = [
    "CLASSES",
    "MANIFEST",
    "Entry",
    "Manifest",
    "Source",
    "check_choice",
    "open_tree",
    "place_of",
    "read_span",
    "without_secrets",
]
