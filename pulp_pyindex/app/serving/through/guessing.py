"""Which projects a file may be of, by its name alone."""

from __future__ import annotations

from packaging.utils import NormalizedName

from pulp_pyindex.index.errors import InvalidFilename, InvalidName
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.names import normalize

#: A name with more dashes than that names nobody's file.
_MOST = 12


def projects_of(filename: str) -> list[NormalizedName]:
    """The projects whose file it may be, the likeliest first.

    `foo-bar-1.0.tar.gz` may be one of `foo-bar`, or one of `foo` whose release is `bar-1.0`.
    """
    found: dict[NormalizedName, bool] = {}
    dash = filename.find("-")
    for _ in range(_MOST):
        if dash == -1:
            break
        try:
            project = normalize(filename[:dash])
            version = parse(filename, project).version
        except (InvalidName, InvalidFilename):
            pass
        else:
            found.setdefault(project, version[:1].isdigit())
        dash = filename.find("-", dash + 1)
    return sorted(found, key=lambda project: not found[project])
