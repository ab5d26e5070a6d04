"""What is rendered is read as it was: JSON and HTML say the same."""

from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.reading import RootReader, read_project
from pulp_pyindex.index.rendering import (
    assemble,
    deflate,
    head,
    page_api_version,
    project_tail,
    root_tail,
)

FOO = normalize("foo")
URL = "https://example.org/pypi/x/simple/foo/"

#: What can be in a page: any text but signs that neither XML nor a reader could take. A carriage
#: return in HTML is a line break, and a line break in an attribute stays one.
texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff\ufffd"
    ),
    min_size=1,
    max_size=30,
)
hex64 = st.binary(min_size=32, max_size=32).map(bytes.hex)
filenames = st.builds(
    "foo-{}.{}{}".format,
    st.integers(0, 9),
    st.integers(0, 99),
    st.sampled_from([".zip", ".tar.gz", "+cpu-py3-none-any.whl", "-py3-none-any.whl"]),
)
files = st.builds(
    lambda filename, **rest: File(
        filename=filename, url=f"https://h/a/{filename.replace('+', '%2B')}", **rest
    ),
    filename=filenames,
    hashes=st.fixed_dictionaries({"sha256": hex64}),
    requires_python=st.none() | texts,
    size=st.none() | st.integers(0, 2**63 - 1),
    upload_time=st.none() | st.datetimes(timezones=st.just(UTC)),
    yanked=st.none() | st.just("") | texts,
    core_metadata=st.none() | st.just({}) | st.fixed_dictionaries({"sha256": hex64}),
    provenance=st.none() | st.just("https://example.org/integrity/x"),
)
statuses = st.builds(ProjectStatus, status=st.sampled_from(Status), reason=st.just("") | texts)
pages = st.builds(
    ProjectPage,
    name=st.just(FOO),
    files=st.lists(files, max_size=5, unique_by=lambda file: file.filename).map(tuple),
    status=statuses,
    serial=st.none() | st.integers(0, 2**63 - 1),
)


def without_versions(page: ProjectPage) -> ProjectPage:
    return ProjectPage(name=page.name, files=page.files, status=page.status, serial=page.serial)


@settings(max_examples=60, deadline=None)
@given(page=pages)
def test_what_is_rendered_is_read_as_it_was(page: ProjectPage) -> None:
    """Both forms of a page are read to the value they were made of."""
    for kind in Kind:
        tail = deflate(project_tail(kind, page))
        made = assemble(kind, head(kind, page.serial, page_api_version(page)), tail)
        reading = read_project(made.body, URL, FOO)
        assert reading.refused == ()
        assert without_versions(reading.page) == page


@settings(max_examples=30, deadline=None)
@given(page=pages)
def test_links_below_the_index_are_found_again(page: ProjectPage) -> None:
    """Relative links and completed provenance lead to where the page was read from."""
    ours = ProjectPage(
        name=FOO,
        files=tuple(
            File(
                filename=file.filename,
                url=f"../../packages/{index}/{file.filename}",
                hashes=file.hashes,
                provenance="integrity/foo/1/f.zip/provenance",
            )
            for index, file in enumerate(page.files)
        ),
    )
    read = []
    for kind in (Kind.JSON, Kind.HTML):
        tail = deflate(project_tail(kind, ours))
        made = assemble(kind, head(kind, 1), tail, "https://example.org/pypi/x")
        read.append(without_versions(read_project(made.body, URL, FOO).page))
    assert read[0] == read[1]
    for index, file in enumerate(read[0].files):
        assert file.url == f"https://example.org/pypi/x/packages/{index}/{file.filename}"
        assert file.provenance == "https://example.org/pypi/x/integrity/foo/1/f.zip/provenance"


@settings(max_examples=40, deadline=None)
@given(
    found=st.lists(
        st.from_regex(r"[a-z0-9]([a-z0-9-]{0,9}[a-z0-9])?", fullmatch=True), max_size=30
    ),
    size=st.integers(1, 300),
)
def test_the_list_of_projects_is_read_as_it_was(found: list[str], size: int) -> None:
    """However the bytes are cut."""
    entries = [ProjectEntry(name=normalize(name)) for name in found]
    for kind in Kind:
        body = head(kind, 3) + root_tail(kind, entries)
        reader = RootReader("https://example.org/simple/")
        read = []
        for start in range(0, len(body), size):
            read += reader.feed(body[start : start + size])
        assert read + reader.close() == entries
        assert reader.serial == 3


@settings(max_examples=100, deadline=None)
@given(data=st.data(), kind=st.sampled_from([Kind.JSON, Kind.HTML]))
def test_a_damaged_page_is_read_or_refused(data: st.DataObject, kind: Kind) -> None:
    """Bytes cut, doubled or changed anywhere end in a value or in InvalidPage."""
    file = File(filename="foo-1.0.zip", url="foo-1.0.zip", hashes={"sha256": "a" * 64}, size=1)
    page = ProjectPage(name=FOO, files=(file,), versions=("1.0",))
    body = bytearray(head(kind, 1) + project_tail(kind, page))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        body[start:end] = data.draw(st.binary(max_size=20))
    try:
        reading = read_project(bytes(body), URL, FOO)
    except InvalidPage:
        pass
    else:
        assert all(file.url.startswith(("http://", "https://")) for file in reading.page.files)
    reader = RootReader(URL)
    try:
        reader.feed(bytes(body))
        reader.close()
    except InvalidPage:
        return


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200), start=st.sampled_from([b"", b"<", b"{", b'{"projects":[']))
def test_any_bytes_are_read_or_refused(body: bytes, start: bytes) -> None:
    """No other error ever gets out."""
    for size in (1, 1000):
        reader = RootReader(URL)
        whole = start + body
        try:
            for at in range(0, len(whole), size):
                reader.feed(whole[at : at + size])
            reader.close()
        except InvalidPage:
            pass
    try:
        read_project(start + body, URL, FOO)
    except InvalidPage:
        return
