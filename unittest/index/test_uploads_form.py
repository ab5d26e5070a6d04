"""What is read from the fields of an upload, and what PyPI's users know is said of wrong ones."""

from collections.abc import Mapping

import pytest

from pulp_pyindex.index.errors import InvalidUpload
from pulp_pyindex.index.uploads import UploadForm, check_filename, read_form

SHA256 = "ab" * 32
WHEEL: dict[str, str] = {
    ":action": "file_upload",
    "protocol_version": "1",
    "name": "Demo.Pkg",
    "version": "1.0.0-rc1",
    "filetype": "bdist_wheel",
    "pyversion": "py3",
    "metadata_version": "2.4",
    "sha256_digest": SHA256.upper(),
}
SDIST = {**WHEEL, "filetype": "sdist", "pyversion": "source"}
FILENAME = "demo_pkg-1.0.0rc1-py3-none-any.whl"


def read(fields: Mapping[str, str], filename: str = FILENAME) -> UploadForm:
    return read_form(list(fields.items()), filename)


def refusal(fields: Mapping[str, str], filename: str = FILENAME) -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        read(fields, filename)
    return caught.value


def test_a_form_is_read_whole() -> None:
    """Names and versions are normalised, digests lowered, the rest is kept as it came."""
    fields = [*WHEEL.items(), ("classifiers", "A :: B"), ("classifiers", "C :: D"), ("summary", "")]
    assert read_form(fields, FILENAME) == UploadForm(
        name="Demo.Pkg",
        project=read(WHEEL).project,
        version="1.0.0rc1",
        filename=FILENAME,
        packagetype="bdist_wheel",
        pyversion="py3",
        digests={"sha256": SHA256},
        attestations=None,
        comment="",
        others={"metadata_version": ("2.4",), "classifiers": ("A :: B", "C :: D")},
    )
    assert read(WHEEL).project == "demo-pkg"


def test_digests_may_be_any_of_the_three() -> None:
    """MD5 comes as hex from tools, as URL-safe base64 from readers of PyPI's documentation."""
    fields = {**WHEEL, "blake2_256_digest": "cd" * 32, "md5_digest": "1B2M2Y8AsgTpgAmY7PhCfg"}
    assert read(fields).digests == {
        "sha256": SHA256,
        "blake2b_256": "cd" * 32,
        "md5": "d41d8cd98f00b204e9800998ecf8427e",
    }


def test_the_python_version_of_a_sdist_is_source() -> None:
    """Tools may leave it out."""
    assert read({**SDIST, "pyversion": ""}).pyversion == "source"


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({":action": "submit"}, ":action", "'submit' is not supported"),
        ({":action": ""}, ":action", "only file_upload"),
        ({"protocol_version": "2"}, "protocol_version", "Unknown protocol version."),
        ({"name": ""}, "name", "'' is an invalid value for Name. Error: This field is required."),
        ({"name": "-x"}, "name", "Start and end with a letter or numeral"),
        ({"name": "x" * 300}, "name", "is an invalid value for Name"),
        ({"version": ""}, "version", "'version' is a required field"),
        ({"version": "one"}, "version", "'one' is invalid for 'version'"),
        ({"version": "1" * 400}, "version", "is invalid for 'version'"),
        ({"filetype": ""}, "filetype", "This field is required."),
        ({"filetype": "bdist_egg"}, "filetype", "Use a known file type."),
        ({"pyversion": ""}, "pyversion", "Python version is required"),
        ({"filetype": "sdist"}, "pyversion", "Use 'source' as Python version for an sdist."),
        ({"sha256_digest": ""}, "sha256_digest", "Include at least one message digest."),
        ({"sha256_digest": "ab"}, "sha256_digest", "Use a valid, hex-encoded, SHA256"),
        ({"sha256_digest": "zz" * 32}, "sha256_digest", "Use a valid, hex-encoded, SHA256"),
        ({"blake2_256_digest": "ab"}, "blake2_256_digest", "Use a valid, hex-encoded, BLAKE2"),
        ({"md5_digest": "ü"}, "md5_digest", "Use a valid, hex-encoded, MD5"),
    ],
)
def test_wrong_fields_are_named(change: dict[str, str], field: str, reason: str) -> None:
    """The field and PyPI's words for it."""
    error = refusal({**WHEEL, **change})
    assert error.field == field
    assert reason in str(error)


def test_a_field_given_twice_differently_is_refused() -> None:
    """Nobody knows which one was meant."""
    with pytest.raises(InvalidUpload, match="'name' has invalid data"):
        read_form([*WHEEL.items(), ("name", "other")], FILENAME)


def test_a_file_without_a_name_is_refused() -> None:
    """A form field is not a file."""
    assert "does not have a file" in str(refusal(WHEEL, ""))


