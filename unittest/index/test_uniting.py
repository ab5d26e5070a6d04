"""What a page of several places shows."""

from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.uniting import unite

NAME = normalize("acme-tools")


def file(filename: str, digest: str = "a") -> File:
    return File(filename=filename, url=filename, hashes={"sha256": digest * 64})


def page(*files: File, status: Status = Status.ACTIVE, serial: int | None = None) -> ProjectPage:
    versions = tuple(dict.fromkeys(_version(one) for one in files))
    return ProjectPage(
        name=NAME,
        files=files,
        versions=versions,
        status=ProjectStatus(status=status),
        serial=serial,
    )


def _version(one: File) -> str:
    return one.filename.split("-")[1].removesuffix(".tar.gz").removesuffix(".zip")


def test_of_files_with_the_same_name_the_nearer_stays() -> None:
    """In any spelling of it; the order of files and versions is that of releases."""
    near = page(file("acme_tools-2.0.tar.gz"), file("acme_tools-10.0.tar.gz"), serial=5)
    far = page(file("Acme.Tools-2.0.tar.gz", "b"), file("acme_tools-9.0.tar.gz", "b"), serial=9)
    union = unite({0: near, 3: far})
    assert [one.filename for one in union.page.files] == [
        "acme_tools-2.0.tar.gz",
        "acme_tools-9.0.tar.gz",
        "acme_tools-10.0.tar.gz",
    ]
    assert union.page.versions == ("2.0", "9.0", "10.0")
    assert union.page.serial == 9
    assert union.origins["acme_tools-9.0.tar.gz"] == 3
    assert union.dropped == ((3, far.files[0], 0),)


def test_one_page_alone_stays_what_it_is() -> None:
    """The very value."""
    only = page(file("acme_tools-1.0.tar.gz"))
    assert unite({2: only}).page is only


def test_a_quarantined_page_adds_nothing() -> None:
    """The status is the nearest one's."""
    union = unite({0: page(file("acme_tools-1.zip")), 1: page(status=Status.QUARANTINED)})
    assert [one.filename for one in union.page.files] == ["acme_tools-1.zip"]
    assert union.page.status == ProjectStatus()


def test_a_file_that_is_withheld_keeps_its_name() -> None:
    """Who is nearer has it, though he does not show it; a version that lost its files is gone."""
    near = page(file("acme_tools-1.0.tar.gz"))
    far = page(file("acme_tools-2.0.tar.gz", "b"), file("acme_tools-3.0.tar.gz", "b"))
    union = unite({0: near, 1: far}, {0: ["Acme_Tools-2.0.tar.gz"], 1: ["acme_tools-1.0.tar.gz"]})
    assert [one.filename for one in union.page.files] == [
        "acme_tools-1.0.tar.gz",
        "acme_tools-3.0.tar.gz",
    ]
    assert union.page.versions == ("1.0", "3.0")
    assert union.dropped == ((1, far.files[0], 0),)
