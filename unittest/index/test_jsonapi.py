"""The documents that Dependabot, Renovate and bandersnatch read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from pulp_pyindex.index.jsonapi import (
    Place,
    ReleaseFile,
    ReleaseInfo,
    find_release,
    latest,
    project_document,
    release_document,
)
from pulp_pyindex.index.names import normalize

PROJECT = normalize("demo-pkg")
PLACE = Place(
    base_url="https://pulp.example/pypi/team/", files_url="https://pulp.example/packages/team/"
)
SHA256 = "ab" * 32


def wheel(version: str = "1.0", **facts: Any) -> ReleaseFile:
    return ReleaseFile(
        filename=f"demo_pkg-{version}-py3-none-any.whl",
        packagetype="bdist_wheel",
        sha256=SHA256,
        **facts,
    )


def release(version: str, yanked: str | None = None, **metadata: str | list[str]) -> ReleaseInfo:
    return ReleaseInfo(version=version, metadata=metadata, files=(wheel(version, yanked=yanked),))


def document(*releases: ReleaseInfo) -> dict[str, Any]:
    data = project_document(PROJECT, releases, PLACE, serial=7)
    assert data is not None
    found: dict[str, Any] = json.loads(data)
    return found


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ([release("1.0"), release("1.10"), release("1.9")], "1.10"),
        ([release("1.0"), release("2.0rc1"), release("2.0.dev1")], "1.0"),
        ([release("2.0rc1"), release("2.0.dev1")], "2.0rc1"),
        ([release("1.0"), release("2.0", yanked="broken")], "1.0"),
        ([release("1.0rc1"), release("2.0", yanked="")], "1.0rc1"),
        ([release("1.0", yanked=""), release("2.0rc1", yanked="")], "1.0"),
        ([release("1.0"), release("final"), release("2004d-dirty")], "1.0"),
        ([release("final"), release("zero")], "zero"),
        ([release("1!0.1"), release("99")], "1!0.1"),
    ],
)
def test_the_latest_release_is_the_best_to_install(
    releases: list[ReleaseInfo], expected: str
) -> None:
    """Not yanked before yanked, final before pre-release, then by version; never by order."""
    for order in (releases, releases[::-1]):
        found = latest(order)
        assert found is not None
        assert found.version == expected


def test_a_project_without_releases_has_no_document() -> None:
    """The border answers 404."""
    assert project_document(PROJECT, [], PLACE, serial=1) is None
    assert latest([]) is None


def test_a_file_is_described_as_on_pypi() -> None:
    """Every key that PyPI has, with the type it has there."""
    file = wheel(
        hashes={"md5": "cd" * 16, "blake2b_256": "ef" * 32, "sha512": "0" * 128},
        size=1234,
        upload_time=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=1))),
        requires_python=">=3.9",
        metadata_sha256="12" * 32,
        yanked="broken",
    )
    info = ReleaseInfo(version="1.0", files=(file,))
    assert json.loads(release_document(PROJECT, info, PLACE, serial=7))["urls"] == [
        {
            "comment_text": "",
            "core-metadata": {"sha256": "12" * 32},
            "digests": {"blake2b_256": "ef" * 32, "md5": "cd" * 16, "sha256": SHA256},
            "downloads": -1,
            "filename": "demo_pkg-1.0-py3-none-any.whl",
            "has_sig": False,
            "md5_digest": "cd" * 16,
            "packagetype": "bdist_wheel",
            "python_version": "py3",
            "requires_python": ">=3.9",
            "size": 1234,
            "upload_time": "2026-01-02T02:04:05",
            "upload_time_iso_8601": "2026-01-02T02:04:05.000678Z",
            "url": f"https://pulp.example/packages/team/ab/ab/{SHA256[4:]}/{file.filename}",
            "yanked": True,
            "yanked_reason": "broken",
        }
    ]


def test_what_is_not_known_does_not_stop_a_mirror() -> None:
    """bandersnatch needs a number and a time; those who look at ages find none."""
    (file,) = document(ReleaseInfo(version="1.0", files=(wheel(metadata_sha256=""),)))["urls"]
    assert file["size"] == -1
    assert file["upload_time"] is None
    assert file["upload_time_iso_8601"] == "1970-01-01T00:00:00Z"
    assert file["core-metadata"] is True
    assert file["md5_digest"] is None


def test_the_path_of_a_file_begins_as_bandersnatch_demands() -> None:
    """The quoted path is the unquoted one, or its verify looks elsewhere than its mirror wrote."""
    (file,) = document(release("1!1.0+acme.1"))["urls"]
    path = urlparse(file["url"]).path
    assert path.startswith("/packages")
    assert unquote(path) == path
    assert path.endswith("/demo_pkg-1!1.0+acme.1-py3-none-any.whl")


def test_each_release_has_its_own_metadata() -> None:
    """The document of an old release does not tell of the newest one."""
    old = release("1.0", name="Demo_Pkg", summary="old", requires_dist=["a"])
    new = release("2.0", name="Demo.Pkg", summary="new", requires_python=">=3.11")
    info = json.loads(release_document(PROJECT, old, PLACE, serial=7))["info"]
    assert (info["name"], info["version"], info["summary"]) == ("Demo_Pkg", "1.0", "old")
    assert info["requires_dist"] == ["a"]
    assert info["requires_python"] is None
    whole = document(old, new)
    assert whole["info"]["summary"] == "new"
    assert whole["info"]["requires_dist"] is None
    assert list(whole["releases"]) == ["2.0", "1.0"]
    assert whole["urls"] == whole["releases"]["2.0"]
    assert whole["last_serial"] == 7


def test_the_fields_of_a_release_have_pypis_names() -> None:
    """Names and types differ from those of the metadata file."""
    info = document(
        release(
            "1.0",
            name="someone-else",
            keywords=["a", "b"],
            classifier=["A :: B"],
            platform=["linux", "win"],
            license_file=["LICENSE"],
            provides_extra=["test"],
            dynamic=["version"],
            home_page="https://home.example",
            project_url=["Docs, https://docs.example/?a,b", "Broken"],
            description="# Demo",
            summary=["not", "text"],
        )
    )["info"]
    assert info == {
        "author": None,
        "author_email": None,
        "bugtrack_url": None,
        "classifiers": ["A :: B"],
        "description": "# Demo",
        "description_content_type": None,
        "docs_url": None,
        "download_url": None,
        "downloads": {"last_day": -1, "last_week": -1, "last_month": -1},
        "dynamic": ["version"],
        "home_page": "https://home.example",
        "keywords": "a, b",
        "license": None,
        "license_expression": None,
        "license_files": ["LICENSE"],
        "maintainer": None,
        "maintainer_email": None,
        "name": "demo-pkg",
        "package_url": "https://pulp.example/pypi/team/simple/demo-pkg/",
        "platform": "linux",
        "project_url": "https://pulp.example/pypi/team/simple/demo-pkg/",
        "project_urls": {
            "Homepage": "https://home.example",
            "Docs": "https://docs.example/?a,b",
        },
        "provides_extra": ["test"],
        "release_url": "https://pulp.example/pypi/team/pypi/demo-pkg/1.0/json",
        "requires_dist": None,
        "requires_python": None,
        "summary": None,
        "version": "1.0",
        "yanked": False,
        "yanked_reason": None,
    }


def test_a_release_is_yanked_when_all_its_files_are() -> None:
    """The index yanks files, this API speaks of releases."""
    some = ReleaseInfo(version="1.0", files=(wheel(yanked=""), wheel("1.0.0")))
    every = ReleaseInfo(version="1.0", files=(wheel("1.0.0", yanked="why"), wheel(yanked="")))
    assert (some.yanked, some.yanked_reason) == (False, None)
    assert (every.yanked, every.yanked_reason) == (True, "why")
    assert ReleaseInfo(version="1.0").yanked is False


def test_a_release_is_found_in_any_spelling() -> None:
    """The exact one first, then what PEP 440 takes for the same."""
    releases = [release("1.0"), release("1.0.0"), release("2.0rc1"), release("final")]
    found = [find_release(releases, text) for text in ("1.0.0", "v2.0-RC.1", "final", "3", "x")]
    versions = [one and one.version for one in found]
    assert versions == ["1.0.0", "2.0rc1", "final", None, None]


@pytest.mark.parametrize(
    ("filename", "packagetype", "expected"),
    [
        ("demo-1.0-cp311-abi3-linux_x86_64.whl", "bdist_wheel", "cp311"),
        ("demo-1.0-3-py2.py3-none-any.whl", "bdist_wheel", "py2.py3"),
        ("demo-1.0-cp311-abi3-linux_x86_64-variant.whl", "bdist_wheel", "cp311"),
        ("demo-1.0.tar.gz", "sdist", "source"),
        ("demo-1.0-py3.6.egg", "bdist_egg", "any"),
    ],
)
def test_the_python_version_is_in_the_name(filename: str, packagetype: str, expected: str) -> None:
    """A wheel's Python tag; `source` for sdists."""
    file = ReleaseFile(filename=filename, packagetype=packagetype, sha256=SHA256)
    (found,) = document(ReleaseInfo(version="1.0", files=(file,)))["urls"]
    assert found["python_version"] == expected


def test_equal_values_give_equal_bytes() -> None:
    """In whatever order releases and files come."""
    time = datetime(2026, 1, 1, tzinfo=UTC)
    files = (wheel(upload_time=time), wheel("1.0.0", upload_time=time))
    one = ReleaseInfo(version="1.0", files=files)
    other = ReleaseInfo(version="1.0", files=files[::-1])
    more = release("0.9", b="b", a="a")
    same = release("0.9", a="a", b="b")
    assert project_document(PROJECT, [one, more], PLACE, serial=1) == project_document(
        PROJECT, [same, other], PLACE, serial=1
    )