@pytest.mark.parametrize(
    ("fields", "filename"),
    [
        (WHEEL, FILENAME),
        (WHEEL, "demo_pkg-1.0.0rc1-1-cp311-cp311-linux_x86_64.whl"),
        ({**WHEEL, "version": "1.0+acme.1"}, "demo_pkg-1.0+acme.1-py3-none-any.whl"),
        (SDIST, "demo_pkg-1.0.0rc1.tar.gz"),
        ({**SDIST, "version": "1.0+acme.1"}, "demo_pkg-1.0+acme.1.tar.gz"),
        ({**SDIST, "version": "1.0.post1"}, "demo_pkg-1.0.post1.tar.gz"),
    ],
)
def test_the_right_names_are_accepted(fields: dict[str, str], filename: str) -> None:
    """Also local versions and platforms that PyPI does not take."""
    parsed = check_filename(read(fields, filename))
    assert parsed.project == "demo-pkg"
    assert parsed.version == read(fields, filename).version


def test_trailing_zeros_make_no_other_release_of_a_wheel() -> None:
    """1.0 and 1.0.0 are one version to PEP 440, and so to PyPI."""
    form = read({**WHEEL, "version": "1.0.0"}, "demo_pkg-1.0-py3-none-any.whl")
    assert check_filename(form).version == "1.0"


LEGACY = [
    (SDIST, "Demo.Pkg-1.0.0rc1.tar.gz", "should be 'demo_pkg-1.0.0rc1.tar.gz'"),
    (SDIST, "demo-pkg-1.0.0rc1.tar.gz", "should be 'demo_pkg-1.0.0rc1.tar.gz'"),
    (SDIST, "demo_pkg-1.0.0-rc1.tar.gz", "should be 'demo_pkg-1.0.0rc1.tar.gz'"),
    (SDIST, "demo_pkg-1.0.0rc1.zip", "should be 'demo_pkg-1.0.0rc1.tar.gz'"),
    (WHEEL, "Demo_Pkg-1.0.0rc1-py3-none-any.whl", "normalized project name 'demo_pkg'"),
    (WHEEL, "demo.pkg-1.0.0rc1-py3-none-any.whl", "normalized project name 'demo_pkg'"),
    (WHEEL, "demo_pkg-1.0.0.RC1-py3-none-any.whl", "should be '1.0.0rc1' not '1.0.0.RC1'"),
]


@pytest.mark.parametrize(("fields", "filename", "reason"), LEGACY)
def test_legacy_names_are_an_option(fields: dict[str, str], filename: str, reason: str) -> None:
    """What tools of old wrote is refused with the right name, or accepted where that is allowed."""
    form = read(fields, filename)
    with pytest.raises(InvalidUpload) as caught:
        check_filename(form)
    assert reason in str(caught.value)
    assert check_filename(form, allow_legacy_names=True).version == "1.0.0rc1"


@pytest.mark.parametrize("allow_legacy_names", [False, True])
@pytest.mark.parametrize(
    ("fields", "filename", "reason"),
    [
        (WHEEL, "a/demo_pkg-1.0.0rc1-py3-none-any.whl", "'/' or '\\' in the name"),
        (WHEEL, "..\\demo_pkg-1.0.0rc1-py3-none-any.whl", "'/' or '\\' in the name"),
        (WHEEL, "demo_pkg-1.0.0rc1-py3-none-any\n.whl", "non-printable characters"),
        (WHEEL, "\x7fdemo_pkg-1.0.0rc1-py3-none-any.whl", "non-printable characters"),
        (WHEEL, "demo_pkg-1.0.0rc1-py3-none-any\udc80.whl", "Invalid filename"),
        (WHEEL, "demo_pkg-1.0.0rc1-py3-none-" + "a" * 250 + ".whl", "longer than"),
        (WHEEL, "demo_pkg-1.0.0rc1.egg", "Use .tar.gz, .whl or .zip"),
        (WHEEL, "demo_pkg-1.0.0rc1.tar.gz", "invalid for filetype bdist_wheel"),
        (WHEEL, "demo_pkg-1.0.0rc1-py3-none-any.WHL", "invalid for filetype bdist_wheel"),
        (SDIST, FILENAME, "invalid for filetype sdist"),
        (WHEEL, "other-1.0.0rc1-py3-none-any.whl", "Start filename for 'Demo.Pkg' with 'demo_pkg'"),
        (SDIST, "other-1.0.0rc1.tar.gz", "Start filename for 'Demo.Pkg' with 'demo_pkg'"),
        (WHEEL, "demo_pkg-2.0-py3-none-any.whl", "should be '1.0.0rc1' not '2.0'"),
        (WHEEL, "demo_pkg-1.0.0rc1-none-any.whl", "five or six parts"),
        (SDIST, "demo_pkg-2.0.tar.gz", "should be 'demo_pkg-1.0.0rc1.tar.gz'"),
    ],
)
def test_wrong_names_are_refused(
    fields: dict[str, str], filename: str, reason: str, allow_legacy_names: bool
) -> None:
    """A name that is hostile or another release's is no legacy."""
    with pytest.raises(InvalidUpload) as caught:
        check_filename(read(fields, filename), allow_legacy_names=allow_legacy_names)
    assert reason in str(caught.value)
