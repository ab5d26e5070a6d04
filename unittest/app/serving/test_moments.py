"""How a moment of the past is written in a path."""

from datetime import UTC, datetime, timedelta

import pytest

from pulp_pyindex.app.serving.moments import (
    BadMoment,
    Moment,
    Way,
    below,
    checkpoint_time,
    point_in_time,
    split,
    under_packages,
    version_number,
)

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_path_may_begin_with_a_moment() -> None:
    """A version, a time, a checkpoint; what is below is left."""
    assert split(("+version", "3", "simple", "")) == (
        Moment(way=Way.VERSION, text="3"),
        ("simple", ""),
    )
    assert split(("+at", "2026-11-22")) == (Moment(way=Way.AT, text="2026-11-22"), ())
    assert split(("20261122T090000Z", "")) == (
        Moment(way=Way.CHECKPOINT, text="20261122T090000Z"),
        ("",),
    )
    assert split(("+version",)) == (Moment(way=Way.VERSION, text=""), ())


def test_other_paths_begin_with_none() -> None:
    """Not even with something like one."""
    for path in [(), ("",), ("simple", "+at", ""), ("+versions", "1"), ("20261122T090000", "")]:
        assert split(path) == (None, path)
        assert below(path) == path


def test_a_moment_stands_before_the_files() -> None:
    """Also where the files of an index have a prefix of their own."""
    assert under_packages(("+version", "3", "ab", "c")) == ("+version", "3", "packages", "ab", "c")
    assert under_packages(("ab", "c")) == ("packages", "ab", "c")


def test_a_moment_has_a_path() -> None:
    """As it was written."""
    assert Moment(way=Way.AT, text="2026-11-22").path == "+at/2026-11-22"
    assert Moment(way=Way.CHECKPOINT, text="20261122T090000Z").path == "20261122T090000Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:00:00Z",
        "2026-11-22t09:00:00z",
        "2026-11-22 09:00:00.000Z",
        "2026-11-22T10:30:00+01:30",
        "2026-11-21T23:00:00.0000009-10:00",
    ],
)
def test_a_time_is_read_as_rfc_3339_has_it(text: str) -> None:
    """In any offset, with any fraction."""
    assert point_in_time(text) == NINE


def test_a_date_is_its_first_moment() -> None:
    """In UTC."""
    assert point_in_time("2026-11-22") == NINE - timedelta(hours=9)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "2026-W47",
        "20261122",
        "2026-13-01",
        "2026-11-22T09:00:00",
        "2026-11-22T09:00Z",
        "2026-11-22T25:00:00Z",
        "2026-11-22T09:00:60Z",
        "2026-11-22T09:00:00+24:00",
        "2026-11-22T09:00:00Z\n",
        "٢٠٢٦-11-22",
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """With what was written."""
    with pytest.raises(BadMoment):
        point_in_time(text)


def test_a_version_is_a_number() -> None:
    """Written in the one way."""
    assert version_number("0") == 0
    assert version_number("12") == 12
    for text in ("", "01", "-1", "+1", "1.0", "１", "9" * 10, "1\n"):
        with pytest.raises(BadMoment):
            version_number(text)


def test_a_checkpoint_is_a_whole_second() -> None:
    """As Pulp writes it, without fractions."""
    assert checkpoint_time("20261122T085959Z") == NINE - timedelta(microseconds=1)
    with pytest.raises(BadMoment):
        checkpoint_time("20261199T000000Z")
