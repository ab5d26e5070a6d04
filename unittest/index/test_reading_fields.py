"""The fields of files and pages, in every way that indexes write them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pulp_pyindex.index.pages import ProjectStatus, Status
from support.reading import SHA256, file, html_page, json_page, only, read


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        ({"core-metadata": None}, None),
        ({"core-metadata": False}, None),
        ({"core-metadata": True}, {}),
        ({"core-metadata": {}}, {}),
        ({"core-metadata": {"crc32": "x"}}, {}),
        ({"core-metadata": {"sha256": SHA256}}, {"sha256": SHA256}),
        ({"dist-info-metadata": {"sha256": SHA256}}, {"sha256": SHA256}),
        ({"data-dist-info-metadata": {"sha256": SHA256}}, {"sha256": SHA256}),
        ({"core-metadata": False, "dist-info-metadata": True}, None),
        ({"core-metadata": True, "dist-info-metadata": {"sha256": SHA256}}, {}),
    ],
)
def test_core_metadata_by_all_its_names(
    told: dict[str, Any], expected: dict[str, str] | None
) -> None:
    """PEP 714's name first, then the older one, then the one PyPI writes."""
    assert only(json_page(file(**told))).core_metadata == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", None),
        ('data-core-metadata="false"', None),
        ('data-core-metadata="true"', {}),
        ("data-core-metadata", {}),
        (f'data-core-metadata="sha256={SHA256}"', {"sha256": SHA256}),
        (f'data-dist-info-metadata="sha256={SHA256}"', {"sha256": SHA256}),
        (f'data-dist-info-metadata="sha256={SHA256}" data-core-metadata="true"', {}),
    ],
)
def test_core_metadata_in_html(attributes: str, expected: dict[str, str] | None) -> None:
    """The attribute and its older name."""
    body = html_page(f'<a href="foo-1.0.zip" {attributes}>foo-1.0.zip</a>')
    assert only(body).core_metadata == expected


@pytest.mark.parametrize(
    ("yanked", "expected"),
    [(None, None), (False, None), ("", None), (True, ""), ("why", "why"), ("a\0b", "a\ufffdb")],
)
def test_yanked_in_json(yanked: object, expected: str | None) -> None:
    """True is a yank without a reason; an empty text is none, as in pip."""
    assert only(json_page(file(yanked=yanked))).yanked == expected


def test_yanked_in_html() -> None:
    """The attribute alone yanks."""
    for attribute, expected in ((" ", None), ("data-yanked", ""), ('data-yanked="why"', "why")):
        assert only(html_page(f'<a href="foo-1.0.zip" {attribute}>x</a>')).yanked == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05.6Z", datetime(2024, 1, 2, 3, 4, 5, 600000, tzinfo=UTC)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05.123456789Z", datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
    ],
)
def test_upload_times(text: str, expected: datetime) -> None:
    """Any way to write a moment becomes UTC."""
    found = only(json_page(file(**{"upload-time": text}))).upload_time
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


def test_a_bad_provenance_link_is_ignored() -> None:
    """It says nothing against the file."""
    assert only(json_page(file(provenance="file:///x"))).provenance is None


def test_empty_texts_are_nothing() -> None:
    """PyPI writes null, others an empty text, for no restriction."""
    told: dict[str, Any] = {"requires-python": "", "upload-time": "", "hashes": None}
    found = only(json_page(file(**told)))
    assert (found.requires_python, found.upload_time, found.hashes) == (None, None, {})


def test_other_fragments_are_read_past() -> None:
    """Old pages put more than a hash there."""
    body = html_page(f'<a href="foo-1.0.zip#egg=foo&amp;md5={"a" * 32}&amp;x">foo</a>')
    assert only(body).hashes == {"md5": "a" * 32}


def test_versions_are_derived_where_none_are_told() -> None:
    """An index of version 1.0 lists files only."""
    names = ("foo-1.0.zip", "foo-1.0-py3-none-any.whl", "foo-2.0a1.tar.gz", "other-3.zip")
    assert read(json_page(*map(file, names))).page.versions == ("1.0", "2.0a1")
    assert read(json_page(versions=["7"])).page.versions == ("7",)


def test_an_unknown_status_is_none() -> None:
    """What a later specification may add does not break a sync."""
    unknown: tuple[object, ...] = ("sleeping", 3, None, {})
    for status in unknown:
        body = json_page(**{"project-status": {"status": status}})
        assert read(body).page.status == ProjectStatus()
    in_meta = json_page(meta={"api-version": "1.4", "project-status": "quarantined"})
    assert read(in_meta).page.status == ProjectStatus(status=Status.QUARANTINED)


@pytest.mark.parametrize(
    ("serial", "expected"), [(5, 5), ("5", 5), (-1, None), (2**70, None), (True, None), ([], None)]
)
def test_serials(serial: object, expected: int | None) -> None:
    """A number that a database can hold, or none."""
    assert read(json_page(meta={"_last-serial": serial})).page.serial == expected
