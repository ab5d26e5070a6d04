"""Rulesets as users write them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies
from packaging.utils import NormalizedName

from pulp_pyindex.index.errors import InvalidRuleset
from pulp_pyindex.index.rules import (
    BROKEN,
    Action,
    FileFacts,
    Needs,
    ProjectFacts,
    decide,
    read_ruleset,
    read_stored_ruleset,
)
from pulp_pyindex.index.rules.keys import CONDITIONS

_KEYS = [
    *("unknown", "not", "not_by", "project", "version", "why", "who", "until", "when", "name"),
    *(key for kinds in CONDITIONS for key in kinds),
]
FACTS = ProjectFacts(
    name=NormalizedName("foo"), files=(FileFacts(filename="foo-1.tar.gz", release="1"),)
)

EXAMPLE: list[dict[str, Any]] = [
    {
        "name": "known malware",
        "when": {"advisory": "MAL-*"},
        "action": "deny",
        "text": "Reported as malware: {advisory}",
    },
    {"name": "our own tools", "when": {"project": "acme-*"}, "action": "allow"},
    {
        "name": "cool-down",
        "when": {"younger_than": "7d", "unknown": "hide"},
        "action": "hide",
        "except": [
            {
                "project": "urllib3",
                "version": "==2.6.1",
                "why": "fixes CVE-2026-0001",
                "who": "sec@",
                "until": "2026-12-01",
            }
        ],
    },
]


def rule(**changes: Any) -> dict[str, Any]:
    """A rule that can be understood, with `changes`; None takes a key away."""
    told = {"name": "one", "when": {"project": "foo"}, "action": "deny", **changes}
    return {key: value for key, value in told.items() if value is not None}


def exemption(**changes: Any) -> dict[str, Any]:
    told = {"project": "foo", "why": "needed", "who": "me", "until": "2030-01-01", **changes}
    return {key: value for key, value in told.items() if value is not None}


def test_an_example_of_everything_is_understood() -> None:
    """Names, actions, and what facts the rules need."""
    ruleset = read_ruleset("default", EXAMPLE)
    assert [(one.name, one.action) for one in ruleset.rules] == [
        ("known malware", Action.DENY),
        ("our own tools", Action.ALLOW),
        ("cool-down", Action.HIDE),
    ]
    assert ruleset.needs == Needs(advisories=True)
    assert ruleset.rules[2].exemptions[0].until == datetime(2026, 12, 1, tzinfo=UTC)


def test_no_rules_are_a_ruleset() -> None:
    """It leaves everything as it is."""
    assert read_ruleset("empty", []).rules == ()


@pytest.mark.parametrize(
    ("rules", "position", "reason"),
    [
        ({"rules": []}, "rules", "not a list of rules"),
        (["deny"], "rules[0]", "not an object"),
        ([rule(name=None)], "rules[0], name", "a text is wanted here"),
        ([rule(name="a\nb")], "rules[0], name", "it holds unprintable signs"),
        ([rule(name="x" * 201)], "rules[0], name", "longer than 200 characters"),
        ([rule(), rule()], "rules[1], name", "another rule has this name"),
        ([rule(action=None)], "rules[0] 'one', action", "not one of allow, report, hide, deny"),
        ([rule(action="Deny")], "rules[0] 'one', action", "not one of allow, report, hide, deny"),
        ([rule(action=["deny"])], "rules[0] 'one', action", "not one of allow"),
        ([rule(wehn={})], "rules[0] 'one', wehn", "not one of action, except, name, text, when"),
        ([rule(when=None)], "rules[0] 'one', when", "missing"),
        ([rule(when={})], "rules[0] 'one', when", "no condition"),
        ([rule(when={"unknown": "hide"})], "rules[0] 'one', when", "no condition"),
        ([rule(when=["project"])], "rules[0] 'one', when", "not an object"),
        ([rule(when={"projekt": "x"})], "rules[0] 'one', when.projekt", "not one of abi_tag,"),
        ([rule(text=7)], "rules[0] 'one', text", "a text is wanted here"),
        ([rule(text="see {url}")], "rules[0] 'one', text", "not one of {advisory}, {filename}"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(rules: Any, position: str, reason: str) -> None:
    """By number and name, and key."""
    with pytest.raises(InvalidRuleset) as refused:
        read_ruleset("bad", rules)
    assert refused.value.position == position
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("when", "key", "reason"),
    [
        ({"project": "foo bar"}, "project", "not a project name"),
        ({"project": ["foo", "bar>=x"]}, "project", "is not a range of versions"),
        ({"project": []}, "project", "the list is empty"),
        ({"project": 5}, "project", "'5' is not a text"),
        ({"project": [["x"]]}, "project", "is not a text"),
        ({"younger_than": "7 dayz"}, "younger_than", "not a duration"),
        ({"younger_than": 7}, "younger_than", "not a duration"),
        ({"younger_than": "0d"}, "younger_than", "more than nothing"),
        ({"younger_than": "٧d"}, "younger_than", "not a duration"),
        ({"younger_than": "999999w"}, "younger_than", "less than 100 years"),
        ({"first_seen_within": "-1d"}, "first_seen_within", "not a duration"),
        ({"uploaded_after": "yesterday"}, "uploaded_after", "not a date"),
        ({"uploaded_after": "2026-13-01"}, "uploaded_after", "not a date"),
        ({"uploaded_after": "2026-10-01T10:00:00"}, "uploaded_after", "time zone is missing"),
        ({"uploaded_after": "0001-01-01T00:00:00+23:00"}, "uploaded_after", "not a date"),
        ({"packagetype": "wheel"}, "packagetype", "'wheel' is not one of"),
        ({"python_tag": [""]}, "python_tag", "is not a text"),
        ({"yanked": "yes"}, "yanked", "true or false"),
        ({"prerelease": 1}, "prerelease", "true or false"),
        ({"larger_than": "huge"}, "larger_than", "not a size"),
        ({"larger_than": True}, "larger_than", "not a size"),
        ({"larger_than": 0}, "larger_than", "not a size"),
        ({"license": "My Own"}, "license", "not an SPDX licence identifier"),
        ({"license_not": []}, "license_not", "the list is empty"),
        ({"classifier": {}}, "classifier", "is not a text"),
        ({"advisory": 1}, "advisory", "is not a text"),
        ({"severity": "bad"}, "severity", "not one of low, medium, high, critical"),
        ({"severity": "unknown"}, "severity", "not one of low, medium, high, critical"),
        ({"provenance": "none"}, "provenance", "not 'missing', 'dropped' or"),
        ({"provenance": {"by": "x"}}, "provenance", "not 'missing', 'dropped' or"),
        ({"provenance": {"not_by": "acme/x"}}, "provenance", "'acme/x' is not a publisher such as"),
        ({"provenance": {"not_by": ["*\0"]}}, "provenance", "unprintable signs"),
        ({"platform_tag": "win\ud800"}, "platform_tag", "unprintable signs"),
        ({"advisory": ["MAL-*", "CVE-\n"]}, "advisory", "unprintable signs"),
        ({"project_status": "dead"}, "project_status", "'dead' is not one of active"),
        ({"not": "project"}, "not", "not an object"),
        ({"not": {}}, "not", "no condition"),
        ({"not": {"not": {"project": "x"}}}, "not.not", "not one of"),
        ({"not": {"yanked": "yes"}}, "not.yanked", "true or false"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    when: dict[str, Any], key: str, reason: str
) -> None:
    """With the key of the condition."""
    with pytest.raises(InvalidRuleset) as refused:
        read_ruleset("bad", [rule(), rule(name="two", when={**when, "unknown": "match"})])
    assert refused.value.position == f"rules[1] 'two', when.{key}"
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    "when",
    [
        {"younger_than": "7d"},
        {"uploaded_after": "2026-10-01"},
        {"larger_than": 5},
        {"license": "MIT"},
        {"license_not": "MIT"},
        {"classifier": "x"},
        {"provenance": {"not_by": "github:a/b"}},
        {"not": {"younger_than": "7d"}},
        {"project": "x", "larger_than": 5},
    ],
)
def test_what_may_be_unknown_must_be_spoken_of(when: dict[str, Any]) -> None:
    """A rule on facts that may be missing says what becomes of files without them."""
    with pytest.raises(InvalidRuleset, match="say what becomes of files") as refused:
        read_ruleset("bad", [rule(when=when)])
    assert refused.value.position == "rules[0] 'one', when.unknown"
    assert read_ruleset("good", [rule(when={**when, "unknown": "ignore"})]).rules


@pytest.mark.parametrize("word", ["no", "allow", None, True, ["hide"]])
def test_unknown_is_one_of_five_words(word: Any) -> None:
    """Nothing that is unknown can be allowed past later rules."""
    with pytest.raises(InvalidRuleset, match="not one of match, ignore, hide, deny, report"):
        read_ruleset("bad", [rule(when={"larger_than": 5, "unknown": word})])


@pytest.mark.parametrize(
    ("exempt", "key", "reason"),
    [
        ({}, "except", "not a list of exemptions"),
        (["foo"], "except[0]", "not an object"),
        ([exemption(project=None)], "except[0].project", "a text is wanted here"),
        ([exemption(project="a b")], "except[0].project", "not a project name"),
        ([exemption(version="2.6.1")], "except[0].version", "not a range of versions such as"),
        ([exemption(version=">=1", project="foo<2")], "except[0].project", "is not a range"),
        ([exemption(version="==x.y")], "except[0].project", "is not a range of versions"),
        ([exemption(), exemption(why=None)], "except[1].why", "a text is wanted here"),
        ([exemption(who=" ")], "except[0].who", "a text is wanted here"),
        ([exemption(until=None)], "except[0].until", "not a date"),
        ([exemption(until="soon")], "except[0].until", "not a date"),
        ([exemption(reason="x")], "except[0].reason", "not one of project, until, version"),
    ],
)
def test_an_exemption_says_what_who_why_and_until_when(exempt: Any, key: str, reason: str) -> None:
    """One that lacks any of it is refused with its position."""
    with pytest.raises(InvalidRuleset) as refused:
        read_ruleset("bad", [rule(**{"except": exempt})])
    assert refused.value.position == f"rules[0] 'one', {key}"
    assert reason in refused.value.reason


def test_too_many_rules_are_refused() -> None:
    """There is a bound to what a request may cost."""
    with pytest.raises(InvalidRuleset, match="more than 500 rules"):
        read_ruleset("bad", [rule(name=str(number)) for number in range(501)])


_JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False)
    | strategies.sampled_from(["7d", "*", "foo<2", "high", "missing", "2026-10-01", "MIT", "match"])
    | strategies.text(max_size=20),
    lambda inner: (
        strategies.lists(inner, max_size=4)
        | strategies.dictionaries(
            strategies.sampled_from(_KEYS) | strategies.text(), inner, max_size=5
        )
    ),
    max_leaves=30,
)


def complaint(rules: Any) -> str | None:
    """What is wrong with rules; None: they are understood, and decide."""
    try:
        ruleset = read_ruleset("any", rules)
    except InvalidRuleset as error:
        return str(error)
    decide(ruleset, FACTS, datetime(2026, 1, 1, tzinfo=UTC))
    return None


@given(when=_JSON, exempt=_JSON, action=_JSON)
def test_whatever_is_given_is_understood_or_refused(when: Any, exempt: Any, action: Any) -> None:
    """With an error of its own; nothing else ever comes out."""
    for rules in (when, [when], [rule(when=when, **{"except": exempt})], [rule(action=action)]):
        said = complaint(rules)
        assert said is None or said.startswith("rules")


@pytest.mark.parametrize("stored", [None, {}, [{"name": "one"}], [rule(action="delete")]])
def test_a_stored_ruleset_that_cannot_be_read_denies_everything(stored: Any) -> None:
    """Never open by mistake: each file is denied, and the reason is told."""
    ruleset = read_stored_ruleset("broken", stored)
    facts = ProjectFacts(
        name=NormalizedName("foo"), files=(FileFacts(filename="foo-1.tar.gz", release="1"),)
    )
    against = decide(ruleset, facts, datetime(2026, 1, 1, tzinfo=UTC)).files["foo-1.tar.gz"].against
    assert against is not None
    assert (against.action, against.rule) == (Action.DENY, BROKEN)
    assert "rules" in against.text
