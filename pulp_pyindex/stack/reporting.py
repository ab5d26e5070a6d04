"""What the supervisor tells: one line per event, with the seconds since it began."""

import time
from typing import TextIO


class Reporter:
    """Writes lines at once, so that another process may follow them."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the reporter was made."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """One line, timed."""
        print(f"{self.seconds:6.1f} s  {text}", file=self._output, flush=True)

    def add(self, text: str) -> None:
        """Further lines that belong to the one before."""
        for line in text.splitlines():
            print(f"          {line}", file=self._output, flush=True)
