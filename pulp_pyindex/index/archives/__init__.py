"""Is a file really the wheel or sdist it claims to be?

Follows what PyPI refuses, and what the installers choke on. Works on an open file of any size with
a few MB of memory: of a wheel only the headers and `.dist-info` are read, a sdist is unpacked to
the end, nothing is kept but names. Whatever the bytes, the only error is InvalidArchive.
"""

from __future__ import annotations

from pulp_pyindex.index.archives.sdists import check_sdist
from pulp_pyindex.index.archives.wheels import check_wheel

__all__ = ["check_sdist", "check_wheel"]
