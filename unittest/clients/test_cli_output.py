"""Tables for people, and errors that name what is wrong."""

import json
from typing import Any

import pytest
from pulp_glue.common.exceptions import PulpException, PulpHTTPError, PulpNotAutorized

from pulpcore.cli.pyindex.commands import described
from pulpcore.cli.pyindex.moving import summarized
from pulpcore.cli.pyindex.names import Names
from pulpcore.cli.pyindex.tables import print_table, size, summary, text, title

ROOT = "/pulp/api/v3/"
DEV = f"{ROOT}repositories/pyindex/pyindex/11111111-1111-1111-1111-111111111111/"


class FakePulp:
    """Knows one repository, and what it was asked."""

    api_path = ROOT

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.asked.append((operation, parameters["pulp_href__in"]))
        return {"results": [{"pulp_href": DEV, "name": "dev"}]}


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"url": ["is no URL."]}, "url: is no URL."),
        ({"includes": {"1": ["is odd."]}}, "includes.1: is odd."),
        ({"releases": [{"project": ["is odd."]}]}, "releases[0].project: is odd."),
        ({"non_field_errors": ["One of both."]}, "One of both."),
        (["The list is empty."], "The list is empty."),
        ({"detail": "Not found."}, "There is no such object on the server."),
    ],
)
def test_a_refusal_is_told_field_by_field(told: object, line: str) -> None:
    """As a sentence, not as JSON."""
    assert described(PulpHTTPError(json.dumps(told), 400)) == line


def test_other_errors_are_told_too() -> None:
    """Also what no JSON explains."""
    assert described(PulpHTTPError("<html>", 502)) == "The server answered 502: <html>"
    assert described(PulpNotAutorized("x_create")) == "You may not do this (x_create)."
    assert described(PulpException("gone")) == "gone"


def test_names_stand_for_addresses() -> None:
    """One request for all of a kind; what has no name stays what it is."""
    pulp = FakePulp()
    names = Names(pulp, [DEV, f"{DEV}versions/3/", f"{DEV}versions/", "text", None, [DEV]])  # type: ignore[arg-type]
    assert pulp.asked == [("repositories_list", [DEV])]
    assert names.of(DEV) == "dev"
    assert names.of([f"{DEV}versions/3/"]) == ["dev@3"]
    assert names.of(f"{DEV}versions/") == f"{DEV}versions/"
    assert names.of(7) == 7


def test_values_are_written_as_people_do() -> None:
    """Yes and no, units, times to the minute."""
    assert [text(one) for one in (None, [], True, ["a", "b"], {"k": 1})] == [
        "-",
        "-",
        "yes",
        "a, b",
        "k: 1",
    ]
    assert text(1500, "size") == "1.5 kB"
    assert (size(999), size(5 * 10**13)) == ("999 B", "50.0 TB")
    assert text("2026-01-31T12:30:59.123456Z").startswith("2026-01-31 ")
    assert text("1.0-T") == "1.0-T"
    assert title("latest_version_href") == "Latest version"


def test_a_version_is_summed_up() -> None:
    """What it holds, and what became of it."""
    counted = {"pyindex.file": {"count": 3}, "pyindex.project_status": {"count": 1}}
    told = {"present": counted, "added": {"pyindex.file": {"count": 1}}, "removed": {}}
    assert summary(told) == "3 file, 1 project status; added: 1 file"
    assert summary({"present": {}, "added": {}, "removed": {}}) == "nothing"


def test_a_difference_is_told_in_a_line() -> None:
    """What came, what went, and what else is otherwise."""
    difference: dict[str, Any] = {
        "project": "flask",
        "change": "changed",
        "releases_added": ["3.1"],
        "releases_removed": ["2.0"],
        "files_added": [{}, {}],
        "files_removed": [{}],
        "files_changed": [],
        "yanked": [{}],
        "unyanked": [],
        "provenance_changed": [],
        "status_before": None,
        "status_after": "archived",
    }
    assert summarized([difference]) == [
        {
            "project": "flask",
            "change": "changed",
            "releases": "+3.1 −2.0",
            "files": "+2 −1",
            "also": "yanked 1, active → archived",
        }
    ]


def test_names_and_addresses_are_not_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a terminal is too narrow for them it folds the line; longer words are folded."""
    monkeypatch.setenv("COLUMNS", "40")
    pulp: Any = FakePulp()
    row = {"name": "production-of-ours", "age": "39 min", "url": "http://127.0.0.1/pypi/team/prod/"}
    print_table(pulp, [{**row, "why": "words " * 9}])
    printed = capsys.readouterr().out
    for told in row.values():
        assert told in printed
    assert printed.count("\n") > 2


def test_where_a_version_comes_from_is_a_sentence() -> None:
    """With who made it and why, as far as that is known."""
    origin: dict[str, Any] = {
        "kind": "sync",
        "user": None,
        "summary": "sync of remote r",
        "note": "",
        "details": {},
    }
    assert text(origin) == "sync of remote r"
    assert text({**origin, "user": "bob", "note": "go"}) == "sync of remote r by bob: go"


def test_objects_are_rows_and_one_object_is_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """Lists of objects inside one come after it."""
    pulp: Any = FakePulp()
    print_table(pulp, [{"name": "a[b]", "repository": DEV}], ("name", "repository", "nosuch"))
    print_table(pulp, {"name": "a", "roles": [{"role": "owner"}]})
    print_table(pulp, [])
    assert capsys.readouterr().out.split() == [
        *("Name", "Repository", "a[b]", "dev"),
        *("Name", "a", "Roles", "Role", "owner"),
        *("Nothing", "found."),
    ]
