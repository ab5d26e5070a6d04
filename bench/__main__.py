"""Measure everything and print it: `python -m bench [--large] [--write FILE]`."""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    advising,
    cache,
    cold,
    load,
    many,
    merged,
    peer,
    promoting,
    pulling,
    serving,
    syncing,
    uploads,
)
from bench.figures import Figure, as_markdown, as_text, write
from bench.upstream import Upstream, running
from support import stack as stacks
from support.pulp import Pulp
from support.stack import Stack

SIZES, LARGE = (1000, 5000), 20_000
PARTS = ("sync", "serve", "upload", "promote", "advise", "merged", "cache", "pull")


def main() -> int:
    """Run what was asked for; 0 when every figure was reached."""
    options = _options()
    sizes = list(options.sizes or SIZES) + ([LARGE] if options.large else [])
    figures: list[Figure] = []
    begun, busy = time.monotonic(), os.getloadavg()[0]
    with running(sizes) as upstream, _stack() as stack:
        try:
            for figure in _measure(stack, upstream, sizes, options):
                print(f"{time.monotonic() - begun:6.0f} s  {figure.what}: {figure.measured}")
                figures.append(figure)
        finally:
            print(as_text(figures), flush=True)
    conditions = _conditions(time.monotonic() - begun, busy)
    print(f"\n{conditions}")
    if options.write:
        write(options.write, as_markdown(figures, conditions))
    missed = [figure.what for figure in figures if figure.reached is False]
    for what in missed:
        print(f"not reached: {what}", file=sys.stderr)
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--large", action="store_true", help="20,000 projects too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into FILE")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="projects of each index")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    parser.add_argument(
        "--with-pulp-python", action="store_true", help="the same by pulp_python, if installed"
    )
    return parser.parse_args()


def _measure(
    stack: Stack, upstream: Upstream, sizes: list[int], options: argparse.Namespace
) -> Iterator[Figure]:
    pulp = stack.client(patience=1200.0)
    # A worker's first task loads what later ones find in the machine's memory.
    _warm_up(pulp, upstream)
    if options.only in ("upload", "promote", "advise"):
        crowd = many.crowd(stack, pulp)
        if options.only == "advise":
            yield from advising.figures(pulp, crowd)
            return
        part = uploads if options.only == "upload" else promoting
        with _more_processes(stack) as two:
            yield from part.figures(two, two.client(patience=1200.0), crowd)
        return
    if options.only == "cache":
        yield from cache.figures(stack, pulp, upstream, sizes[0])
        with _more_processes(stack) as two:
            yield from cache.one_file(two, upstream)
        return
    if options.only == "pull":
        yield from pulling.figures(pulp)
        return
    if options.only == "merged":
        yield from _merged(pulp, upstream)
        return
    measured = []
    for size in sizes if options.only != "serve" else sizes[-1:]:
        measured.append(syncing.measure(stack, pulp, upstream, size))
        yield from syncing.figures(measured[-1], measured[0])
    if options.only != "serve":
        beside = next((one for one in measured if one.projects == 5000), measured[-1])
        yield from syncing.publishing(stack, pulp, upstream, beside)
    if options.with_pulp_python:
        if peer.installed():
            yield from peer.figures(pulp, upstream, sizes[0])
        else:
            print("pulp_python is not installed in this environment.")
    if options.only != "sync":
        yield from _served(stack, pulp, upstream, measured, whole=options.only is None)


def _served(
    stack: Stack,
    pulp: Pulp,
    upstream: Upstream,
    measured: list[syncing.Measured],
    *,
    whole: bool,
) -> Iterator[Figure]:
    largest = measured[-1]
    crowd = many.crowd(stack, pulp)
    where = serving.place(pulp, upstream, largest.repository, largest.projects, crowd)
    if load.installed():
        yield from serving.figures(where)
    else:
        print(load.MISSING)
    if whole:
        yield from _merged(pulp, upstream)
        # The 100,000 files that give way would be cleaned up one by one before each cold round.
        yield from pulling.figures(pulp)
        yield from cache.figures(stack, pulp, upstream, measured[0].projects)
    with _more_processes(stack) as two:
        yield cold.figure(two, upstream, where.files)
        if whole:
            client = two.client(patience=1200.0)
            yield from cache.one_file(two, upstream)
            yield from uploads.figures(two, client, crowd)
            yield from advising.figures(client, crowd)
            yield from promoting.figures(two, client, crowd)


def _merged(pulp: Pulp, upstream: Upstream) -> Iterator[Figure]:
    if load.installed():
        yield from merged.figures(pulp, upstream)
    else:
        print(load.MISSING)


def _warm_up(pulp: Pulp, upstream: Upstream) -> None:
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(upstream.url("pages")))


@contextmanager
def _stack() -> Iterator[Stack]:
    """A stack with one content process and one worker, in a folder that is removed."""
    folder = Path(tempfile.mkdtemp(prefix="pyindex-bench-"))
    print("starting the stack", flush=True)
    try:
        yield stacks.start(folder / "stack", content_processes=1, workers=1)
    finally:
        stacks.stop(folder / "stack", remove=not os.environ.get("KEEP"))
        if os.environ.get("KEEP"):
            print(f"kept: {folder / 'stack'}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _more_processes(stack: Stack) -> Iterator[Stack]:
    """The same stack, started again with two content processes."""
    home = Path(stack.home)
    stacks.stop(home, remove=False)
    addresses = [part.removeprefix("http://") for part in (stack.content, stack.api)]
    stacks.run(
        *("up", "--home", stack.home, "--content", addresses[0], "--api", addresses[1]),
        *("--content-processes", "2", "--detach"),
        timeout=240,
    )
    yield stack


def _conditions(seconds: float, busy: float) -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y} in {seconds / 60:.1f} minutes: "
        f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, "
        "upstream, load and server on the same machine, "
        f"whose load average was {busy:.1f} before."
    )


if __name__ == "__main__":
    sys.exit(main())
