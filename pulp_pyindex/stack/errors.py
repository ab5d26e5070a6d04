"""What can keep the stack from starting or stopping; each error is one sentence for a person.

StackError
├── HomeInUse            another supervisor holds this home
├── AddressTaken         something else listens where a service should
├── BadOption            an option's value cannot be used
├── DatabaseUnusable     PostgreSQL is missing, unreachable or lacks something
├── PreparationFailed    migrations or the admin user could not be made
├── ServiceGaveUp        a service died again and again
└── NotReadyInTime       everything runs, but the status page never said so
"""

import shlex
from pathlib import Path


class StackError(Exception):
    """Base: the command prints it and ends with 1."""


class HomeInUse(StackError):
    """A supervisor already runs in this home."""

    def __init__(self, home: Path, pid: int | None) -> None:
        self.home = home
        self.pid = pid
        super().__init__(home, pid)

    def __str__(self) -> str:
        who = f"process {self.pid}" if self.pid else "another process"
        return (
            f"{self.home} is in use by {who}; stop it with "
            f"`pulp-pyindex down --home {shlex.quote(str(self.home))}` or choose another --home."
        )


class AddressTaken(StackError):
    """The address a service should listen on is not free."""

    def __init__(self, option: str, address: str, reason: str) -> None:
        self.option = option
        self.address = address
        self.reason = reason
        super().__init__(option, address, reason)

    def __str__(self) -> str:
        return (
            f"Cannot listen on {self.address} ({self.reason}); "
            f"choose another with {self.option} HOST:PORT."
        )


class BadOption(StackError):
    """An option was given a value that cannot be used."""

    def __init__(self, option: str, value: str, reason: str) -> None:
        self.option = option
        self.value = value
        self.reason = reason
        super().__init__(option, value, reason)

    def __str__(self) -> str:
        return f"{self.option} {self.value}: {self.reason}."


class DatabaseUnusable(StackError):
    """The database cannot be reached or used; the message says why and what to do."""


class PreparationFailed(StackError):
    """Bringing the database to this version failed."""

    def __init__(self, log: Path, tail: str) -> None:
        self.log = log
        self.tail = tail
        super().__init__(log, tail)

    def __str__(self) -> str:
        return f"Preparing the database failed; the end of {self.log} says:\n{self.tail}"


class ServiceGaveUp(StackError):
    """A service died several times right after its start."""

    def __init__(self, name: str, times: int, log: Path, tail: str) -> None:
        self.name = name
        self.times = times
        self.log = log
        self.tail = tail
        super().__init__(name, times, log, tail)

    def __str__(self) -> str:
        return (
            f"{self.name} died {self.times} times right after its start; "
            f"the end of {self.log} says:\n{self.tail}"
        )


class NotReadyInTime(StackError):
    """The services run, but did not report themselves within the time allowed."""

    def __init__(self, seconds: float, missing: str, logs: Path) -> None:
        self.seconds = seconds
        self.missing = missing
        self.logs = logs
        super().__init__(seconds, missing, logs)

    def __str__(self) -> str:
        return f"Not ready after {self.seconds:.0f} s: {self.missing}; see the logs in {self.logs}."
