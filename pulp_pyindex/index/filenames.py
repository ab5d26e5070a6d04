"""What a file name says of the file, given the project it is listed under.

The project is known from the page, hence names that are ambiguous on their own
(`foo-bar-1.0.tar.gz`) are not. Names of all kinds that were ever uploaded are read: wheels (also
with a variant label, PEP 825), sdists, eggs, and the installers and dumb archives of old.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from packaging.tags import Tag, parse_tag
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pulp_pyindex.index.errors import InvalidFilename

#: What file systems can hold.
MAX_BYTES = 255
#: A name of 255 bytes can stand for 70,000 tags; the most seen in earnest is 20.
MAX_TAGS = 1000

#: Extensions of what an index lists, longest first → packagetype. Archives may turn out to be
#: `bdist_dumb`.
EXTENSIONS: dict[str, str] = {
    ".tar.bz2": "sdist",
    ".tar.gz": "sdist",
    ".tar.xz": "sdist",
    ".tar.zst": "sdist",
    ".tar.Z": "sdist",
    ".whl": "bdist_wheel",
    ".egg": "bdist_egg",
    ".zip": "sdist",
    ".tgz": "sdist",
    ".tar": "sdist",
    ".exe": "bdist_wininst",
    ".msi": "bdist_msi",
    ".rpm": "bdist_rpm",
    ".dmg": "bdist_dmg",
    ".deb": "bdist_dumb",
}
PACKAGE_TYPES = tuple(sorted(set(EXTENSIONS.values())))

_is_plain = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!~-]*\Z").match
_PLATFORM = re.compile(
    r"(?P<version>.+?)[.-](?:linux|macosx|win32|win-|mingw|cygwin|solaris|freebsd|openbsd|darwin)"
    r"[^/]*\Z",
    re.IGNORECASE,
)
_EGG = re.compile(r"(?P<version>.+?)(?:-py\d[^-]*(?:-.+)?)?\Z")
_INSTALLER = re.compile(r"(?P<version>.+?)(?:[.-]py\d[\d.]*)?\Z")
_RPM = re.compile(r"(?P<version>.+)-[^-]+\.[A-Za-z0-9_]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFilename:
    """What a file name says."""

    filename: str
    project: NormalizedName
    #: PEP 440 normalised; verbatim where PEP 440 cannot read it.
    version: str
    #: In the words of the upload API: `bdist_wheel`, `sdist`, `bdist_egg`, `bdist_wininst`, …
    packagetype: str
    #: Of a wheel, expanded; empty for everything else.
    tags: frozenset[Tag] = frozenset()


def check_safe(filename: str) -> None:
    """Raises InvalidFilename for a name that must not become part of a path, page or header."""
    if len(filename) <= MAX_BYTES and _is_plain(filename):
        return
    if not filename:
        raise InvalidFilename(filename, "the file name is empty")
    if "/" in filename or "\\" in filename:
        raise InvalidFilename(filename[:MAX_BYTES], "a file name cannot hold a path separator")
    if not filename.isprintable():
        raise InvalidFilename(filename[:MAX_BYTES], "a file name cannot hold unprintable signs")
    if filename.startswith("."):
        raise InvalidFilename(filename[:MAX_BYTES], "a file name cannot begin with a dot")
    if filename != filename.strip():
        raise InvalidFilename(filename[:MAX_BYTES], "a file name cannot begin or end with a space")
    if len(filename.encode()) > MAX_BYTES:
        raise InvalidFilename(filename[:MAX_BYTES], f"the name is longer than {MAX_BYTES} bytes")


def extension(filename: str) -> str | None:
    """The known extension a name ends with, as in EXTENSIONS, or None."""
    if filename.endswith(".whl"):
        return ".whl"
    if filename.endswith(".tar.gz"):
        return ".tar.gz"
    lowered = filename.lower()
    for known in EXTENSIONS:
        if lowered.endswith(known.lower()):
            return known
    return None


def parse(filename: str, project: NormalizedName) -> ParsedFilename:
    """What `filename` says, as a file of `project`; raises InvalidFilename if it is none."""
    check_safe(filename)
    known = extension(filename)
    if known is None:
        raise InvalidFilename(filename, "the extension is not one of a Python distribution")
    stem = filename[: -len(known)]
    packagetype = EXTENSIONS[known]
    if packagetype == "bdist_wheel":
        return _parse_wheel(filename, stem, project)
    text = _after_project(filename, stem, project)
    before = stem[: len(stem) - len(text)]
    if packagetype == "sdist":
        dumb = _PLATFORM.match(text)
        if dumb is not None:
            packagetype, text = "bdist_dumb", dumb["version"]
    elif packagetype == "bdist_egg":
        # setuptools writes `_` for `-` within the parts of an egg's name.
        text = _first_group(_EGG, text).replace("_", "-")
    elif packagetype == "bdist_rpm":
        text = _first_group(_RPM, text)
    else:
        text = _first_group(_PLATFORM, _first_group(_INSTALLER, text))
    version = normalized_version(text)
    if version is None:
        _refuse_longer_project(filename, before, text, project)
    return ParsedFilename(
        filename=filename, project=project, version=version or text, packagetype=packagetype
    )


@lru_cache(maxsize=65_536)
def normalized_version(text: str) -> str | None:
    """PEP 440's normalised form, or None where PEP 440 cannot read it."""
    try:
        return str(Version(text))
    except InvalidVersion:
        return None


