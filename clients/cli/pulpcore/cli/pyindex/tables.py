"""Tables for people. What is printed here is never parsed: that is what JSON is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .names import Names

if TYPE_CHECKING:
    from pulp_glue.common.context import PulpContext
    from rich.console import Console

#: What a table of objects leaves out where nobody asked for it.
_SELDOM = frozenset({"prn", "pulp_href", "pulp_last_updated", "vuln_report", "hidden_fields"})
_WIDTH = 7
#: Signs that are not worth to be folded.
_SHORT = 24


def print_table(pulp: PulpContext, result: Any, columns: Sequence[str] = ()) -> None:
    """Print objects as rows, one object as its fields, and anything else as it is."""
    from rich.console import Console

    _Printer(pulp, Console(highlight=False)).show(result, columns)


class _Printer:
    def __init__(self, pulp: PulpContext, console: Console) -> None:
        self.pulp = pulp
        self.console = console

    def show(self, result: Any, columns: Sequence[str] = ()) -> None:
        if isinstance(result, list) and all(isinstance(one, dict) for one in result):
            self.rows(result, columns)
        elif isinstance(result, dict):
            self.fields(result)
        elif result is not None:
            self.console.print(text(result), soft_wrap=True, markup=False)

    def rows(self, objects: list[dict[str, Any]], columns: Sequence[str]) -> None:
        from rich.table import Table
        from rich.text import Text

        if not objects:
            self.console.print("Nothing found.")
            return
        present = [name for name in columns if any(name in one for one in objects)]
        shown = present or _worth_showing(objects)
        names = Names(self.pulp, (one.get(name) for one in objects for name in shown))
        table = Table(box=None, pad_edge=False, header_style="bold")
        cells = [[text(names.of(one.get(name)), name) for name in shown] for one in objects]
        for position, name in enumerate(shown):
            number = all(isinstance(one.get(name), int | None) for one in objects)
            longest = max(len(row[position]) for row in cells)
            # An address is there to be copied.
            is_whole = longest <= _SHORT or name.endswith("url")
            table.add_column(
                title(name),
                overflow="fold",
                no_wrap=is_whole,
                min_width=max(longest, len(title(name))) if is_whole else None,
                justify="right" if number else "left",
            )
        for row in cells:
            table.add_row(*map(Text, row))
        # Where it does not fit all the same, the terminal folds lines, not each cell.
        needed = self.console.measure(table, options=self.console.options.update(max_width=10_000))
        self.console.width = max(self.console.width, needed.minimum)
        self.console.print(table)

    def fields(self, told: dict[str, Any]) -> None:
        from rich.table import Table
        from rich.text import Text

        flat = {
            name: one for name, one in told.items() if not _has_rows(one) and not _holds_rows(one)
        }
        names = Names(self.pulp, flat.values())
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, one in flat.items():
            shown = one if name == "pulp_href" else names.of(one)
            table.add_row(title(name), Text(text(shown, name)))
        self.console.print(table)
        for name, one in told.items():
            if name not in flat:
                self.console.print(f"\n[bold]{title(name)}[/bold]")
                self.show(one)


def text(value: Any, name: str = "") -> str:
    """A value as people write it."""
    if value is None or value in ("", [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(text(one) for one in value)
    if isinstance(value, dict) and value.keys() == {"added", "removed", "present"}:
        return summary(value)
    if isinstance(value, dict) and {"kind", "user", "summary", "note"} <= value.keys():
        return origin(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text(one)}" for key, one in value.items())
    if isinstance(value, int) and (name == "size" or name.startswith("size_")):
        return size(value)
    if isinstance(value, str):
        return moment(value) or value
    return str(value)


def summary(content: dict[str, dict[str, dict[str, Any]]]) -> str:
    """What a version holds, and what it added and removed."""
    told = {
        kind: ", ".join(
            f"{one['count']} {name.partition('.')[2].replace('_', ' ')}"
            for name, one in sorted(content[kind].items())
        )
        for kind in ("present", "added", "removed")
    }
    words = [told["present"] or "nothing"]
    words += [f"{kind}: {told[kind]}" for kind in ("added", "removed") if told[kind]]
    return "; ".join(words)


def origin(told: dict[str, Any]) -> str:
    """How a version came about, by whom and why."""
    by = f" by {told['user']}" if told["user"] else ""
    note = f": {told['note']}" if told["note"] else ""
    return f"{told['summary']}{by}{note}"


def title(name: str) -> str:
    """A field's name as the head of a column."""
    return name.removeprefix("pulp_").removesuffix("_href").replace("_", " ").capitalize()


def size(number: int) -> str:
    """Bytes in the unit that suits them."""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def moment(value: str) -> str:
    """An ISO 8601 time as a local one to the minute; empty for any other text."""
    if len(value) < 19 or value[4] != "-" or value[10] != "T":
        return ""
    try:
        return f"{datetime.fromisoformat(value).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return ""


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _holds_rows(value: Any) -> bool:
    return isinstance(value, dict) and any(map(_has_rows, value.values()))


def _worth_showing(objects: list[dict[str, Any]]) -> list[str]:
    names = [name for name in objects[0] if name not in _SELDOM]
    told = [
        name for name in names if any(one.get(name) not in (None, "", [], {}) for one in objects)
    ]
    return (told or names)[:_WIDTH]
