"""Logs do not grow for ever: each is kept once more beside itself, then emptied."""

import os
import shutil
from pathlib import Path

LARGEST_LOG = 20_000_000


def rotate(directory: Path, largest: int = LARGEST_LOG) -> list[Path]:
    """Copy and empty logs larger than `largest`; writers append, so none has to reopen."""
    rotated = []
    for log in sorted(directory.glob("*.log")):
        if log.stat().st_size > largest:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)
            rotated.append(log)
    return rotated
