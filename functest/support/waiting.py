"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import Any


def wait_for(condition: Callable[[], Any], what: str = "the condition", timeout: float = 60) -> Any:
    """The first true value of `condition`, asked over and over; TimeoutError if there is none."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout} s for {what}")
        time.sleep(0.05)
    return value
