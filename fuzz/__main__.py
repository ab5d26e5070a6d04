"""`python -m fuzz --inputs 100000`: no crash, and no growth of memory."""

from __future__ import annotations

import argparse
import resource
import sys
import time
import traceback
from collections.abc import Callable
from random import Random

from fuzz import archives, texts

TARGETS: dict[str, Callable[[Random], None]] = {
    "wheel": archives.wheel,
    "sdist": archives.sdist,
    "metadata": texts.core_metadata,
    "form": texts.upload_form,
    "project": texts.project_page,
    "root": texts.root_page,
    "provenance": texts.provenance_object,
}
_MB = 1024


def main() -> int:
    """Runs the targets in turn; 1 if one crashed or memory grew."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many, of all kinds")
    parser.add_argument("--seed", type=int, default=0, help="the first input's")
    parser.add_argument("--only", choices=sorted(TARGETS), help="one kind alone")
    parser.add_argument("--growth", type=int, default=50, help="MB that may be added to the peak")
    options = parser.parse_args()
    names = [options.only] if options.only else list(TARGETS)
    crashes = 0
    begun = time.monotonic()
    # What is made once, and caches, are no growth.
    warm = options.seed + options.inputs // 10
    peak = 0
    for seed in range(options.seed, options.seed + options.inputs):
        if seed == warm:
            peak = _peak()
        name = names[seed % len(names)]
        try:
            TARGETS[name](Random(seed))
        except Exception:  # the very thing that is looked for
            crashes += 1
            sys.stderr.write(f"{name}: seed {seed}\n{traceback.format_exc()}\n")
            if crashes == 20:
                break
    growth = (_peak() - peak) / _MB
    took = time.monotonic() - begun
    sys.stdout.write(
        f"{options.inputs} inputs, {crashes} crashes, "
        f"peak memory {_peak() / _MB:.0f} MB, grown by {growth:.1f} MB, {took:.0f} s\n"
    )
    return 1 if crashes or growth > options.growth else 0


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
