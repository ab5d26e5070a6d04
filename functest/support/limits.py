"""Disks that are full for some processes only."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from .stack import Stack


@contextmanager
def limited(stack: Stack, word: str, size: int) -> Iterator[None]:
    """Let processes write no file longer than `size`: for them the disk is full there."""
    found = stack.processes(word)
    before = {process: process.rlimit(psutil.RLIMIT_FSIZE) for process in found}
    for process in found:
        process.rlimit(psutil.RLIMIT_FSIZE, (size, before[process][1]))
    try:
        yield
    finally:
        for process in found:
            if process.is_running():
                process.rlimit(psutil.RLIMIT_FSIZE, before[process])
