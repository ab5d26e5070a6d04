"""Gates as they are written, and what is wrong with those that are refused."""

from datetime import timedelta
from typing import Any

import pytest

from pulp_pyindex.index.advisories import Severity
from pulp_pyindex.index.errors import InvalidGate
from pulp_pyindex.index.gates import (
    RULES,
    Approved,
    DependenciesHere,
    Finding,
    Licensed,
    MinimalAge,
    NeedsProvenance,
    NotVulnerable,
    NotYanked,
    Ruled,
    read_gates,
)
from pulp_pyindex.index.names import normalize


def test_every_rule_is_read() -> None:
    """In their order, with their own fields."""
    gates = read_gates(
        [
            {"rule": "minimal_age", "age": "36h", "unknown": "allow"},
            {"rule": "provenance", "publishers": [{"kind": "GitHub", "repository": "acme/*"}]},
            {"rule": "licenses", "allow": ["MIT", "BSD-*"]},
            {"rule": "no_yanked"},
            {"rule": "vulnerabilities", "severity": "High"},
            {"rule": "dependencies", "pythons": ["3.11", "3.12"], "platforms": ["macos_arm64"]},
            {"rule": "ruleset"},
            {"rule": "approval", "role": "pyindex.pyindexrepository_approver"},
        ]
    )
    age, provenance, licences, yanked, vulnerable, dependencies, ruled, approved = gates
    assert age == MinimalAge(age=timedelta(hours=36), text="36h", unknown_passes=True)
    assert isinstance(provenance, NeedsProvenance)
    assert isinstance(licences, Licensed)
    assert isinstance(yanked, NotYanked)
    assert vulnerable == NotVulnerable(severity=Severity.HIGH)
    assert isinstance(dependencies, DependenciesHere)
    assert [str(one) for one in dependencies.environments] == [
        "Python 3.11 on macos_arm64",
        "Python 3.12 on macos_arm64",
    ]
    assert ruled == Ruled()
    assert approved == Approved(role="pyindex.pyindexrepository_approver")
    assert tuple(gate.rule for gate in gates) == RULES


def test_projects_can_be_exempt() -> None:
    """By name or pattern, in any spelling."""
    (gate,) = read_gates([{"rule": "no_yanked", "except": ["acme-*", "Foo.Bar"]}])
    concerned = [name for name in ("acme-x", "foo-bar", "other") if gate.concerns(normalize(name))]
    assert concerned == ["other"]


@pytest.mark.parametrize(
    ("publisher", "trusted"),
    [
        ({"kind": "GitHub", "repository": "acme/tool", "workflow": "x.yml"}, True),
        ({"kind": "GitHub", "repository": "evil/tool"}, False),
        ({"kind": "GitLab", "repository": "acme/tool"}, False),
        ({"kind": "GitHub"}, False),
        ({"kind": "GitHub", "repository": None}, False),
    ],
)
def test_publishers_are_told_by_patterns(publisher: dict[str, Any], trusted: bool) -> None:
    """Every named field has to match."""
    (gate,) = read_gates(
        [{"rule": "provenance", "publishers": [{"kind": "GitHub", "repository": "acme/*"}]}]
    )
    assert isinstance(gate, NeedsProvenance)
    assert gate.trusts(publisher) is trusted
    (anybody,) = read_gates([{"rule": "provenance"}])
    assert isinstance(anybody, NeedsProvenance)
    assert anybody.trusts(publisher)


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("x", "an object"),
        ({}, "`rule` must be a text"),
        ({"rule": "beauty"}, "'beauty' is not one of the rules"),
        ({"rule": "minimal_age"}, "`age` must be a text"),
        ({"rule": "minimal_age", "age": "soon"}, "like 12h, 7d or 2w"),
        ({"rule": "minimal_age", "age": "1d", "unknown": "maybe"}, "deny or allow"),
        ({"rule": "minimal_age", "age": "1d", "ages": 1}, "`ages` is no field"),
        ({"rule": "provenance", "publishers": ["GitHub"]}, "list of objects"),
        ({"rule": "provenance", "publishers": [{"kind": 1}]}, "values are texts"),
        ({"rule": "provenance", "publishers": {}}, "list of objects"),
        ({"rule": "licenses", "allow": []}, "`allow` must not be empty"),
        ({"rule": "licenses", "allow": ["MIT", "free"]}, r"allow\[1\] 'free'"),
        ({"rule": "vulnerabilities", "severity": "unknown"}, "low, medium, high or critical"),
        ({"rule": "dependencies", "pythons": ["2.7"]}, "'2.7'"),
        ({"rule": "dependencies", "pythons": ["3.12"], "platforms": ["amiga"]}, "'amiga'"),
        ({"rule": "approval"}, "`role` must be a text"),
        ({"rule": "no_yanked", "except": ["a b"]}, r"except\[0\]"),
        ({"rule": "no_yanked", "except": "a"}, "list of texts"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_position(gate: object, said: str) -> None:
    """With the reason."""
    with pytest.raises(InvalidGate, match=said) as caught:
        read_gates([{"rule": "no_yanked"}, gate])
    assert caught.value.position == 1


@pytest.mark.parametrize("value", [None, {}, "no_yanked", [{"rule": "no_yanked"}] * 51])
def test_gates_are_a_list(value: object) -> None:
    """Of a bounded length."""
    with pytest.raises(InvalidGate):
        read_gates(value)


def test_a_finding_is_one_line() -> None:
    """With the file, where it is about one."""
    assert str(Finding(rule="no_yanked", filename="a-1.whl", reason="broken")) == (
        "no_yanked: a-1.whl: broken"
    )
    assert str(Finding(rule="approval", reason="nobody")) == "approval: nobody"
