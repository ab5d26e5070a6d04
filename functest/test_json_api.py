"""The legacy JSON API beside `simple/`: what a document tells of a project or release."""

import pytest

from support.documents import YANKED, Files, document
from support.index import Index
from support.pulp import Mirror, Pulp, unique
from support.upstream import Upstream
from support.wheels import wheel

CURRENT = "Demo_Pkg-1.1-py3-none-any.whl"


@pytest.fixture
def index(documented: tuple[Mirror, Files]) -> Index:
    return documented[0].index


@pytest.fixture
def files(documented: tuple[Mirror, Files]) -> Files:
    return documented[1]


def test_a_projects_document_tells_all_its_releases(index: Index, files: Files) -> None:
    """Every file of every release, as the project's page has it."""
    page = index.files("demo-pkg")
    found = document(index, "demo-pkg")
    told = [file for files_of in found["releases"].values() for file in files_of]
    assert list(found["releases"]) == ["3.0rc1", "2.0", "1.1", "1.0"]
    assert {file["filename"] for file in told} == set(page)
    for file in told:
        made, entry = files[file["filename"]], page[file["filename"]]
        assert file["digests"]["sha256"] == made.sha256
        assert file["size"] == made.size
        assert file["requires_python"] == entry["requires-python"] == made.requires_python
        assert file["upload_time_iso_8601"] == entry["upload-time"]
        assert file["yanked"] is (file["filename"] == YANKED)
        assert file["core-metadata"] == entry.get("core-metadata", False)


def test_the_latest_release_is_neither_yanked_nor_a_prerelease(index: Index) -> None:
    """`info` and `urls` are of the one that an installer would take."""
    found = document(index, "demo-pkg")
    assert found["info"]["version"] == "1.1"
    assert [file["filename"] for file in found["urls"]] == [CURRENT]
    assert not found["info"]["yanked"]


@pytest.mark.parametrize(
    ("version", "requires", "depends"),
    [
        ("1.0", ">=3.8", ["bare"]),
        ("1.1", ">=3.9", None),
        ("2.0", ">=3.10", None),
        ("3.0rc1", ">=3.11", None),
    ],
)
def test_a_release_is_described_by_its_own_metadata(
    index: Index, version: str, requires: str, depends: list[str] | None
) -> None:
    """Not by the project's newest; `releases` belongs to the project."""
    found = document(index, f"demo-pkg/{version}")
    info = found["info"]
    assert (info["name"], info["version"]) == ("Demo.Pkg", version)
    assert (info["requires_python"], info["requires_dist"]) == (requires, depends)
    assert info["summary"] == "Demo.Pkg for tests"
    assert info["description"] == "The description of Demo.Pkg.\n"
    assert info["release_url"] == f"{index.base}pypi/demo-pkg/{version}/json"
    assert "releases" not in found
    assert found["urls"]


def test_a_yank_is_told_with_its_reason(index: Index) -> None:
    """Of the release, and of each file of it."""
    found = document(index, "demo-pkg/2.0")
    assert (found["info"]["yanked"], found["info"]["yanked_reason"]) == (True, "broken & gone")
    (file,) = found["urls"]
    assert (file["yanked"], file["yanked_reason"]) == (True, "broken & gone")


@pytest.mark.parametrize("beside", ["", ".metadata"])
def test_metadata_is_told_once_it_is_known(pulp: Pulp, upstream: Upstream, beside: str) -> None:
    """A file that is not here yet is listed; what it says of itself follows once asked for."""
    made = wheel("later", "1.0", dependencies=["other>=1"], salt=unique())
    upstream.add(made)
    index = pulp.mirror(upstream.url).index
    before = document(index, "later")
    assert before["info"]["requires_dist"] is None
    assert before["urls"][0]["size"] == made.size
    assert index.get(index.files("later")[made.filename]["url"] + beside).status_code == 200
    index.wait(lambda served: document(served, "later")["info"]["requires_dist"] == ["other>=1"])


@pytest.mark.parametrize("path", ["pypi/demo-pkg/json", "pypi/demo-pkg/1.0/json"])
def test_documents_carry_the_serial_and_an_etag(index: Index, path: str) -> None:
    """The serial is the project's as on its page, and in the list of projects."""
    answer = index.get(path)
    serial = answer.headers["X-PyPI-Last-Serial"]
    assert answer.json()["last_serial"] == int(serial)
    assert index.json("demo-pkg")["meta"]["_last-serial"] == int(serial)
    again = index.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    head = index.get(path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert head.headers["X-PyPI-Last-Serial"] == serial
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("pypi/Demo.Pkg/json", "pypi/demo-pkg/json"),
        ("pypi/Demo__Pkg/json/", "pypi/demo-pkg/json"),
        ("pypi/DEMO-PKG/1.0/json", "pypi/demo-pkg/1.0/json"),
        ("pypi/DEMO-PKG/1.0/json/", "pypi/demo-pkg/1.0/json"),
    ],
)
def test_other_spellings_of_a_name_lead_to_the_normal_one(
    index: Index, path: str, target: str
) -> None:
    """By one redirect, whatever the name is written like."""
    answer = index.get(path)
    assert answer.status_code == 301
    followed = index.get(path, allow_redirects=True)
    assert (followed.status_code, followed.url) == (200, f"{index.base}{target}")


@pytest.mark.parametrize("path", ["demo-pkg/json/", "demo-pkg/1.0/json/", "demo-pkg/1.0.0/json"])
def test_slashes_and_spellings_of_versions_do_not_matter(index: Index, path: str) -> None:
    """A trailing slash, and another form of the same version."""
    answer = index.get(f"pypi/{path}", allow_redirects=True)
    assert (answer.status_code, answer.json()["info"]["name"]) == (200, "Demo.Pkg")


@pytest.mark.parametrize(
    "path",
    [
        "pypi/nothing/json",
        "pypi/nothing/1.0/json",
        "pypi/demo-pkg/9.9/json",
        "pypi/demo-pkg/one/json",
        "pypi/withheld/json",
        "pypi/withheld/1.0/json",
        "pypi/-/json",
        "pypi/a b/json",
    ],
)
def test_what_is_not_there_is_404_in_json(index: Index, path: str) -> None:
    """An unknown project or release, and a project in quarantine."""
    answer = index.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert answer.json()["message"]
