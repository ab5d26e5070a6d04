"""From fields to options, and from words to what REST takes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from pulp_glue.pyindex.tables import Field, Kind

from pulpcore.cli.pyindex.options import filters, option, options, told


def given(field: Field, *words: str) -> Any:
    """What a command with this field's option is called with; UsageError where it is refused."""
    seen: dict[str, Any] = {}
    command = click.Command("try", params=[option(field)], callback=lambda **kw: seen.update(kw))
    command.main(list(words), standalone_mode=False)
    return seen[field.name]


def field(kind: Kind, name: str = "thing", **more: Any) -> Field:
    return Field(name=name, kind=kind, **more)


def test_what_is_not_said_is_not_sent() -> None:
    """Not even a list without entries, or a flag that is off."""
    fields = [field(kind, name=f"the_{kind}_thing") for kind in Kind]
    seen: dict[str, Any] = {}
    command = click.Command(
        "try", params=list(options(fields)), callback=lambda **kw: seen.update(kw)
    )
    command.main([], standalone_mode=False)
    assert seen.keys() == {one.name for one in fields}
    assert told(seen) == {}


@pytest.mark.parametrize(
    ("kind", "word", "value"),
    [
        (Kind.TEXT, "a b", "a b"),
        (Kind.INTEGER, "12", 12),
        (Kind.NUMBER, "1.5", 1.5),
        (Kind.TIME, "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        (Kind.TIME, "2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        (Kind.OBJECT, '{"a": 1}', {"a": 1}),
    ],
)
def test_one_value_is_read_as_its_kind(kind: Kind, word: str, value: object) -> None:
    """A time without a zone is UTC."""
    assert given(field(kind), "--thing", word) == value


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        (Kind.TEXTS, ["a", "b<2,>1"], ["a", "b<2,>1"]),
        (Kind.TEXTS, ['["a", "b"]', "c"], ["a", "b", "c"]),
        (Kind.INTEGERS, ["1,2", "3"], [1, 2, 3]),
        (Kind.LABELS, ["team=red", "x=a=b"], {"team": "red", "x": "a=b"}),
        (Kind.LABELS, ['{"a": "1"}'], {"a": "1"}),
        (Kind.PAIRS, ["X-Key: secret:er"], [{"X-Key": "secret:er"}]),
    ],
)
def test_many_values_are_one_list(kind: Kind, words: list[str], value: object) -> None:
    """However they are said."""
    said = [one for word in words for one in ("--thing", word)]
    assert given(field(kind), *said) == value


def test_an_empty_word_empties_a_list_and_clears_a_value() -> None:
    """pulp-glue sends null for an empty text where the field may be null."""
    assert given(field(Kind.TEXTS), "--thing", "") == []
    assert given(field(Kind.LABELS), "--thing", "") == {}
    assert given(field(Kind.INTEGER, nullable=True), "--thing", "") == ""
    with pytest.raises(click.BadParameter, match="'' is not a number"):
        given(field(Kind.INTEGER), "--thing", "")


def test_a_file_is_read_line_by_line(tmp_path: Path) -> None:
    """Without what is commented out."""
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("# ours\nacme-*\n\ndjango>=4.2  # LTS\n", "utf-8")
    said = ("--thing", f"@{wanted}", "--thing", "flask")
    assert given(field(Kind.TEXTS), *said) == ["acme-*", "django>=4.2", "flask"]


def test_a_certificate_is_read_from_its_file(tmp_path: Path) -> None:
    """And a file that is not there is told by its name."""
    (tmp_path / "ca.pem").write_text("-----BEGIN", "utf-8")
    wanted = field(Kind.TEXT, name="ca_cert")
    assert given(wanted, "--ca-cert", f"@{tmp_path / 'ca.pem'}") == "-----BEGIN"
    with pytest.raises(click.BadParameter, match=r"nosuch\.pem"):
        given(wanted, "--ca-cert", "@nosuch.pem")


def test_releases_are_written_as_requirements_are() -> None:
    """With JSON for whoever has that."""
    releases = field(
        Kind.OBJECTS,
        name="releases",
        fields=(field(Kind.TEXT, name="project"), field(Kind.TEXT, name="release")),
    )
    flask = {"project": "flask", "release": "3.1.0"}
    assert given(releases, "--release", "flask==3.1.0") == [flask]
    assert given(releases, "--release", '[{"project": "flask", "release": "3.1.0"}]') == [flask]
    with pytest.raises(click.BadParameter, match="'flask' is not PROJECT==RELEASE"):
        given(releases, "--release", "flask")


@pytest.mark.parametrize(
    ("kind", "word", "message"),
    [
        (Kind.INTEGER, "many", "'many' is not a number"),
        (Kind.TIME, "yesterday", "'yesterday' is not a time"),
        (Kind.CHOICE, "c", "'c' is not one of a, b"),
        (Kind.CHOICES, "a,c", "'c' is not one of a, b"),
        (Kind.LABELS, "red", "'red' is not of the form KEY=VALUE"),
        (Kind.PAIRS, "red", "'red' is not of the form NAME:VALUE"),
        (Kind.OBJECT, "{", "not JSON"),
    ],
)
def test_what_cannot_be_read_is_told(kind: Kind, word: str, message: str) -> None:
    """With the word that was said."""
    with pytest.raises(click.BadParameter, match=message):
        given(field(kind, choices=("a", "b")), "--thing", word)


def test_a_flag_has_two_words() -> None:
    """Yes, no, or nothing said."""
    assert given(field(Kind.FLAG), "--thing") is True
    assert given(field(Kind.FLAG), "--no-thing") is False
    assert given(field(Kind.FLAG)) is None


def test_filters_that_are_seldom_used_are_not_in_the_help() -> None:
    """They work all the same."""
    names = ("name", "name__iregex", "size__gte", "prn__in")
    shown = filters([field(Kind.TEXT, name=name) for name in names])
    assert [one.name for one in shown if not one.hidden] == ["name", "size__gte"]
    printed = CliRunner().invoke(click.Command("try", params=list(shown)), ["--help"]).output
    assert "--size-gte" in printed
    assert "regex" not in printed
