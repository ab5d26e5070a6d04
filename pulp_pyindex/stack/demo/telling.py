"""How the demo prints: numbered steps, what is called in each, progress, and the time it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PROGRESS_SECONDS = 1.0


class Teller:
    """Prints; on a terminal a step of progress overwrites the one before it."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        self.current = ""
        self._output = output
        self._number = 0
        self._open = False
        self._progress = ""
        self._progress_at = 0.0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; when it fails, `current` says which it was."""
        self._number += 1
        self.current = f"step {self._number}, {title[0].lower()}{title[1:]}"
        self._print(f"\n{self._number}. {title}")
        began = time.monotonic()
        yield
        self._print(f"   {time.monotonic() - began:.1f} s")

    def call(self, text: str) -> None:
        """A request or a command, as one could type it."""
        self._print(f"   $ {text}")

    def result(self, text: str) -> None:
        """What came of it."""
        self._print(f"   → {text}")

    def progress(self, text: str) -> None:
        """Where long work is; the same thing, or too soon after the last, is not repeated."""
        now = time.monotonic()
        if text == self._progress or now - self._progress_at < PROGRESS_SECONDS:
            return
        self._progress, self._progress_at = text, now
        if self._output.isatty():
            print(f"\r     {text:<70}", end="", file=self._output, flush=True)
            self._open = True
        else:
            self._print(f"     {text}")

    def _print(self, text: str) -> None:
        if self._open:
            print("\r" + " " * 76 + "\r", end="", file=self._output)
            self._open = False
        print(text, file=self._output, flush=True)
