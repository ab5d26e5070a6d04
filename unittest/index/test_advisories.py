"""OSV entries: what they are about, how bad it is, and which releases they hold for."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from pulp_pyindex.index.advisories import (
    Advisory,
    Affected,
    Limits,
    Severity,
    Span,
    read_advisory,
    read_archive,
    read_severity,
)
from pulp_pyindex.index.errors import InvalidAdvisory
from pulp_pyindex.index.names import normalize

WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
MILD = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def entry(*events: dict[str, str], **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "GHSA-aaaa-bbbb-cccc",
        "modified": "2026-03-01T10:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "Foo.Bar"},
                "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
            }
        ],
    }
    return {**made, **changes}


def read(made: dict[str, Any]) -> Advisory:
    found = read_advisory(json.dumps(made).encode(), "x.json")
    assert found is not None
    return found


def only(made: dict[str, Any]) -> Affected:
    (found,) = read(made).affected
    return found


def archive(*documents: dict[str, Any], **more: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zip_:
        for one in documents:
            zip_.writestr(f"{one['id']}.json", json.dumps(one))
        for name, body in more.items():
            zip_.writestr(f"{name}.json", body)
    return file


def test_an_entry_keeps_what_is_told_of_it() -> None:
    """Whole values: ids, times, texts, the address of its advisory."""
    found = read(
        entry(
            {"introduced": "0"},
            {"fixed": "1.2"},
            aliases=["CVE-2026-1"],
            summary="Bad",
            details="Very\0 bad",
            published="2026-01-01T00:00:00Z",
            severity=[{"type": "CVSS_V3", "score": WORST}],
            references=[
                {"type": "WEB", "url": "https://a.example/"},
                {"type": "ADVISORY", "url": "https://b.example/"},
            ],
        )
    )
    assert found == Advisory(
        id="GHSA-aaaa-bbbb-cccc",
        aliases=("CVE-2026-1",),
        summary="Bad",
        details="Very\N{REPLACEMENT CHARACTER} bad",
        url="https://b.example/",
        severity=Severity.CRITICAL,
        score=9.8,
        published=datetime(2026, 1, 1, tzinfo=UTC),
        modified=datetime(2026, 3, 1, 10, tzinfo=UTC),
        affected=(
            Affected(project=normalize("foo-bar"), ranges=(Span(introduced=None, fixed="1.2"),)),
        ),
    )


@pytest.mark.parametrize(
    ("events", "held", "free"),
    [
        ([{"introduced": "0"}], ["0.dev0", "1", "99"], []),
        ([{"introduced": "0"}, {"fixed": "1.2"}], ["0", "1.1", "1.2rc1"], ["1.2", "1.2.post1"]),
        (
            [{"introduced": "1"}, {"last_affected": "2.0"}],
            ["1.0.0", "1.5", "2", "2.0"],
            ["0.9", "1rc1", "2.0.1", "2.0.post1"],
        ),
        # In no order, and all in one object, as some databases write them.
        (
            [{"fixed": "3.1"}, {"introduced": "3", "fixed": "1.5"}, {"introduced": "1"}],
            ["1", "1.4", "3.0"],
            ["1.5", "2", "3.1"],
        ),
        # An end and a beginning at the same version.
        ([{"introduced": "1"}, {"fixed": "2"}, {"introduced": "2"}], ["1", "2", "3"], ["0"]),
        ([{"introduced": "1"}, {"fixed": "1"}], [], ["0", "1", "2"]),
        ([{"introduced": "1"}, {"limit": "2"}], ["1"], ["2"]),
        ([{"introduced": "1!0"}], ["1!1"], ["5"]),
        # Local builds are of the release they were built of.
        (
            [{"introduced": "1"}, {"last_affected": "2.0"}],
            ["1+cpu", "2.0+cu121"],
            ["0.9+cpu", "2.0.1+cpu", "unreadable"],
        ),
        ([{"introduced": "0"}, {"fixed": "2.0"}], ["1.9+cpu"], ["2.0+cpu", "2.0.post1"]),
        # All there is of a project, malware for example.
        ([{"introduced": "0"}], ["unreadable"], []),
    ],
)
def test_ranges_hold_what_their_events_say(
    events: list[dict[str, str]], held: list[str], free: list[str]
) -> None:
    """OSV's algorithm with PEP 440's order."""
    affected = only(entry(*events))
    assert [one for one in (*held, *free) if affected.holds(one)] == held


def test_listed_versions_are_affected_whatever_the_ranges_say() -> None:
    """In any spelling, or verbatim where there is none; those in a range are not kept."""
    made = entry({"introduced": "2"}, {"fixed": "3"})
    made["affected"][0]["versions"] = ["1.0.0-RC1", "2.5", "2004d", "1.5+b"]
    affected = only(made)
    assert affected.versions == {"1rc1", "2004d", "1.5+b"}
    assert affected.holds("2004d")
    assert affected.holds("1.0.0-rc1+cpu")
    assert affected.holds("1.5+b")
    assert not affected.holds("1.5")
    assert affected.holds("1.0rc1")
    assert not affected.holds("1.0.0")


def test_the_nearest_fix_is_told() -> None:
    """The end of the own branch; above a listed version the next one; else none."""
    made = entry({"introduced": "1"}, {"fixed": "1.5"}, {"introduced": "2"}, {"fixed": "2.3"})
    affected = only(made)
    assert [affected.fixed_in(one) for one in ("1.2", "2.0", "0.5", "9")] == [
        "1.5",
        "2.3",
        "1.5",
        None,
    ]


def test_commits_are_passed_over_and_unreadable_ranges_counted() -> None:
    """They match nothing."""
    made = entry({"introduced": "not a version"})
    made["affected"][0]["ranges"].append({"type": "GIT", "events": [{"introduced": "abc"}]})
    found = read(made)
    assert (found.unreadable, found.affected[0].ranges) == (1, ())


@pytest.mark.parametrize(
    ("changes", "severity", "score"),
    [
        ({}, Severity.UNKNOWN, None),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM, None),
        ({"severity": [{"type": "CVSS_V3", "score": MILD}]}, Severity.LOW, 1.8),
        (
            {
                "severity": [
                    {"type": "CVSS_V3", "score": MILD},
                    {"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C"},
                    {"type": "CVSS_V4", "score": "CVSS:4.0/nonsense"},
                ],
                "database_specific": {"severity": "LOW"},
            },
            Severity.CRITICAL,
            10.0,
        ),
        (
            {
                "severity": [
                    {
                        "type": "CVSS_V4",
                        "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                    }
                ]
            },
            Severity.CRITICAL,
            9.3,
        ),
        ({"id": "MAL-2026-1"}, Severity.CRITICAL, None),
        ({"severity": [{"type": "Ubuntu", "score": "high"}]}, Severity.UNKNOWN, None),
    ],
)
def test_severity_is_that_of_the_worst_vector(
    changes: dict[str, Any], severity: Severity, score: float | None
) -> None:
    """Without one, the word of the database; malware is critical in any case."""
    found = read(entry({"introduced": "0"}, **changes))
    assert (found.severity, found.score) == (severity, score)


def test_severities_have_names() -> None:
    """Also the names that databases use."""
    assert [read_severity(word) for word in ("High", "MODERATE", "dire")] == [
        Severity.HIGH,
        Severity.MEDIUM,
        None,
    ]
    assert Severity.MEDIUM.word == "medium"


def test_other_ecosystems_are_none_of_ours() -> None:
    """A database may hold everything."""
    made = entry(affected=[{"package": {"ecosystem": "npm", "name": "foo"}}])
    assert read_advisory(json.dumps(made).encode(), "x.json") is None


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"id": 1, "modified": "2026-01-01T00:00:00Z"}',
        b'{"id": "", "modified": "2026-01-01T00:00:00Z"}',
        b'{"id": "A-1", "modified": "2026-01-01T00:00:00"}',
        b'{"id": "A-1", "modified": "yesterday"}',
        (
            b'{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package":'
            b' {"ecosystem": "PyPI", "name": "../x"}}]}'
        ),
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_entry_is_refused_by_name(document: bytes) -> None:
    """The error names the document."""
    with pytest.raises(InvalidAdvisory, match=r"^'x\.json': "):
        read_advisory(document, "x.json")


def test_an_archive_is_read_entry_by_entry() -> None:
    """What is no JSON document is passed over, and what is about other things."""
    other = entry(id="B", affected=[{"package": {"ecosystem": "npm", "name": "foo"}}])
    file = archive(
        entry({"introduced": "0"}), other, entry(id="C", withdrawn="2026-01-01T00:00:00Z")
    )
    with zipfile.ZipFile(file, "a") as zip_:
        zip_.writestr("README.md", "hello")
    found = list(read_archive(file, "all.zip"))
    assert [one.id for one in found] == ["GHSA-aaaa-bbbb-cccc", "C"]
    assert found[1].withdrawn == datetime(2026, 1, 1, tzinfo=UTC)


def _broken(file: io.BytesIO) -> io.BytesIO:
    data = bytearray(file.getvalue())
    data[40:60] = bytes(20)
    return io.BytesIO(bytes(data))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (io.BytesIO(b"PK but no zip"), "not a readable zip"),
        (io.BytesIO(), "not a readable zip"),
        (_broken(archive(entry({"introduced": "0"}))), "not a readable zip"),
        (archive(), "no JSON document"),
        (archive(entry(), bad=b"{"), "'bad.json': not an OSV entry"),
        (archive(entry(), bad=json.dumps(entry()).encode()), "second entry"),
        (archive(big=b" " * 2000), "longer than 1000 bytes"),
        (
            archive(*(entry(id=str(n), details="x" * 500) for n in range(20))),
            "more than 5000 bytes",
        ),
        (archive(*(entry(id=str(n)) for n in range(60))), "60 entries"),
    ],
)
def test_a_broken_or_huge_archive_is_refused(file: io.BytesIO, said: str) -> None:
    """Before memory or time is spent on it."""
    limits = Limits(entries=50, document=1000, total=5000)
    with pytest.raises(InvalidAdvisory, match=said):
        list(read_archive(file, "all.zip", limits))
