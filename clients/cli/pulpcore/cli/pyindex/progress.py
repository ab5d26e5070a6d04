"""Progress bars of a task, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO


@contextmanager
def watching(stream: TextIO) -> Iterator[Callable[[dict[str, Any]], None]]:
    """What shows a task as it is now; elsewhere than on a terminal it shows nothing."""
    if not stream.isatty():
        yield lambda task: None
        return
    # Only here: it takes a tenth of a second.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counted]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as bars:
        shown = {"": bars.add_task("Waiting", total=None, counted="")}

        def show(task: dict[str, Any]) -> None:
            waits = task["state"] == "waiting"
            bars.update(shown[""], description="Waiting" if waits else _title(task))
            for report in task.get("progress_reports") or ():
                code = report["code"]
                if code not in shown:
                    shown[code] = bars.add_task("", total=None, counted="")
                bars.update(
                    shown[code],
                    description=report["message"],
                    completed=report["done"],
                    total=report["total"],
                    counted=_counted(report["done"], report["total"]),
                )

        yield show


def _counted(done: int | None, total: int | None) -> str:
    return f"{done or 0} of {total}" if total else str(done or "")


def _title(task: dict[str, Any]) -> str:
    return str(task["name"]).rpartition(".")[2].replace("_", " ").capitalize()
