"""Which files of a project a mirror wants."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.wanted import Candidate, Reason, Wanted

FOO = normalize("foo")


def candidate(filename: str, **facts: Any) -> Candidate:
    return Candidate(parsed=parse(filename, FOO), **facts)


def kept(wanted: Wanted, *candidates: Candidate | str) -> list[str]:
    """The file names that are wanted."""
    given = [candidate(one) if isinstance(one, str) else one for one in candidates]
    chosen, reasons = wanted.select(FOO, given)
    assert len(chosen) + reasons.total() == len(given)
    return [one.parsed.filename for one in chosen]


RELEASES = (
    "foo-0.9.zip",
    "foo-1.0.zip",
    "foo-1.5b1.zip",
    "foo-1.5.zip",
    "foo-2.0.zip",
    "foo-old.zip",
)


def test_nothing_said_is_everything() -> None:
    """Without any restriction every file is wanted, in the page's order."""
    wanted = Wanted.build()
    assert wanted.explicit is None
    assert wanted.wants_project(FOO)
    assert kept(wanted, *RELEASES) == list(RELEASES)


@pytest.mark.parametrize(
    ("includes", "excludes", "releases"),
    [
        (["foo"], [], "0.9 1.0 1.5b1 1.5 2.0 old"),
        (["Foo >= 1.0, <2"], [], "1.0 1.5b1 1.5"),
        (["foo(==1.0)"], [], "1.0"),
        (["foo==1.*"], [], "1.0 1.5b1 1.5"),
        (["foo===old"], [], "old"),
        (["foo<1", "foo==2.0"], [], "0.9 2.0"),
        (["foo<1", "foo"], [], "0.9 1.0 1.5b1 1.5 2.0 old"),
        (["f*<1", "foo==2.0"], [], "0.9 2.0"),
        (["bar"], [], ""),
        ([], ["foo"], ""),
        ([], ["foo>=1.5"], "0.9 1.0 1.5b1 old"),
        (["foo>=1"], ["foo==1.5", "f?o==2.0"], "1.0 1.5b1"),
        (["*"], ["f*"], ""),
    ],
)
def test_ranges_choose_releases(includes: list[str], excludes: list[str], releases: str) -> None:
    """Any entry that matches includes a release; any that matches excludes it again."""
    wanted = Wanted.build(includes=includes, excludes=excludes)
    found = [name.removeprefix("foo-").removesuffix(".zip") for name in kept(wanted, *RELEASES)]
    assert found == releases.split()


def test_prereleases_can_be_left_out() -> None:
    """Alphas, betas, candidates and development releases; post-releases stay."""
    names = (
        "foo-1.0.zip",
        "foo-1.1a1.zip",
        "foo-1.1rc2.zip",
        "foo-1.1.dev3.zip",
        "foo-1.0.post1.zip",
    )
    assert kept(Wanted.build(prereleases=False), *names) == ["foo-1.0.zip", "foo-1.0.post1.zip"]
    assert kept(Wanted.build(includes=["foo>=1.0"]), *names) == [
        "foo-1.0.zip", "foo-1.1a1.zip", "foo-1.1rc2.zip", "foo-1.1.dev3.zip", "foo-1.0.post1.zip",
    ]  # fmt: skip


def test_package_types() -> None:
    """Only the named kinds are kept."""
    names = ("foo-1.0.zip", "foo-1.0-py3-none-any.whl", "foo-1.0-py2.7.egg")
    assert kept(Wanted.build(package_types=["sdist", "bdist_egg"]), *names) == [
        "foo-1.0.zip",
        "foo-1.0-py2.7.egg",
    ]


