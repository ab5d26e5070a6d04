"""Where files are to be installed: a Python on a platform, with the values its markers have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.version import Version

from pulp_pyindex.index.wanted.targets import Targets, read_targets

_PYTHON = re.compile(r"3\.(?P<minor>\d{1,2})(?:\.(?P<patch>\d{1,3}))?\Z")
#: A Python without a patch number stands for its newest patch release.
_NEWEST_PATCH = "99"

#: Platform → values of markers, tag of the newest wheels it takes.
PLATFORMS: dict[str, tuple[dict[str, str], str]] = {
    "linux_x86_64": (
        {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
        "linux_x86_64",
    ),
    "linux_aarch64": (
        {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
        "linux_aarch64",
    ),
    "macos_arm64": (
        {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
        "macosx_15_0_arm64",
    ),
    "macos_x86_64": (
        {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
        "macosx_15_0_x86_64",
    ),
    "windows_amd64": (
        {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"},
        "win_amd64",
    ),
}
_MACHINES = {"windows_amd64": "AMD64"}


class InvalidEnvironment(ValueError):
    """A Python or a platform that is not known; `entry` is the text as given."""

    def __init__(self, entry: str, reason: str) -> None:
        super().__init__(entry, reason)
        self.entry = entry
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.entry!r}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One CPython on one platform."""

    python: str
    platform: str
    #: What Requires-Python is compared with.
    version: Version
    #: Values of all markers but `extra`.
    markers: Mapping[str, str]
    targets: Targets

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform}"


def read_environments(
    pythons: Iterable[str], platforms: Iterable[str] = ("linux_x86_64",)
) -> list[Environment]:
    """Every Python (`3.12`, `3.12.4`) on every platform; raises InvalidEnvironment."""
    places = list(platforms)
    for platform in places:
        if platform not in PLATFORMS:
            raise InvalidEnvironment(platform, f"not one of {', '.join(PLATFORMS)}")
    return [_environment(python, platform) for python in pythons for platform in places]


def _environment(python: str, platform: str) -> Environment:
    match = _PYTHON.match(python)
    if match is None:
        raise InvalidEnvironment(python, "not a version of Python such as 3.12 or 3.12.4")
    minor = f"3.{int(match['minor'])}"
    full = f"{minor}.{match['patch'] or _NEWEST_PATCH}"
    values, tag = PLATFORMS[platform]
    return Environment(
        python=python,
        platform=platform,
        version=Version(full),
        markers={
            **values,
            "python_version": minor,
            "python_full_version": full,
            "implementation_name": "cpython",
            "implementation_version": full,
            "platform_python_implementation": "CPython",
            "platform_machine": _MACHINES.get(platform) or platform.partition("_")[2],
            "platform_release": "",
            "platform_version": "",
        },
        targets=read_targets([f"cp3{match['minor']}"], [tag]),
    )
