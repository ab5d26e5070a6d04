"""Which projects a mirror wants, what is refused of a wish, and how two wishes are told apart."""

from datetime import UTC, datetime
from typing import Any

import pytest
from packaging.utils import NormalizedName

from pulp_pyindex.index.errors import InvalidWanted
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.wanted import Wanted

FOO = normalize("foo")
MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("includes", "excludes", "wants", "wants_not", "explicit"),
    [
        ([], [], ["foo"], [], None),
        (["Foo", "b.a.r>=1"], [], ["foo", "b-a-r"], ["bar"], {"foo", "b-a-r"}),
        (["acme-*"], [], ["acme-x", "acme-"], ["acme", "xacme-x"], None),
        (["Acme_*", "foo"], ["acme.secret"], ["acme-x", "foo"], ["acme-secret"], None),
        (["foo", "bar"], ["bar"], ["foo"], ["bar"], {"foo"}),
        (["foo", "bar"], ["bar<1"], ["foo", "bar"], [], {"foo", "bar"}),
        (["foo"], ["*"], [], ["foo"], set()),
        ([], ["*-nightly", "foo"], ["bar"], ["foo", "tf-nightly"], None),
    ],
)
def test_projects_are_chosen_by_name(
    includes: list[str],
    excludes: list[str],
    wants: list[str],
    wants_not: list[str],
    explicit: set[str] | None,
) -> None:
    """Names and globs are normalised; an exclude without a range takes the whole project out."""
    wanted = Wanted.build(includes=includes, excludes=excludes)
    assert [name for name in wants if not wanted.wants_project(NormalizedName(name))] == []
    assert [name for name in wants_not if wanted.wants_project(NormalizedName(name))] == []
    assert wanted.explicit == explicit


@pytest.mark.parametrize(
    ("arguments", "field", "position", "reason"),
    [
        ({"includes": ["ok", "foo[x]"]}, "includes", 1, "an extra cannot be part"),
        ({"includes": ["foo[x]>=1"]}, "includes", 0, "an extra cannot be part"),
        ({"includes": ["foo; python_version > '3'"]}, "includes", 0, "a marker cannot"),
        ({"includes": ["foo>=1; os_name == 'nt'"]}, "includes", 0, "a marker cannot"),
        ({"excludes": ["foo @ https://h/x.whl"]}, "excludes", 0, "a URL cannot"),
        ({"includes": [""]}, "includes", 0, "empty"),
        ({"includes": ["a", "  "]}, "includes", 1, "empty"),
        ({"includes": ["foo bar"]}, "includes", 0, "not a project name"),
        ({"includes": ["foo/bar"]}, "includes", 0, "not a project name"),
        ({"includes": ["é"]}, "includes", 0, "not a project name"),
        ({"includes": ["-foo"]}, "includes", 0, "the name is not valid"),
        ({"includes": ["x" * 300]}, "includes", 0, "the name is not valid"),
        ({"includes": ["-*"]}, "includes", 0, "the pattern is not one"),
        ({"includes": ["foo>>1"]}, "includes", 0, "'>>1' is not a range"),
        ({"includes": ["foo>=banana"]}, "includes", 0, "'>=banana' is not a range"),
        ({"includes": ["foo()"]}, "includes", 0, "range of versions is empty"),
        ({"package_types": ["sdist", "wheel"]}, "package_types", 1, "not one of bdist_dmg"),
        ({"python_tags": ["cp311", "python3"]}, "python_tags", 1, "not a tag such as"),
        ({"python_tags": ["cp3"]}, "python_tags", 0, "minor version is missing"),
        ({"python_tags": ["py313t"]}, "python_tags", 0, "free-threaded"),
        ({"platform_tags": ["linux"]}, "platform_tags", 0, "not a tag such as"),
        ({"platform_tags": ["any", "x86_64"]}, "platform_tags", 1, "not a tag such as"),
        ({"platform_tags": ["macosx_arm64"]}, "platform_tags", 0, "not a tag such as"),
        ({"platform_tags": ["manylinux_2_28"]}, "platform_tags", 0, "not a tag such as"),
        ({"keep_latest": 0}, "keep_latest", 0, "1 or more"),
        ({"max_file_size": -1}, "max_file_size", 0, "1 or more"),
        (
            {
                "uploaded_before": datetime(2024, 1, 1, tzinfo=UTC),
                "uploaded_after": datetime(2024, 1, 1, tzinfo=UTC),
            },
            "uploaded_before",
            0,
            "not after",
        ),
    ],
)
def test_a_bad_entry_is_refused_with_its_place(
    arguments: dict[str, Any], field: str, position: int, reason: str
) -> None:
    """The message names list, position, entry and reason."""
    with pytest.raises(InvalidWanted) as caught:
        Wanted.build(**arguments)
    assert (caught.value.field, caught.value.position) == (field, position)
    assert reason in caught.value.reason
    assert caught.value.reason in str(caught.value)


def test_the_digest_is_over_what_is_meant() -> None:
    """Order and spelling do not matter, meaning does."""
    one = Wanted.build(includes=["Foo_Bar", "baz>=1,<2", "a-*"], python_tags=["cp311", "py3"])
    same = Wanted.build(includes=["a.*", "baz<2,>=1", "foo-bar"], python_tags=["py3", "CP311"])
    assert one.digest() == same.digest()
    assert len(one.digest()) == 64
    others: list[dict[str, Any]] = [
        {}, {"includes": ["foo"]}, {"excludes": ["foo"]}, {"includes": ["foo>1"]},
        {"includes": ["foo*"]}, {"prereleases": False}, {"package_types": ["sdist"]},
        {"python_tags": ["cp311"]}, {"platform_tags": ["any"]}, {"platform_tags": ["linux_x86_64"]},
        {"keep_latest": 1}, {"exclude_yanked": True}, {"max_file_size": 1},
        {"uploaded_before": MOMENT}, {"uploaded_after": MOMENT},
    ]  # fmt: skip
    assert len({Wanted.build(**arguments).digest() for arguments in others}) == len(others)


def test_the_digest_of_a_project_is_over_what_concerns_it() -> None:
    """A longer list does not make a mirror read again what it has."""
    short = Wanted.build(includes=["foo>=1", "bar"])
    long = Wanted.build(includes=["bar", "baz", "foo>=1"], excludes=["bar<1", "baz>1"])
    assert short.digest(FOO) == long.digest(FOO)
    bar, baz = normalize("bar"), normalize("baz")
    assert short.digest(bar) != long.digest(bar)
    assert (
        short.digest(bar) == Wanted.build().digest(bar) == Wanted.build(includes=["b*"]).digest(bar)
    )
    assert len({wanted.digest(baz) for wanted in (short, long, Wanted.build())}) == 3
    assert Wanted.build(keep_latest=1).digest(FOO) != Wanted.build().digest(FOO)


def test_fifty_thousand_names_cost_what_one_does() -> None:
    """Each question is one look-up."""
    wanted = Wanted.build(includes=[f"project-{n}" for n in range(50_000)], excludes=["foo"])
    assert wanted.wants_project(normalize("project-49999"))
    assert not wanted.wants_project(FOO)
    assert wanted.explicit is not None
    assert len(wanted.explicit) == 50_000