MOMENTS = [datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("arguments", "facts", "reason"),
    [
        ({"max_file_size": 10}, {"size": 10}, None),
        ({"max_file_size": 10}, {"size": 11}, Reason.SIZE),
        ({"max_file_size": 10}, {}, Reason.UNKNOWN_SIZE),
        ({"exclude_yanked": True}, {"yanked": True}, Reason.YANKED),
        ({"exclude_yanked": True}, {"yanked": False}, None),
        ({}, {"yanked": True}, None),
        ({"uploaded_before": MOMENTS[1]}, {"upload_time": MOMENTS[0]}, None),
        ({"uploaded_before": MOMENTS[1]}, {"upload_time": MOMENTS[1]}, Reason.UPLOAD_TIME),
        ({"uploaded_after": MOMENTS[1]}, {"upload_time": MOMENTS[1]}, None),
        ({"uploaded_after": MOMENTS[1]}, {"upload_time": MOMENTS[0]}, Reason.UPLOAD_TIME),
        ({"uploaded_after": MOMENTS[1]}, {}, Reason.UNKNOWN_UPLOAD_TIME),
        (
            {"uploaded_after": datetime(2024, 2, 1)},  # noqa: DTZ001
            {"upload_time": MOMENTS[2]},
            None,
        ),
    ],
)
def test_facts_of_a_file_decide(
    arguments: dict[str, Any], facts: dict[str, Any], reason: Reason | None
) -> None:
    """Each restriction has its own reason; what is not known is left out, not let through."""
    chosen, reasons = Wanted.build(**arguments).select(FOO, [candidate("foo-1.0.zip", **facts)])
    assert reasons == Counter([] if reason is None else [reason])
    assert len(chosen) == (reason is None)


def wheel(*tags: str) -> str:
    """The name of a wheel with a Python, an ABI and a platform tag."""
    return f"foo-1.0-{'-'.join(tags)}.whl"


@pytest.mark.parametrize(
    ("python_tags", "yes", "no"),
    [
        (
            ["cp311"],
            ["cp311-cp311", "cp311-abi3", "cp38-abi3", "cp311-none", "py3-none", "py2.py3-none",
             "py311-none", "py37-none", "cp310.cp311-cp310.cp311"],
            ["cp310-cp310", "cp312-cp312", "cp312-abi3", "py312-none", "py2-none", "cp310-none",
             "cp311-cp311t", "pp310-pypy310_pp73"],
        ),
        (["py3"], ["py3-none", "py2.py3-none"], ["cp311-cp311", "cp38-abi3", "py311-none"]),
        (["py39"], ["py3-none", "py38-none", "py39-none"], ["py310-none", "cp39-cp39"]),
        (["cp313t"], ["cp313-cp313t", "py3-none"], ["cp313-cp313", "cp39-abi3"]),
        (["pp310"], ["pp310-pypy310_pp73", "py3-none"], ["pp39-pypy39_pp73", "cp310-cp310"]),
        (["cp27"], ["cp27-cp27mu", "cp27-cp27m", "py2-none"], ["py3-none", "cp311-cp311"]),
        (["cp37"], ["cp37-cp37m", "cp36-abi3"], ["cp38-cp38"]),
        (["CP310", "cp312"], ["cp310-cp310", "cp312-cp312"], ["cp311-cp311"]),
        ([], ["cp311-cp311", "py2-none", "pp310-pypy310_pp73"], []),
    ],
)  # fmt: skip
def test_wheels_for_the_named_pythons(
    python_tags: list[str], yes: list[str], no: list[str]
) -> None:
    """A wheel is kept if one of the Pythons can install it; sdists are not concerned."""
    wanted = Wanted.build(python_tags=python_tags)
    names = [wheel(*pair.split("-"), "any") for pair in (*yes, *no)]
    assert kept(wanted, *names, "foo-1.0.zip") == [*names[: len(yes)], "foo-1.0.zip"]


