"""Core metadata."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulp_pyindex.index.errors import InvalidMetadata
from pulp_pyindex.index.metadata import CoreMetadata, parse

FILENAME = "foo-1.0-py3-none-any.whl"
FULL = """\
Metadata-Version: 2.5
Name: Foo.Bar
Version: 1.0
Summary: sums up
Keywords: a,b
Platform: any
Platform: linux
Supported-Platform: x
Classifier: Topic :: X
Project-URL: Home, https://example.org/
Project-URL: Docs, https://example.org/docs
License-Expression: MIT
License-File: LICENSE
Requires-Python: >=3.9
Requires-Dist: bar>=1 ; extra == "x"
Provides-Extra: x
Dynamic: description
Import-Name: foo
Description-Content-Type: text/markdown

# Héllo
""".encode()
LEAST = b"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n"


def test_fields_have_their_json_names() -> None:
    """PEP 566: singular, lower case, underscores."""
    assert parse(FULL, FILENAME) == CoreMetadata(
        name="Foo.Bar",
        version="1.0",
        requires_python=">=3.9",
        fields={
            "metadata_version": "2.5",
            "name": "Foo.Bar",
            "version": "1.0",
            "summary": "sums up",
            "keywords": ["a", "b"],
            "platform": ["any", "linux"],
            "supported_platform": ["x"],
            "classifier": ["Topic :: X"],
            "project_url": ["Home, https://example.org/", "Docs, https://example.org/docs"],
            "license_expression": "MIT",
            "license_file": ["LICENSE"],
            "requires_python": ">=3.9",
            "requires_dist": ['bar>=1 ; extra == "x"'],
            "provides_extra": ["x"],
            "dynamic": ["description"],
            "import_name": ["foo"],
            "description_content_type": "text/markdown",
            "description": "# Héllo\n",
        },
    )


def test_the_least_there_can_be() -> None:
    """Name and version are enough, also without a Metadata-Version."""
    assert parse(LEAST, FILENAME).requires_python is None
    assert parse(b"Name: foo\nVersion: 1.0\n", FILENAME).fields == {"name": "foo", "version": "1.0"}


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (b"", "no Name"),
        (b"<html>", "no Name"),
        (b"Name: foo\n", "no Version"),
        (b"Name:\nVersion: 1\n", "no Name"),
        (b"\xff\xfe\0", "no Name"),
        (LEAST + b"Name: bar\n", "a name that cannot be read, or more than one"),
        (LEAST + b"Version: 2\n", "a version that"),
        (LEAST + b"Requires-Python: >=3\nRequires-Python: >=4\n", "a requires-python that"),
        (b"Name: \xff\nVersion: 1\n", "a name that cannot be read"),
    ],
)
def test_metadata_that_decides_nothing_is_refused(metadata: bytes, reason: str) -> None:
    """Without a name, a version, or with two of them, nothing can be said of the file."""
    with pytest.raises(InvalidMetadata) as caught:
        parse(metadata, FILENAME)
    assert reason in caught.value.reason
    assert FILENAME in str(caught.value)


def test_what_no_database_can_keep_is_replaced() -> None:
    """NUL in a summary does not make a release unusable."""
    found = parse(LEAST + b"Summary: a\0b\n", FILENAME)
    assert found.fields["summary"] == "a\ufffdb"


@settings(max_examples=100, deadline=None)
@given(
    rest=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(rest: bytes) -> None:
    """And what is read can be kept as JSON."""
    for metadata in (rest, LEAST + rest):
        try:
            found = parse(metadata, FILENAME)
        except InvalidMetadata:
            continue
        text = json.dumps(dict(found.fields), ensure_ascii=False)
        assert "\\u0000" not in text
        text.encode()
