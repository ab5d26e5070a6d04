"""An upstream's bytes as values. The body decides what it is, never a header.

Everything read here is hostile until it is a value: names, links and digests are checked, one bad
file is refused with its reason while the rest of the page goes on, and what is not a page of a
simple index at all (an error page sent with 200, say) raises InvalidPage with what was found.
"""

from pulp_pyindex.index.reading.project import ProjectReading, read_project
from pulp_pyindex.index.reading.records import Refused
from pulp_pyindex.index.reading.root import RootReader

__all__ = ["ProjectReading", "Refused", "RootReader", "read_project"]
