"""Names of projects and releases, in whatever spelling a request has them."""

from __future__ import annotations

from collections.abc import Iterable

from pulp_pyindex.app.exceptions import refusal
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.filenames import normalized_version
from pulp_pyindex.index.names import NormalizedName, normalize


def project_name(text: str) -> NormalizedName:
    """The project that is meant. Raises ValidationError for what is no name."""
    try:
        return normalize(text)
    except PyindexError as error:
        raise refusal(error) from error


def project_names(texts: Iterable[str]) -> list[str]:
    """The projects that are meant, each once, sorted. Raises ValidationError as `project_name`."""
    return sorted({project_name(text) for text in texts})


def release_name(text: str) -> str:
    """The release that is meant: what PEP 440 cannot read is kept, hence looked for, verbatim."""
    return normalized_version(text) or text
