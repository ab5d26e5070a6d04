"""How much memory the processes that work on a task took at most."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from support.stack import Stack

_PAUSE = 0.02
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass(slots=True)
class Peak:
    """The largest resident size of one process that was seen, in bytes."""

    bytes: int = 0

    def __str__(self) -> str:
        return f"{self.bytes / 1e6:.0f} MB"


@contextmanager
def watching(stack: Stack) -> Iterator[Peak]:
    """Watch what the workers start while the block runs; each task is a process of its own."""
    workers = stack.processes("pulpcore-worker")
    before = {child.pid for worker in workers for child in worker.children(recursive=True)}
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(_PAUSE):
            for worker in workers:
                for child in worker.children(recursive=True):
                    if child.pid not in before:
                        peak.bytes = max(peak.bytes, _peak_of(child))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _peak_of(process: psutil.Process) -> int:
    try:
        told = Path(f"/proc/{process.pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = _PEAK.search(told)
    return int(found.group(1)) * 1024 if found else 0
