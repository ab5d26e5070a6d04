"""The errors of the index room.

PyindexError
├── InvalidName            a project name that PEP 508 does not allow
├── InvalidFile            something wrong with the file of that name
│   ├── InvalidFilename    a name that no installer could use, or that is hostile
│   ├── InvalidMetadata    core metadata that is missing or broken
│   ├── InvalidProvenance  a document that is not a PEP 740 provenance object
│   └── InvalidArchive     a file that is not the wheel or sdist its name claims
├── InvalidDigest          a hash of an unknown kind or of the wrong length
├── InvalidPage            bytes that are not a page of a simple index
├── InvalidUpload          an upload that says something wrong of itself
├── FileExists             an upload whose filename is taken by other bytes
├── FilenameReserved       an upload whose filename belonged to a file that was deleted
├── SecondSdist            an upload of another sdist for a release that has one
├── FileTooLarge           an upload over the size limit
├── ProjectClosed          an upload to a project whose status takes none
├── InvalidWanted          an entry of what a mirror wants that cannot be understood
├── DeniedByRule           an upload that a rule of its repository denies
├── InvalidRuleset         a rule that cannot be understood
├── InvalidAdvisory        a document that is no OSV entry, or an archive that cannot be read
├── InvalidLicence         an entry of a list of licences that names none
└── InvalidGate            a condition for promotions that cannot be understood

Each keeps the values it speaks of as attributes and renders itself.
"""

from __future__ import annotations


class PyindexError(Exception):
    """Anything wrong with what came from outside; the message can be shown to a user as it is."""


class InvalidName(PyindexError, ValueError):
    """A project name that PEP 508 does not allow."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name!r} is not a valid project name (PEP 508)"


class InvalidFile(PyindexError, ValueError):
    """Something is wrong with the file of that name, or with what is said of it."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(filename, reason)
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.filename!r}: {self.reason}"


class InvalidFilename(InvalidFile):
    """A file name that no installer could use, or that is hostile."""


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


class InvalidMetadata(InvalidFile):
    """Core metadata that is missing or broken. `filename` is the file that should carry it."""


class InvalidProvenance(InvalidFile):
    """A document that is not a PEP 740 provenance object."""

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


class InvalidAdvisory(PyindexError, ValueError):
    """A document that is no OSV entry, or an archive of them that cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.name!r}: {self.reason}"


class InvalidLicence(PyindexError, ValueError):
    """An entry of a list of licences that names none; `position` counts from 0."""

    def __init__(self, position: int, entry: str, reason: str) -> None:
        super().__init__(position, entry, reason)
        self.position = position
        self.entry = entry
        self.reason = reason

    def __str__(self) -> str:
        return f"[{self.position}] {self.entry!r}: {self.reason}"


class InvalidGate(PyindexError, ValueError):
    """A condition for promotions that cannot be understood; `position` counts from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(position, reason)
        self.position = position
        self.reason = reason

    def __str__(self) -> str:
        return f"gates[{self.position}]: {self.reason}"


class InvalidArchive(InvalidFile):
    """A file that is not the wheel or sdist its name claims."""

    def __str__(self) -> str:
        return f"Invalid distribution file. {self.filename!r}: {self.reason}"


class InvalidUpload(PyindexError, ValueError):
    """An upload that says something wrong of itself. `field` is the form's or metadata's field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class FileExists(PyindexError):
    """An upload whose filename is taken by other bytes, whose sha256 is `sha256`."""

    def __init__(self, filename: str, sha256: str) -> None:
        super().__init__(filename, sha256)
        self.filename = filename
        self.sha256 = sha256

    def __str__(self) -> str:
        # twine and poetry look for "already exist" to know what --skip-existing may skip.
        return (
            f"File already exists ({self.filename!r}, with sha256 hash {self.sha256!r}). "
            "Use a different version."
        )


class FilenameReserved(PyindexError):
    """An upload whose filename belonged to a file that was deleted."""

    def __init__(self, filename: str) -> None:
        super().__init__(filename)
        self.filename = filename

    def __str__(self) -> str:
        return (
            f"This filename was previously used by a file that has since been deleted "
            f"({self.filename!r}). Use a different version."
        )


class SecondSdist(PyindexError):
    """An upload of another sdist for a release that has one, `existing`."""

    def __init__(self, filename: str, existing: str) -> None:
        super().__init__(filename, existing)
        self.filename = filename
        self.existing = existing

    def __str__(self) -> str:
        return (
            f"Only one sdist may be uploaded per release. "
            f"{self.filename!r} would be a second one beside {self.existing!r}."
        )


class FileTooLarge(PyindexError):
    """An upload over the size limit of `limit` bytes."""

    def __init__(self, filename: str, limit: int) -> None:
        super().__init__(filename, limit)
        self.filename = filename
        self.limit = limit

    def __str__(self) -> str:
        what = repr(self.filename) if self.filename else "one file"
        return (
            f"File too large. The limit for {what} is "
            f"{self.limit / (1 << 20):.1f} MB ({self.limit} bytes)."
        )


class ProjectClosed(PyindexError):
    """An upload to a project whose status (PEP 792) takes none."""

    def __init__(self, project: str, status: str, reason: str) -> None:
        super().__init__(project, status, reason)
        self.project = project
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        return f"Project {self.project!r} is {self.status} and takes no uploads{because}"


class DeniedByRule(PyindexError):
    """An upload that a rule of its repository denies; `text` names the rule."""

    def __init__(self, filename: str, rule: str, text: str) -> None:
        super().__init__(filename, rule, text)
        self.filename = filename
        self.rule = rule
        self.text = text

    def __str__(self) -> str:
        return self.text


class InvalidRuleset(PyindexError, ValueError):
    """A rule that cannot be understood.

    `position` says where, as in `rules[2] 'cool-down', when.younger_than`.
    """

    def __init__(self, position: str, entry: object, reason: str) -> None:
        super().__init__(position, entry, reason)
        self.position = position
        self.entry = entry
        self.reason = reason

    def __str__(self) -> str:
        shown = repr(self.entry)
        if len(shown) > 100:
            shown = f"{shown[:100]}…"
        return f"{self.position}: {shown}: {self.reason}"
