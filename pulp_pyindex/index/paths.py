"""Where things are below an index: the addresses that pages, uploads and downloads share."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from packaging.utils import NormalizedName

METADATA_SUFFIX = ".metadata"

_FILE_PATH = re.compile(
    r"packages/(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P<rest>[0-9a-f]{60})/(?P<filename>[^/]+)\Z"
)


class FilePath(NamedTuple):
    """What the path of a file below an index says."""

    sha256: str
    filename: str
    #: The `.metadata` beside the file is meant; `filename` is still the file's own.
    is_metadata: bool


def file_path(sha256: str, filename: str) -> str:
    """Where a file is, relative to the index root. Not quoted."""
    return f"packages/{sha256[:2]}/{sha256[2:4]}/{sha256[4:]}/{filename}"


def file_link(sha256: str, filename: str) -> str:
    """The link from a project page (`simple/<project>/`) to a file, quoted, without fragment."""
    return f"../../packages/{sha256[:2]}/{sha256[2:4]}/{sha256[4:]}/{quote(filename)}"


def parse_file_path(path: str) -> FilePath | None:
    """What a path relative to the index root (decoded) names; None if it is not a file's."""
    match = _FILE_PATH.match(path)
    if match is None:
        return None
    sha256 = match["a"] + match["b"] + match["rest"]
    filename = match["filename"]
    stem = filename.removesuffix(METADATA_SUFFIX)
    if not stem:
        return None
    return FilePath(sha256, stem, stem != filename)


def static_page_paths(project: str) -> tuple[str, str]:
    """Where a static tree has a project's page as HTML and as JSON; "" = the list of projects."""
    folder = f"simple/{project}/" if project else "simple/"
    return f"{folder}index.html", f"{folder}index.json"


def provenance_path(project: NormalizedName, version: str, filename: str) -> str:
    """Where the PEP 740 provenance of a file is, relative to the index root. Not quoted."""
    return f"integrity/{project}/{version}/{filename}/provenance"


def provenance_link(project: NormalizedName, version: str, filename: str) -> str:
    """`provenance_path`, quoted as a link needs it."""
    # A version that PEP 440 cannot read may hold anything a file name may.
    return quote(provenance_path(project, version, filename))
