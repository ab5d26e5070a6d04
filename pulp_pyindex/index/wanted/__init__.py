"""What a mirror wants of an index: which projects, which releases, which files."""

from pulp_pyindex.index.wanted.selection import Candidate, Reason, Wanted

__all__ = ["Candidate", "Reason", "Wanted"]
