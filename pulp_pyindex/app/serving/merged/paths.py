"""What answers at the paths of an index that is made of several."""

from __future__ import annotations

from typing import Any

from pulp_pyindex.app.serving.memory import Memory
from pulp_pyindex.app.serving.merged.deciding import Merging
from pulp_pyindex.app.serving.merged.documents import MergedDocuments, MergedProvenances
from pulp_pyindex.app.serving.merged.files import MergedFiles
from pulp_pyindex.app.serving.merged.pages import MergedPages
from pulp_pyindex.app.serving.snapshot import Index


class MergedPaths:
    """The counterparts of what answers for plain indexes, each of the same form."""

    def __init__(self, merging: Merging, memory: Memory[Any]) -> None:
        self.merging = merging
        self.pages = MergedPages(merging, memory)
        self.files = MergedFiles(merging)
        self.documents = MergedDocuments(merging)
        self.provenances = MergedProvenances(merging)

    def concern(self, index: Index) -> bool:
        """Whether the index is one of those."""
        return self.merging.concerns(index)
