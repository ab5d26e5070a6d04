"""What the conditions of a rule look at, one by one."""

from datetime import timedelta
from typing import Any

import pytest

from pulp_pyindex.index.advisories import Severity
from pulp_pyindex.index.pages import File, ProjectStatus, Status
from pulp_pyindex.index.rules import (
    Known,
    Told,
)
from support.deciding import DAY, NOW, WHEEL, denied, project, verdicts, wheel


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"project": "foo"}, True),
        ({"project": "Foo"}, True),
        ({"project": "f*"}, True),
        ({"project": ["bar", "foo<2"]}, True),
        ({"project": "foo>=2"}, False),
        ({"project": "bar"}, False),
        ({"uploaded_after": "2026-08-14"}, True),
        ({"uploaded_after": "2026-08-15"}, False),
        ({"younger_than": "101d"}, True),
        ({"younger_than": "100d"}, False),
        ({"packagetype": ["sdist", "bdist_wheel"]}, True),
        ({"packagetype": "sdist"}, False),
        ({"python_tag": "py3"}, True),
        ({"python_tag": "cp*"}, False),
        ({"platform_tag": ["win*", "any"]}, True),
        ({"platform_tag": "win*"}, False),
        ({"abi_tag": "none"}, True),
        ({"yanked": True}, False),
        ({"yanked": False}, True),
        ({"prerelease": True}, False),
        ({"prerelease": False}, True),
        ({"larger_than": 999}, True),
        ({"larger_than": "1 kB"}, False),
        ({"project_status": ["active"]}, True),
        ({"project_status": "archived"}, False),
        ({"provenance": "missing"}, True),
        ({"provenance": "dropped"}, False),
        ({"provenance": {"not_by": "github:acme/*"}}, True),
        ({"not": {"project": "bar"}}, True),
        ({"not": {"project": "foo", "yanked": True}}, True),
        ({"not": {"project": "foo", "yanked": False}}, False),
        ({"project": "foo", "yanked": True}, False),
    ],
)
def test_a_rule_is_about_the_files_for_which_all_conditions_hold(
    when: dict[str, Any], expected: bool
) -> None:
    """Entries of a list are alternatives, keys belong together."""
    assert bool(denied({**when, "unknown": "ignore"}, project(wheel()))) is expected


def test_tags_are_those_of_every_way_to_install_a_wheel() -> None:
    """A wheel that can be installed elsewhere too is not meant; a sdist has no tags."""
    facts = project(
        wheel(tag="cp312-cp312-win_amd64"),
        wheel(tag="py2.py3-none-any"),
        File(filename="foo-1.0.tar.gz", url="", hashes={}),
    )
    assert denied({"platform_tag": "WIN*"}, facts) == {"foo-1.0-cp312-cp312-win_amd64.whl"}
    assert denied({"python_tag": "py2"}, facts) == set()
    assert denied({"python_tag": ["py2", "py3"]}, facts) == {"foo-1.0-py2.py3-none-any.whl"}


def test_a_condition_that_fails_decides_although_another_is_not_known() -> None:
    """No and unknown is no."""
    facts = project(wheel(age=None))
    assert denied({"project": "bar", "younger_than": "7d", "unknown": "match"}, facts) == set()
    assert denied({"yanked": True, "younger_than": "7d", "unknown": "match"}, facts) == set()
    assert denied({"yanked": False, "younger_than": "7d", "unknown": "match"}, facts) == {WHEEL}


@pytest.mark.parametrize(("action", "is_about"), [("deny", True), ("hide", True), ("allow", False)])
def test_a_release_that_cannot_be_compared_is_on_the_safe_side(action: str, is_about: bool) -> None:
    """Without a word on it, what takes away holds and what allows does not."""
    facts = project(File(filename="foo-weird.tar.gz", url="", hashes={}))
    for when in ({"project": "foo<2"}, {"prerelease": True}):
        rules = [
            {"name": "it", "when": when, "action": action},
            {"name": "rest", "when": {"project": "*"}, "action": "report"},
        ]
        found = verdicts(rules, facts).files["foo-weird.tar.gz"]
        assert (found.against is not None or found.allowed_by is not None) is is_about


def test_advisories_match_by_id_alias_and_severity() -> None:
    """Id and severity speak of the same advisory; malware is always as bad as can be."""
    told = {
        "1.0": (Told(id="PYSEC-1", aliases=("CVE-2026-1",), severity=Severity.LOW),),
        "1.1": (Told(id="GHSA-x", severity=Severity.CRITICAL),),
        "1.2": (Told(id="MAL-2026-7"),),
        "1.3": (Told(id="OSV-1"),),
    }
    facts = project(*(wheel(f"1.{number}") for number in range(5)), advisories=told)

    def releases(**when: Any) -> list[str]:
        return sorted(name.split("-")[1] for name in denied(when, facts))

    assert releases(advisory="CVE-*") == ["1.0"]
    assert releases(advisory=["MAL-*", "GHSA-*"]) == ["1.1", "1.2"]
    assert releases(severity="high") == ["1.1", "1.2"]
    assert releases(severity="high", unknown="match") == ["1.1", "1.2", "1.3"]
    assert releases(advisory="PYSEC-*", severity="medium") == []


