"""The one decision: what a ruleset does with the files of a project."""

from datetime import UTC, datetime

import pytest

from pulp_pyindex.index.pages import File
from pulp_pyindex.index.rules import Known, Told
from support.deciding import DAY, NOW, WHEEL, denied, project, verdicts, wheel


def test_a_cool_down_hides_what_is_young_until_it_comes_of_age() -> None:
    """The decision is good until the next file comes of age."""
    facts = project(wheel("1.0", age=30), wheel("1.1", age=3), wheel("1.2", age=1))
    rules = [
        {"name": "cool-down", "when": {"younger_than": "7d", "unknown": "hide"}, "action": "hide"}
    ]
    found = verdicts(rules, facts)
    hidden = [name for name, one in found.files.items() if one.against is not None]
    assert hidden == ["foo-1.1-py3-none-any.whl", "foo-1.2-py3-none-any.whl"]
    assert found.valid_until == NOW + 4 * DAY
    assert found.files[WHEEL].valid_until is None
    at_once = verdicts(rules, facts, NOW + 4 * DAY)
    assert at_once.files["foo-1.1-py3-none-any.whl"].against is None
    assert at_once.valid_until == NOW + 6 * DAY
    assert verdicts(rules, facts, NOW + 6 * DAY).valid_until is None


def test_a_file_of_the_future_is_young() -> None:
    """Whatever clock an upstream has."""
    assert denied({"younger_than": "7d", "unknown": "ignore"}, project(wheel(age=-5))) == {WHEEL}


def test_a_file_of_the_last_day_of_the_calendar_never_comes_of_age() -> None:
    """An upstream may tell any time at all."""
    late = datetime(9999, 12, 31, 23, tzinfo=UTC)
    facts = project(File(filename=WHEEL, url="", hashes={}, upload_time=late))
    rules = [{"name": "it", "when": {"younger_than": "7d", "unknown": "hide"}, "action": "hide"}]
    found = verdicts(rules, facts)
    assert (found.files[WHEEL].against is not None, found.valid_until) == (True, None)


def test_rules_are_read_in_order_and_allow_ends_the_reading() -> None:
    """A later rule never undoes an earlier allow; a deny is not undone at all."""
    everything = {"name": "no", "when": {"project": "*"}, "action": "deny"}
    friend = {"name": "yes", "when": {"project": "foo"}, "action": "allow"}
    first = verdicts([friend, everything], project(wheel())).files[WHEEL]
    assert (first.against, first.allowed_by) == (None, "yes")
    last = verdicts([everything, friend], project(wheel())).files[WHEEL]
    assert last.against is not None
    assert last.against.rule == "no"


def test_a_later_deny_is_stricter_than_hide() -> None:
    """Hiding does not end the reading."""
    hide = {"name": "hide", "when": {"project": "foo"}, "action": "hide"}
    deny = {"name": "deny", "when": {"project": "foo"}, "action": "deny"}
    found = verdicts([hide, deny], project(wheel())).files[WHEEL].against
    assert found is not None
    assert found.rule == "deny"
    other = {"name": "later", "when": {"project": "foo"}, "action": "hide"}
    found = verdicts([hide, other], project(wheel())).files[WHEEL].against
    assert found is not None
    assert found.rule == "hide"


def test_a_report_is_noted_and_takes_nothing_away() -> None:
    """The reading goes on after it."""
    report = {"name": "look", "when": {"project": "foo"}, "action": "report", "text": "{release}"}
    found = verdicts([report], project(wheel())).files[WHEEL]
    assert found.against is None
    assert [one.text for one in found.reports] == [
        "The rule 'look' of ruleset 'default' reports foo-1.0-py3-none-any.whl: 1.0"
    ]
    both = verdicts(
        [report, {"name": "no", "when": {"project": "*"}, "action": "deny"}], project(wheel())
    ).files[WHEEL]
    assert (both.against is not None, len(both.reports)) == (True, 1)


def test_the_text_names_rule_ruleset_and_reason() -> None:
    """One line, whatever the rule's text looks like."""
    rules = [
        {
            "name": "malware",
            "when": {"advisory": "MAL-*"},
            "action": "deny",
            "text": "Reported as\nmalware: {advisory}",
        }
    ]
    told = {"1.0": (Told(id="MAL-2026-1"), Told(id="CVE-1"))}
    found = verdicts(rules, project(wheel(), advisories=told)).files[WHEEL].against
    assert found is not None
    assert found.text == (
        "The rule 'malware' of ruleset 'default' denies foo-1.0-py3-none-any.whl: "
        "Reported as malware: MAL-2026-1"
    )


@pytest.mark.parametrize(
    ("word", "action"),
    [("match", "deny"), ("ignore", None), ("hide", "hide"), ("deny", "deny"), ("report", None)],
)
def test_what_is_not_known_is_treated_as_said(word: str, action: str | None) -> None:
    """`unknown` is the last word on files whose facts are missing."""
    rules = [{"name": "it", "when": {"younger_than": "7d", "unknown": word}, "action": "deny"}]
    found = verdicts(rules, project(wheel(age=None))).files[WHEEL]
    assert (found.against and found.against.action.value) == action
    assert len(found.reports) == (word == "report")


def test_what_upstream_says_of_itself_is_told_without_control_signs() -> None:
    """Installers print the text on terminals."""
    when = {"project": "*"}
    rules = [{"name": "x", "when": when, "action": "deny", "text": "under {license}"}]
    facts = project(wheel(), known={WHEEL: Known(metadata={"license": "MIT\x1b[2J\nor so"})})
    found = verdicts(rules, facts).files[WHEEL]
    assert found.against is not None
    assert found.against.text.endswith("under MIT\N{REPLACEMENT CHARACTER}[2J or so")


def test_an_exemption_holds_until_its_end() -> None:
    """It is part of how long a decision is good."""
    rules = [
        {
            "name": "cool-down",
            "when": {"younger_than": "7d", "unknown": "hide"},
            "action": "hide",
            "except": [
                {
                    "project": "foo",
                    "version": "==1.0",
                    "why": "fix",
                    "who": "sec@",
                    "until": "2026-11-24",
                }
            ],
        }
    ]
    facts = project(wheel("1.0", age=1), wheel("1.1", age=1))
    found = verdicts(rules, facts)
    assert found.files[WHEEL].against is None
    assert found.files["foo-1.1-py3-none-any.whl"].against is not None
    end = datetime(2026, 11, 24, tzinfo=UTC)
    assert found.files[WHEEL].valid_until == end
    assert verdicts(rules, facts, end).files[WHEEL].against is not None
