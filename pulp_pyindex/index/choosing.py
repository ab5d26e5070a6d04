"""Which files of a project page are wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.utils import NormalizedName

from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import ParsedFilename, parse
from pulp_pyindex.index.pages import File
from pulp_pyindex.index.wanted import Candidate, Reason, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A wanted file: what its page and its name say."""

    file: File
    parsed: ParsedFilename


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The wanted files of a page, and what became of the others."""

    kept: tuple[Kept, ...]
    #: (filename, reason) of those whose names are none of this project.
    refused: tuple[tuple[str, str], ...]
    left_out: Counter[Reason]


def choose(wanted: Wanted, project: NormalizedName, files: Iterable[File]) -> Choice:
    """What is wanted of a project's files, in their order; of several of one name the last."""
    named: dict[str, File] = {}
    candidates: list[Candidate] = []
    refused: list[tuple[str, str]] = []
    for file in files:
        try:
            parsed = parse(file.filename, project)
        except InvalidFilename as error:
            refused.append((file.filename, error.reason))
            continue
        named[file.filename] = file
        candidates.append(
            Candidate(
                parsed=parsed,
                size=file.size,
                upload_time=file.upload_time,
                yanked=file.yanked is not None,
            )
        )
    chosen, left_out = wanted.select(project, candidates)
    return Choice(
        kept=tuple(Kept(file=named[one.parsed.filename], parsed=one.parsed) for one in chosen),
        refused=tuple(refused),
        left_out=left_out,
    )
