"""Which wheels can be installed where: on the Pythons and platforms that are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging import tags

from pulp_pyindex.index.errors import InvalidWanted

_PYTHON = re.compile(
    r"(?P<implementation>py|cp|pp)(?P<major>[23])(?P<minor>\d{0,2})(?P<free>t?)\Z", re.ASCII
)
_LINUX = re.compile(
    r"(?P<libc>manylinux_(?P<glibc>2_\d{1,3})|manylinux(?:1|2010|2014)|musllinux_(?P<musl>\d_\d{1,2})"
    r"|linux)_(?P<machine>[a-z][a-z0-9_]*)\Z",
    re.ASCII,
)
_MACOS = re.compile(
    r"macosx_(?P<major>\d{2})_(?P<minor>\d{1,2})_(?P<machine>[a-z0-9_]+)\Z", re.ASCII
)
#: Platforms whose tags stand for themselves only.
_OTHER = re.compile(
    r"(?:any|win32|win_(?:amd64|arm64|arm32|ia64)"
    r"|(?:ios|android|pyodide|pyemscripten|emscripten|freebsd|openbsd|netbsd|solaris|sunos|aix"
    r"|cygwin|mingw|wasi|haiku|dragonfly)_[a-z0-9_]+)\Z"
)
_LEGACY_MANYLINUX = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
_OLDEST_GLIBC = 5
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Targets:
    """Pythons and platforms. None = every one of them."""

    #: (interpreter, abi); the abi "*" stands for every one.
    pythons: frozenset[tuple[str, str]] | None
    platforms: frozenset[str] | None
    #: Machines with a Linux of unknown age, as `_x86_64`: every manylinux tag of theirs will do.
    linux_machines: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return self.pythons is None and self.platforms is None

    def accept(self, wheel_tags: Iterable[tags.Tag]) -> bool:
        """Whether a wheel with these tags can be installed on one of the targets."""
        return any(self._runs(tag) and self._loads(tag.platform) for tag in wheel_tags)

    def _runs(self, tag: tags.Tag) -> bool:
        pythons = self.pythons
        if pythons is None:
            return True
        return (tag.interpreter, tag.abi) in pythons or (tag.interpreter, "*") in pythons

    def _loads(self, platform: str) -> bool:
        if self.platforms is None or platform in self.platforms:
            return True
        return platform.startswith("manylinux") and platform.endswith(self.linux_machines)


def read_targets(python_tags: Iterable[str], platform_tags: Iterable[str]) -> Targets:
    """Read the two lists; raises InvalidWanted for the first entry that is no such tag."""
    pythons = [
        pair for position, text in enumerate(python_tags) for pair in _python(position, text)
    ]
    platforms: list[str] = []
    machines: list[str] = []
    for position, text in enumerate(platform_tags):
        platforms.extend(_platform(position, text))
        linux = _LINUX.match(_tag(text))
        if linux is not None and linux["libc"] == "linux":
            machines.append(f"_{linux['machine']}")
    return Targets(
        pythons=frozenset(pythons) or None,
        platforms=frozenset((*platforms, _ANY)) if platforms else None,
        linux_machines=tuple(sorted(set(machines))),
    )


def _tag(text: str) -> str:
    return text.strip().lower().replace("-", "_").replace(".", "_")


def _python(position: int, text: str) -> Iterator[tuple[str, str]]:
    match = _PYTHON.match(text.strip().lower())
    if match is None:
        raise InvalidWanted("python_tags", position, text, "not a tag such as cp311, py3 or pp310")
    implementation, minor = match["implementation"], match["minor"]
    if implementation != "py" and not minor:
        reason = "the minor version is missing; write it as in cp311"
        raise InvalidWanted("python_tags", position, text, reason)
    if match["free"] and implementation != "cp":
        raise InvalidWanted("python_tags", position, text, "only CPython has a free-threaded form")
    if not minor:
        yield f"py{match['major']}", "none"
        return
    version = (int(match["major"]), int(minor))
    interpreter = f"{implementation}{match['major']}{minor}"
    if implementation == "cp":
        abis = [f"{interpreter}t"] if match["free"] else _cpython_abis(interpreter, version)
        for tag in tags.cpython_tags(version, abis=abis, platforms=[_ANY]):
            yield tag.interpreter, tag.abi
    elif implementation == "pp":
        yield interpreter, "*"
    for tag in tags.compatible_tags(version, interpreter=interpreter, platforms=[_ANY]):
        yield tag.interpreter, tag.abi


def _cpython_abis(interpreter: str, version: tuple[int, int]) -> list[str]:
    if version >= (3, 8):
        return [interpreter]
    # pymalloc and, before 3.3, the width of characters were part of the name.
    return [interpreter, f"{interpreter}m", f"{interpreter}mu"]


def _platform(position: int, text: str) -> Iterator[str]:
    tag = _tag(text)
    linux = _LINUX.match(tag)
    if linux is not None:
        yield from _linux(linux)
        return
    macos = _MACOS.match(tag)
    if macos is not None:
        version = (int(macos["major"]), int(macos["minor"]))
        yield tag
        yield from tags.mac_platforms(version, macos["machine"])
        return
    if _OTHER.match(tag) is None:
        reason = (
            "not a tag such as manylinux_2_28_x86_64, musllinux_1_2_aarch64, linux_x86_64,"
            " macosx_11_0_arm64, win_amd64 or any"
        )
        raise InvalidWanted("platform_tags", position, text, reason)
    yield tag


def _linux(match: re.Match[str]) -> Iterator[str]:
    machine = match["machine"]
    yield f"linux_{machine}"
    if match["musl"]:
        major, newest = match["musl"].split("_")
        for minor in range(int(newest) + 1):
            yield f"musllinux_{major}_{minor}_{machine}"
        return
    if match["libc"] == "linux":
        return
    if match["glibc"]:
        newest_glibc = int(match["glibc"].partition("_")[2])
    else:
        newest_glibc = _LEGACY_MANYLINUX[match["libc"]]
    for minor in range(_OLDEST_GLIBC, newest_glibc + 1):
        yield f"manylinux_2_{minor}_{machine}"
    for name, minor in _LEGACY_MANYLINUX.items():
        if minor <= newest_glibc:
            yield f"{name}_{machine}"