@pytest.mark.parametrize(
    ("platform_tags", "yes", "no"),
    [
        (
            ["manylinux_2_28_x86_64"],
            ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux_2_5_x86_64",
             "manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64", "linux_x86_64",
             "any", "manylinux_2_17_x86_64.manylinux2014_x86_64",
             "manylinux_2_34_x86_64.linux_x86_64"],
            ["manylinux_2_34_x86_64", "manylinux_2_28_aarch64", "musllinux_1_1_x86_64", "win_amd64",
             "macosx_11_0_arm64", "manylinux2014_i686"],
        ),
        (
            ["manylinux2014_aarch64"],
            ["manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_5_aarch64"],
            ["manylinux_2_24_aarch64", "manylinux2014_x86_64"],
        ),
        (
            ["linux_x86_64"],
            ["linux_x86_64", "manylinux_2_39_x86_64", "manylinux1_x86_64"],
            ["musllinux_1_1_x86_64", "linux_aarch64", "manylinux_2_39_aarch64"],
        ),
        (
            ["musllinux_1_2_x86_64"],
            ["musllinux_1_1_x86_64", "musllinux_1_2_x86_64", "linux_x86_64"],
            ["musllinux_1_3_x86_64", "manylinux2014_x86_64"],
        ),
        (
            ["macosx_12_0_arm64"],
            ["macosx_11_0_arm64", "macosx_12_0_universal2", "macosx_10_9_universal2"],
            ["macosx_13_0_arm64", "macosx_11_0_x86_64"],
        ),
        (
            ["macosx_11_0_x86_64"],
            ["macosx_10_9_x86_64", "macosx_10_6_intel", "macosx_11_0_universal2"],
            ["macosx_11_0_arm64", "macosx_12_0_x86_64"],
        ),
        (["win_amd64", "win32"], ["win_amd64", "win32", "any"], ["win_arm64", "linux_x86_64"]),
        (["any"], ["any"], ["linux_x86_64", "win_amd64"]),
        (["win-amd64"], ["win_amd64"], ["win32"]),
        (["ios_13_0_arm64_iphoneos"], ["ios_13_0_arm64_iphoneos"], ["android_21_arm64_v8a"]),
    ],
)  # fmt: skip
def test_wheels_for_the_named_platforms(
    platform_tags: list[str], yes: list[str], no: list[str]
) -> None:
    """Older systems' wheels run on newer ones, and wheels for any platform on all."""
    wanted = Wanted.build(platform_tags=platform_tags)
    names = [wheel("cp311", "cp311", platform) for platform in (*yes, *no)]
    assert kept(wanted, *names, "foo-1.0.zip") == [*names[: len(yes)], "foo-1.0.zip"]


def test_python_and_platform_must_both_fit() -> None:
    """The same tag of the wheel has to fit both."""
    wanted = Wanted.build(python_tags=["cp311"], platform_tags=["win_amd64"])
    good = wheel("cp311", "cp311", "win_amd64")
    bad = (wheel("cp310", "cp310", "win_amd64"), wheel("cp311", "cp311", "win32"))
    assert kept(wanted, good, *bad) == [good]
    assert wanted.select(FOO, [candidate(bad[0])])[1] == Counter([Reason.TAGS])


def test_keep_latest_counts_releases_that_have_wanted_files() -> None:
    """By PEP 440's order, after all else; all files of a release stay or go together."""
    names = ("foo-1.9.zip", "foo-1.10.zip", "foo-1.10-py3-none-any.whl", "foo-2.0rc1.zip",
             "foo-x.zip", "foo-0.1-py2.7.egg")  # fmt: skip
    assert kept(Wanted.build(keep_latest=1), *names) == ["foo-2.0rc1.zip"]
    without = Wanted.build(keep_latest=1, prereleases=False)
    assert kept(without, *names) == ["foo-1.10.zip", "foo-1.10-py3-none-any.whl"]
    eggs = Wanted.build(keep_latest=1, package_types=["bdist_egg"])
    assert kept(eggs, *names) == ["foo-0.1-py2.7.egg"]
    chosen, reasons = Wanted.build(keep_latest=2).select(FOO, [candidate(name) for name in names])
    assert len(chosen) == 3
    assert reasons == Counter({Reason.OLDER: 3})
