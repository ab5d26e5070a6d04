"""Broken and hostile metadata, forms and pages: refused with a reason or read, nothing else."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fuzz import texts
from pulp_pyindex.index.archives.limits import Refusal, check_link
from pulp_pyindex.index.errors import InvalidFilename, InvalidUpload
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.reading import read_project
from pulp_pyindex.index.uploads import check_metadata, read_form

SHORT = settings(
    max_examples=250,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
SEEDS = st.integers(0, 2**48)
FIELDS = st.tuples(
    st.sampled_from(
        [":action", "name", "version", "filetype", "pyversion", "sha256_digest", "md5_digest"]
    )
    | st.text(max_size=20),
    st.sampled_from(["file_upload", "demo", "1.0", "sdist", "bdist_wheel", "source", "ab" * 32])
    | st.text(max_size=80),
)
FORM = read_form(
    [
        (":action", "file_upload"),
        ("name", "demo"),
        ("version", "1.0"),
        ("filetype", "sdist"),
        ("sha256_digest", "ab" * 32),
    ],
    "demo-1.0.tar.gz",
)


@SHORT
@given(SEEDS)
def test_no_metadata_crashes_its_reader(seed: int) -> None:
    """Lines changed, bytes changed."""
    texts.core_metadata(Random(seed))


@SHORT
@given(SEEDS)
def test_no_form_crashes_its_reader(seed: int) -> None:
    """What is accepted has a name that stays in its directory."""
    texts.upload_form(Random(seed))


@SHORT
@given(SEEDS)
def test_no_page_crashes_its_reader(seed: int) -> None:
    """Project pages, lists of projects and provenance objects."""
    texts.project_page(Random(seed))
    texts.root_page(Random(seed))
    texts.provenance_object(Random(seed))


@SHORT
@given(st.lists(FIELDS, max_size=12), st.text(max_size=60))
def test_any_fields_are_a_form_or_refused(fields: list[tuple[str, str]], filename: str) -> None:
    """Not only broken forms: any."""
    with suppress(InvalidUpload):
        assert read_form(fields, filename).digests


@SHORT
@given(st.binary(max_size=300))
@example(b"Name: demo\nVersion: 1.0\nMetadata-Version: 2.1\nRequires-Dist: " + b"(" * 10_000)
def test_any_bytes_are_metadata_or_refused(data: bytes) -> None:
    """Not only broken metadata: any."""
    for head in (b"", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"):
        with suppress(InvalidUpload):
            assert check_metadata(head + data, FORM).name


@SHORT
@given(
    st.lists(st.sampled_from(["a", "b", "..", ".", ""]), min_size=1, max_size=6),
    st.integers(1, 4),
)
def test_a_link_that_is_allowed_stays_inside(parts: list[str], depth: int) -> None:
    """Followed step by step it never leaves the top directory."""
    name = "/".join(["top", *["d"] * (depth - 1), "link"])
    try:
        check_link(name, "/".join(parts))
    except Refusal:
        return
    level = depth
    for part in parts:
        level += {"..": -1, ".": 0, "": 0}.get(part, 1)
        assert level >= 1


@pytest.mark.parametrize("tags", ["3-none-any", "py3-none-any.", "py3..py2-none-any", "-none-any"])
def test_tags_that_nobody_reads_are_refused(tags: str) -> None:
    """packaging has an error of its own for them."""
    with pytest.raises(InvalidFilename):
        parse(f"demo-1.0-{tags}.whl", normalize("demo"))


def test_bytes_that_are_no_text_cost_one_file() -> None:
    """Inside an entry that is of no known shape anyway."""
    good = b'{"filename":"demo-1.0.tar.gz","url":"demo-1.0.tar.gz","hashes":{}}'
    bad = b'{"url":1,"filename":"\xff.whl","hashes":{}}'
    page = b'{"meta":{"api-version":"1.0"},"name":"demo","files":[%s,%s]}' % (bad, good)
    reading = read_project(page, "https://upstream.example/simple/demo/", normalize("demo"))
    assert [file.filename for file in reading.page.files] == ["demo-1.0.tar.gz"]