def is_same_release(one: str, other: str) -> bool:
    """Whether both name the same release to PEP 440: 1.0 is 1.0.0."""
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


@lru_cache(maxsize=4096)
def _tags(python: str, abi: str, platform: str) -> frozenset[Tag]:
    return parse_tag(f"{python}-{abi}-{platform}")


def _first_group(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.match(text)
    return text if match is None else match["version"]


def _parse_wheel(filename: str, stem: str, project: NormalizedName) -> ParsedFilename:
    parts = stem.split("-")
    count = len(parts)
    # name-version[-build]-python-abi-platform[-variant]; only a build begins with a digit.
    first_tag = 3 if count > 5 and parts[2][:1].isdigit() else 2
    if not first_tag + 3 <= count <= first_tag + 4 or not all(parts):
        raise InvalidFilename(filename, "a wheel's name has five or six parts between dashes")
    if canonicalize_name(parts[0]) != project:
        raise InvalidFilename(filename, f"the file is not one of the project {project!r}")
    text = parts[1].replace("_", "-")
    # `1.0_local` is how `1.0+local` was escaped before PEP 427 was made clear.
    version = (
        normalized_version(parts[1])
        or normalized_version(text)
        or normalized_version(parts[1].replace("_", "+", 1))
        or parts[1]
    )
    python, abi, platform = parts[first_tag : first_tag + 3]
    if (python.count(".") + 1) * (abi.count(".") + 1) * (platform.count(".") + 1) > MAX_TAGS:
        raise InvalidFilename(filename, f"the name stands for more than {MAX_TAGS} tags")
    try:
        tags = _tags(python, abi, platform)
    except ValueError as e:
        raise InvalidFilename(filename, f"its tags cannot be read: {e}") from e
    return ParsedFilename(
        filename=filename,
        project=project,
        version=version,
        packagetype="bdist_wheel",
        tags=tags,
    )


def _after_project(filename: str, stem: str, project: NormalizedName) -> str:
    """What follows the project's name and a dash: the version, and what comes with it."""
    dash = stem.find("-")
    while dash != -1:
        if canonicalize_name(stem[:dash]) == project:
            if dash + 1 < len(stem):
                return stem[dash + 1 :]
            break
        dash = stem.find("-", dash + 1)
    if canonicalize_name(stem) == project:
        raise InvalidFilename(filename, "the name holds no version")
    raise InvalidFilename(filename, f"the file is not one of the project {project!r}")


def _refuse_longer_project(filename: str, before: str, text: str, project: NormalizedName) -> None:
    """Refuse `foo-bar-1.0` as release "bar-1.0" of `foo`: it is a file of `foo-bar`.

    `before` is what stands before `text`: the project's name and a dash.
    """
    if text[:1].isdigit():
        return
    dash = text.find("-")
    while dash != -1:
        if normalized_version(text[dash + 1 :]) is not None:
            owner = canonicalize_name(before + text[:dash])
            raise InvalidFilename(filename, f"the file is one of {owner!r}, not of {project!r}")
        dash = text.find("-", dash + 1)
