"""Requirements of wheels, met or not by what is there, on the Pythons that count."""

from typing import Any

import pytest

from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.requirements import (
    InvalidEnvironment,
    Missing,
    Offered,
    Requiring,
    missing,
    read_environments,
)

LINUX = read_environments(["3.9", "3.12"])


def offered(*filenames: str, **facts: Any) -> Offered:
    """Wheels `name-version-…` and sdists; `facts` as for `Offered.add`."""
    made = Offered()
    for filename in filenames:
        name, version = filename.removesuffix(".tar.gz").split("-")[:2]
        made.add(normalize(name), version, filename, **facts)
    return made


def wheel(*requires: str, name: str = "app", **changes: Any) -> Requiring:
    values: dict[str, Any] = {
        "project": normalize(name),
        "release": "1.0",
        "filename": f"{name}-1.0-py3-none-any.whl",
        "requires": requires,
    }
    return Requiring(**{**values, **changes})


def reasons(*wheels: Requiring, of: Offered) -> list[tuple[str | None, tuple[str, ...], str]]:
    return [(one.requirement, one.environments, one.reason) for one in missing(wheels, of, LINUX)]


def test_what_is_there_is_not_missed() -> None:
    """Wheels and sdists alike; markers that do not hold are passed over."""
    there = offered("dep-1.5-py3-none-any.whl", "other-2.0.tar.gz")
    asked = wheel(
        "Dep>=1,<2",
        "other",
        "winonly; sys_platform == 'win32'",
        "old; python_version < '3.9'",
        "extra; extra == 'all'",
    )
    assert reasons(asked, of=there) == []


def test_a_missing_requirement_is_told_whole() -> None:
    """File, requirement, where, and why."""
    asked = wheel("dep>=2")
    (found,) = missing([asked], offered("dep-1.5-py3-none-any.whl", "dep-1.6.tar.gz"), LINUX)
    assert found == Missing(
        project=asked.project,
        release="1.0",
        filename="app-1.0-py3-none-any.whl",
        requirement="dep>=2",
        environments=("Python 3.9 on linux_x86_64", "Python 3.12 on linux_x86_64"),
        reason="no release of dep matches >=2; here: 1.6, 1.5",
    )


@pytest.mark.parametrize(
    ("requirement", "there", "facts", "reason"),
    [
        ("dep", [], {}, "no release of dep is here"),
        ("dep @ https://a.example/dep.whl", ["dep-1-py3-none-any.whl"], {}, "names an address"),
        ("dep >> 1", ["dep-1-py3-none-any.whl"], {}, "cannot be read"),
        ("dep", ["dep-1-py3-none-any.whl"], {"is_yanked": True}, "is yanked"),
        ("dep", ["dep-1-py2.7.egg"], {}, "no release of dep is here"),
    ],
)
def test_reasons(requirement: str, there: list[str], facts: dict[str, Any], reason: str) -> None:
    """One for each way in which something can be missing."""
    ((_, _, said),) = reasons(wheel(requirement), of=offered(*there, **facts))
    assert reason in said


@pytest.mark.parametrize("requirement", ["dep==1", "dep===1"])
def test_what_is_pinned_may_be_yanked(requirement: str) -> None:
    """As installers have it (PEP 592)."""
    there = offered("dep-1-py3-none-any.whl", is_yanked=True)
    assert reasons(wheel(requirement), of=there) == []


def test_a_prerelease_does_where_nothing_else_is_there() -> None:
    """As PEP 440 and pip have it."""
    assert reasons(wheel("dep>=1"), of=offered("dep-1.1rc1-py3-none-any.whl")) == []


def test_files_must_run_where_they_are_required() -> None:
    """By tag and by Requires-Python; only the places where they do not are told."""
    there = offered("dep-1-cp312-cp312-manylinux_2_17_x86_64.whl")
    ((_, places, reason),) = reasons(wheel("dep"), of=there)
    assert places == ("Python 3.9 on linux_x86_64",)
    assert reason == "no matching release of dep has a file for Python 3.9 on linux_x86_64"
    newer = offered("dep-1.tar.gz", requires_python=">=3.10")
    assert [one[1] for one in reasons(wheel("dep"), of=newer)] == [("Python 3.9 on linux_x86_64",)]
    # The wheel that asks is not for 3.9 either.
    asked = wheel("dep", requires_python=">=3.10")
    assert reasons(asked, of=there) == []
    tagged = wheel("dep", filename="app-1.0-cp312-cp312-manylinux_2_17_x86_64.whl")
    assert reasons(tagged, of=there) == []
    elsewhere = wheel("nothing", filename="app-1.0-cp312-cp312-win_amd64.whl")
    assert reasons(elsewhere, of=there) == []


def test_extras_count_where_they_are_required() -> None:
    """And what these require in turn."""
    there = offered("dep-1-py3-none-any.whl", "app-1.0-py3-none-any.whl")
    dep = wheel("gone; extra == 'fast'", "app[more]; extra == 'fast'", name="dep")
    app = wheel("lost; extra == 'more'", "never; extra == 'unused'")
    assert reasons(dep, app, of=there) == []
    user = wheel("dep[Fast]", name="user")
    assert [one[0] for one in reasons(user, dep, app, of=there)] == [
        "gone; extra == 'fast'",
        "lost; extra == 'more'",
    ]


def test_unknown_requirements_are_told() -> None:
    """A wheel whose metadata nobody has is not taken to require nothing."""
    ((requirement, _, reason),) = reasons(wheel(requires=None), of=offered())
    assert requirement is None
    assert reason == "what it requires is not known"


def test_platforms_have_markers_and_tags_of_their_own() -> None:
    """Every platform that can be named."""
    windows, mac = read_environments(["3.13.2"], ["windows_amd64", "macos_arm64"])
    assert windows.markers["platform_machine"] == "AMD64"
    assert (mac.markers["sys_platform"], mac.markers["platform_machine"]) == ("darwin", "arm64")
    assert windows.markers["python_full_version"] == "3.13.2"
    there = offered("dep-1-cp313-cp313-macosx_11_0_arm64.whl")
    (found,) = missing([wheel("dep")], there, [windows, mac])
    assert found.environments == ("Python 3.13.2 on windows_amd64",)


@pytest.mark.parametrize(
    ("pythons", "platforms", "named"),
    [
        (["2.7"], ["linux_x86_64"], "2.7"),
        (["3.x"], ["linux_x86_64"], "3.x"),
        (["3.12"], ["amiga"], "amiga"),
    ],
)
def test_unknown_environments_are_refused(
    pythons: list[str], platforms: list[str], named: str
) -> None:
    """By name."""
    with pytest.raises(InvalidEnvironment, match=named):
        read_environments(pythons, platforms)
