"""What a page says otherwise than the one before it, of files that a repository may have."""

from __future__ import annotations

from dataclasses import replace

from pulp_pyindex.index.pages import File, ProjectPage


def news(before: ProjectPage | None, after: ProjectPage) -> frozenset[str] | None:
    """The names of the files of which `after` says something new; None: of all there are.

    `before` is None where it is not known what was said. Files that have gone are no news: what
    passed is kept.
    """
    if before is None or before.status != after.status:
        return None
    known = {file.filename: _said(file) for file in before.files}
    return frozenset(
        file.filename for file in after.files if known.get(file.filename) != _said(file)
    )


def _said(file: File) -> File:
    # Signed addresses are others with every page; there is provenance or there is none.
    return replace(
        file,
        url=file.url.partition("?")[0],
        provenance=None if file.provenance is None else "",
    )
