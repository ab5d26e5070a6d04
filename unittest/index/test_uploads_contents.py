"""When the bytes of an upload agree with what was said of them."""

import pytest

from pulp_pyindex.index.errors import InvalidUpload
from pulp_pyindex.index.uploads import UploadForm, check_digests, check_metadata, read_form

FORM = read_form(
    [
        (":action", "file_upload"),
        ("name", "Demo.Pkg"),
        ("version", "1.0"),
        ("filetype", "bdist_wheel"),
        ("pyversion", "py3"),
        ("sha256_digest", "ab" * 32),
        ("md5_digest", "cd" * 16),
    ],
    "demo_pkg-1.0-py3-none-any.whl",
)


def metadata(*lines: str, name: str = "demo-pkg", version: str = "1.0.0") -> bytes:
    head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    return "\n".join([*head, *lines, ""]).encode()


def refusal(data: bytes, form: UploadForm = FORM) -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        check_metadata(data, form)
    return caught.value


def test_all_announced_digests_are_compared() -> None:
    """One that differs is enough."""
    check_digests(FORM, {"sha256": "AB" * 32, "md5": "cd" * 16})
    with pytest.raises(InvalidUpload, match="The digest supplied does not match"):
        check_digests(FORM, {"sha256": "ab" * 32, "md5": "00" * 16})


@pytest.mark.parametrize(
    "line",
    [
        "Requires-Python: >=3.9, !=3.10.*",
        "Requires-Dist: foo[bar]>=1; python_version < '3.12'",
        "Requires-Dist: internal @ https://git.example/internal.zip",
        "Classifier: Private :: Do Not Upload",
        "Classifier: Framework :: Acme",
        "License-File: LICENSE",
        "X-Custom: anything",
        "Provides-Extra: test",
        "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM",
        "License: MIT",
        "Project-URL: Home, https://example.com",
    ],
)
def test_what_private_indexes_hold_is_accepted(line: str) -> None:
    """Direct references, classifiers of one's own, fields newer than the declared version."""
    found = check_metadata(metadata(line), FORM)
    assert (found.name, found.version) == ("demo-pkg", "1.0.0")


def test_a_local_version_is_accepted() -> None:
    """PyPI refuses them, private indexes live by them."""
    form = read_form(
        [
            (":action", "file_upload"),
            ("name", "demo-pkg"),
            ("version", "1.0+acme.1"),
            ("filetype", "sdist"),
            ("sha256_digest", "ab" * 32),
        ],
        "demo_pkg-1.0+acme.1.tar.gz",
    )
    assert check_metadata(metadata(version="1.0+acme-1"), form).version == "1.0+acme-1"
    assert "Version in PKG-INFO should be '1.0+acme.1'" in str(refusal(metadata(), form))


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        (metadata(name="other"), "name", "Name in METADATA should be 'Demo.Pkg' not 'other'"),
        (metadata(version="2.0"), "version", "Version in METADATA should be '1.0' not '2.0'"),
        (metadata(version="one"), "version", "'one' is invalid for 'version'"),
        (metadata(name="a b"), "name", "'a b' is invalid for 'name'"),
        (b"Name: demo-pkg\nVersion: 1.0\n", "metadata-version", "not a valid metadata version"),
        (metadata("Requires-Python: three"), "requires-python", "'three' is invalid"),
        (metadata("Requires-Dist: a b c"), "requires-dist", "'a b c' is invalid"),
        (metadata("Requires-Dist: x; " + "(" * 3000), "requires-dist", "invalid"),
        (metadata("Provides-Extra: -bad-"), "provides-extra", "invalid"),
        (metadata("License-Expression: Nobody Knows"), "license-expression", "invalid"),
        (metadata("Description-Content-Type: image/png"), "description-content-type", "must be"),
        (metadata("Summary: " + "x" * 600), "summary", "512 characters or less"),
        (metadata("Classifier: Broken :: "), "classifier", "not a valid classifier"),
        (metadata("Classifier: Tab\tbed :: x"), "classifier", "not a valid classifier"),
        (metadata(*["Requires-Dist: a"] * 5001), "requires_dist", "more than 5000 values"),
        (metadata("Name: other"), "metadata", "more than one"),
        (metadata("Requires-Dist: a>=1" + ",>=1" * 2000), "requires_dist", "too long"),
        (metadata(*["Requires-Dist: a; " + "x" * 4000] * 70), "requires_dist", "too long"),
        (
            metadata("Description-Content-Type: a" + ";a=b" * 2000),
            "description_content_type",
            "too long",
        ),
        (metadata("Summary: " + "x" * 5000), "summary", "too long"),
        (metadata(*["A:"] * 20_001), "metadata", "more than 20000 lines"),
        (b"", "metadata", "has no Name"),
        (b"\xff\xfe\0\0", "metadata", "Invalid distribution file"),
        (b"x" * (3 << 20), "metadata", "longer than"),
        (metadata().replace(b"2.1", b"9.9"), "metadata-version", "'9.9' is not a valid"),
    ],
)
def test_metadata_that_tools_choke_on_is_refused(data: bytes, field: str, reason: str) -> None:
    """The field is named, the reason is the one that packaging or PyPI gives."""
    error = refusal(data)
    assert (error.field, reason in str(error)) == (field, True), str(error)