def test_without_any_advisories_only_an_explicit_word_denies() -> None:
    """A rule on malware does not close an index that has no database of it yet."""
    facts = project(wheel())
    assert denied({"advisory": "MAL-*"}, facts) == set()
    assert denied({"advisory": "MAL-*", "unknown": "match"}, facts) == {WHEEL}


def test_provenance_that_was_dropped_is_noticed() -> None:
    """Only where an earlier release had one."""
    facts = project(
        wheel("0.9"), wheel("1.0", provenance="integrity/x"), wheel("1.1"), wheel("0.8.1")
    )
    assert denied({"provenance": "dropped"}, facts) == {"foo-1.1-py3-none-any.whl"}


def test_a_publisher_is_named_by_kind_and_repository() -> None:
    """Another one, or none, is not by the named one; one that is not known is unknown."""
    facts = project(
        wheel("1.0", provenance="x"),
        wheel("1.1", provenance="x"),
        wheel("1.2"),
        wheel("1.3", provenance="x"),
        known={
            WHEEL: Known(publishers=("github:acme/foo",)),
            "foo-1.1-py3-none-any.whl": Known(publishers=("gitlab:evil/foo",)),
        },
    )
    when = {"provenance": {"not_by": "github:Acme/*"}}
    assert denied({**when, "unknown": "ignore"}, facts) == {
        "foo-1.1-py3-none-any.whl",
        "foo-1.2-py3-none-any.whl",
    }
    assert "foo-1.3-py3-none-any.whl" in denied({**when, "unknown": "match"}, facts)


@pytest.mark.parametrize(
    ("metadata", "binds", "not_enough"),
    [
        ({"license_expression": "MIT"}, False, False),
        ({"license_expression": "AGPL-3.0-only"}, True, True),
        ({"license_expression": "MIT OR AGPL-3.0-only"}, False, False),
        ({"license_expression": "MIT AND AGPL-3.0-only"}, True, True),
        ({"classifier": ["License :: OSI Approved :: MIT License"]}, False, False),
        ({"license_expression": "ISC"}, False, True),
        ({}, None, None),
        (None, None, None),
    ],
)
def test_licences_that_bind_and_licences_that_are_enough(
    metadata: Any, binds: bool | None, not_enough: bool | None
) -> None:
    """Of alternatives one may be chosen; what nobody told is unknown."""
    facts = project(wheel(), known={WHEEL: Known(metadata=metadata)})
    for when, expected in (
        ({"license": "AGPL-*"}, binds),
        ({"license_not": ["MIT", "Apache-2.0"]}, not_enough),
    ):
        assert bool(denied({**when, "unknown": "match"}, facts)) is (expected is not False)
        assert bool(denied({**when, "unknown": "ignore"}, facts)) is (expected is True)


def test_classifiers_are_compared_with_patterns() -> None:
    """Where the metadata is known."""
    known = {WHEEL: Known(metadata={"classifier": ["Private :: Do Not Upload"]})}
    when = {"classifier": "Private ::*", "unknown": "ignore"}
    assert denied(when, project(wheel(), known=known)) == {WHEEL}
    assert denied(when, project(wheel())) == set()


def test_what_was_never_seen_here_is_new_here() -> None:
    """It is counted from when it comes."""
    facts = project(
        wheel("1.0"), wheel("1.1"), known={WHEEL: Known(first_seen=NOW - timedelta(days=5))}
    )
    assert denied({"first_seen_within": "3d"}, facts) == {"foo-1.1-py3-none-any.whl"}
    found = verdicts([{"name": "n", "when": {"first_seen_within": "6d"}, "action": "hide"}], facts)
    assert found.valid_until == NOW + DAY


def test_a_status_is_one_of_the_project() -> None:
    """All its files are meant."""
    facts = project(wheel(), wheel("1.1"), status=ProjectStatus(status=Status.ARCHIVED))
    assert len(denied({"project_status": ["archived", "deprecated"]}, facts)) == 2


def test_a_negated_age_changes_with_time_too() -> None:
    """`not` keeps what it denies timed."""
    rules = [
        {
            "name": "old",
            "when": {"not": {"younger_than": "7d"}, "unknown": "ignore"},
            "action": "hide",
        }
    ]
    found = verdicts(rules, project(wheel(age=1)))
    assert (found.files[WHEEL].against, found.valid_until) == (None, NOW + 6 * DAY)
    assert verdicts(rules, project(wheel(age=1)), NOW + 6 * DAY).files[WHEEL].against is not None
