"""The errors of the index room.

PyindexError
├── InvalidName            a project name that PEP 503 does not allow
├── InvalidFilename        a file name that no installer could use, or that is hostile
├── InvalidDigest          a hash of an unknown kind or of the wrong length
├── InvalidPage            bytes that are not a page of a simple index
├── InvalidMetadata        core metadata that is missing or broken
├── InvalidProvenance      a document that is not a PEP 740 provenance object
└── InvalidWanted          an entry of what a mirror wants that cannot be understood

Each keeps the values it speaks of as attributes and renders itself.
"""

from __future__ import annotations


class PyindexError(Exception):
    """Anything wrong with what came from outside; the message can be shown to a user as it is."""


class InvalidName(PyindexError, ValueError):
    """A project name that PEP 503 does not allow."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name!r} is not a valid project name (PEP 508)"


class InvalidFilename(PyindexError, ValueError):
    """A file name that no installer could use, or that is hostile."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(filename, reason)
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.filename!r}: {self.reason}"


class InvalidDigest(PyindexError, ValueError):
    """A hash of an unknown kind or of the wrong length."""

    def __init__(self, algorithm: str, value: str, reason: str) -> None:
        super().__init__(algorithm, value, reason)
        self.algorithm = algorithm
        self.value = value
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.algorithm} digest {self.value!r}: {self.reason}"


class InvalidPage(PyindexError, ValueError):
    """Bytes that are not a page of a simple index. `url` is where they came from."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.url}: {self.reason}"


class InvalidMetadata(PyindexError, ValueError):
    """Core metadata that is missing or broken. `filename` is the file that should carry it."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(filename, reason)
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.filename!r}: {self.reason}"


class InvalidProvenance(PyindexError, ValueError):
    """A document that is not a PEP 740 provenance object."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(filename, reason)
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return f"provenance of {self.filename!r}: {self.reason}"


class InvalidWanted(PyindexError, ValueError):
    """An entry of what a mirror wants that cannot be understood.

    `field` is the list's name, `position` counts from 0, `entry` is the text as given.
    """

    def __init__(self, field: str, position: int, entry: str, reason: str) -> None:
        super().__init__(field, position, entry, reason)
        self.field = field
        self.position = position
        self.entry = entry
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}[{self.position}] {self.entry!r}: {self.reason}"
