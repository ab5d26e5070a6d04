"""What the processes that work on a task take: memory at most, processor time in all."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from support.stack import Stack

_PAUSE = 0.02
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass(slots=True)
class Taken:
    """What was seen of the tasks."""

    #: The largest resident size of one process, in bytes.
    peak: int = 0
    #: Seconds of processor time by process, the database's not among them.
    processor: dict[int, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Processor time of all of them."""
        return sum(self.processor.values())


@contextmanager
def watching(stack: Stack) -> Iterator[Taken]:
    """Watch what the workers start while the block runs; each task is a process of its own."""
    workers = stack.processes("pulpcore-worker")
    before = {child.pid for worker in workers for child in worker.children(recursive=True)}
    taken, over = Taken(), threading.Event()

    def watch() -> None:
        while not over.wait(_PAUSE):
            for worker in workers:
                for child in _children(worker):
                    if child.pid not in before:
                        _look(child, taken)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()


def _children(worker: psutil.Process) -> list[psutil.Process]:
    try:
        return worker.children(recursive=True)
    except psutil.NoSuchProcess:
        # One of them ended while they were counted.
        return []


def _look(process: psutil.Process, taken: Taken) -> None:
    try:
        told = Path(f"/proc/{process.pid}/status").read_text()
        times = process.cpu_times()
    except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
        return
    if found := _PEAK.search(told):
        taken.peak = max(taken.peak, int(found.group(1)) * 1024)
    taken.processor[process.pid] = times.user + times.system
