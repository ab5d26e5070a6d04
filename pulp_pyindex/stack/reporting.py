"""What the supervisor tells: one line per event, with the seconds since it began."""

import errno
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
        self._write(f"{self.seconds:6.1f} s  {text}")

    def add(self, text: str) -> None:
        """Further lines that belong to the one before."""
        for line in text.splitlines():
            self._write(f"          {line}")

    def _write(self, line: str) -> None:
        try:
            print(line, file=self._output, flush=True)
        except OSError as error:
            # What runs must not end because its log is on a full disk; the line stays in the
            # buffer and comes with a later one.
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
