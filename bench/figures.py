"""A figure, and the tables of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_BEGIN, _END = "<!-- figures begin -->", "<!-- figures end -->"
_HEADER = ("what", "measured", "to reach", "beside it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured thing. `reached` is None where there is nothing to reach."""

    group: str
    what: str
    measured: str
    to_reach: str = ""
    #: What the same costs elsewhere, in this run or as measured before.
    beside: str = ""
    reached: bool | None = None

    @property
    def row(self) -> tuple[str, str, str, str]:
        """As a row of a table."""
        mark = {None: "", True: "✓ ", False: "✗ "}[self.reached]
        return self.what, self.measured, f"{mark}{self.to_reach}", self.beside


def as_text(figures: Sequence[Figure]) -> str:
    """A table for a terminal."""
    rows = [_HEADER, *(figure.row for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = []
    for group, members in _groups(figures):
        lines += ["", group, "-" * len(group), _line(_HEADER, widths)]
        lines += [_line(figure.row, widths) for figure in members]
    return "\n".join(lines)


def as_markdown(figures: Sequence[Figure], conditions: str) -> str:
    """Tables for the documentation, one for each group."""
    lines = [conditions]
    for group, members in _groups(figures):
        lines += ["", f"## {group}", "", f"| {' | '.join(_HEADER)} |", "|---" * 4 + "|"]
        lines += [f"| {' | '.join(figure.row)} |" for figure in members]
    return "\n".join(lines)


def write(path: Path, markdown: str) -> None:
    """Replace what stands between the two marks in `path`."""
    text = path.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{path} has no {_BEGIN} … {_END}")
    path.write_text(pattern.sub(lambda _: f"{_BEGIN}\n{markdown}\n{_END}", text), encoding="utf-8")


def _groups(figures: Iterable[Figure]) -> list[tuple[str, list[Figure]]]:
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.group, []).append(figure)
    return list(groups.items())


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()
