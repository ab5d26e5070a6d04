"""The legacy upload: is what a client says of a file whole, and does the file say the same?

The order of use is `read_form`, `check_filename`, then with the bytes on disk `check_digests`,
`archives.check_wheel` or `check_sdist`, and `check_metadata` with what these return. Messages are
PyPI's where PyPI has one, since tools and their users know them. What a private index allows and
PyPI does not: local versions, direct references, platform tags and classifiers of one's own.
"""

from __future__ import annotations

from pulp_pyindex.index.uploads.contents import check_digests, check_metadata
from pulp_pyindex.index.uploads.form import UploadForm, read_form
from pulp_pyindex.index.uploads.guessing import form_of
from pulp_pyindex.index.uploads.naming import check_filename

__all__ = [
    "UploadForm",
    "check_digests",
    "check_filename",
    "check_metadata",
    "form_of",
    "read_form",
]
