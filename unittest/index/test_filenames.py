"""File names of all times."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.tags import parse_tag
from packaging.utils import NormalizedName

from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import PACKAGE_TYPES, ParsedFilename, check_safe, extension, parse
from pulp_pyindex.index.names import normalize

NAMES = [
    ("foo-1.0.tar.gz", "foo", "1.0", "sdist"),
    ("Foo-Bar-1.0.tar.gz", "foo-bar", "1.0", "sdist"),
    ("foo_bar-1.0.tar.gz", "foo-bar", "1.0", "sdist"),
    ("zope.interface-3.0.0b1.tar.bz2", "zope-interface", "3.0.0b1", "sdist"),
    ("Twisted-13.2.0.tar.bz2", "twisted", "13.2.0", "sdist"),
    ("foo-1.0.ZIP", "foo", "1.0", "sdist"),
    ("foo-1.0.tgz", "foo", "1.0", "sdist"),
    ("foo-1.0.tar.Z", "foo", "1.0", "sdist"),
    ("foo-1.0-final-2.tar.gz", "foo", "1.0-final-2", "sdist"),
    ("foo-0.1-dev-r123.tar.gz", "foo", "0.1-dev-r123", "sdist"),
    ("foo-dev.tar.gz", "foo", "dev", "sdist"),
    ("foo-v1.0.zip", "foo", "1.0", "sdist"),
    ("pytz-2004b-1.tar.gz", "pytz", "2004b1", "sdist"),
    ("foo-1!2.0.post1.dev3+Local.7.tar.gz", "foo", "1!2.0.post1.dev3+local.7", "sdist"),
    ("mx-base-3.2.8.zip", "mx-base", "3.2.8", "sdist"),
    ("foo-1.0.linux-x86_64.tar.gz", "foo", "1.0", "bdist_dumb"),
    ("foo-1.0.win32.zip", "foo", "1.0", "bdist_dumb"),
    ("foo-1.0.macosx-10.9-x86_64.tar.gz", "foo", "1.0", "bdist_dumb"),
    ("foo-1.0-py2.7.egg", "foo", "1.0", "bdist_egg"),
    ("foo_bar-1.0_r5-py2.7-linux-x86_64.egg", "foo-bar", "1.0.post5", "bdist_egg"),
    ("foo-1.0.win32.exe", "foo", "1.0", "bdist_wininst"),
    ("foo-1.0.win-amd64-py3.4.exe", "foo", "1.0", "bdist_wininst"),
    ("foo-1.0.win32-py2.7.msi", "foo", "1.0", "bdist_msi"),
    ("foo-1.0-1.noarch.rpm", "foo", "1.0", "bdist_rpm"),
    ("foo-1.0-1.src.rpm", "foo", "1.0", "bdist_rpm"),
    ("foo-1.0.macosx-10.6-intel.dmg", "foo", "1.0", "bdist_dmg"),
    ("foo-1.0-py3-none-any.whl", "foo", "1.0", "bdist_wheel"),
    ("Foo_Bar-1.0-py2.py3-none-any.whl", "foo-bar", "1.0", "bdist_wheel"),
    ("zope.event-4.6-py2.py3-none-any.whl", "zope-event", "4.6", "bdist_wheel"),
    ("foo-1.0-1-py3-none-any.whl", "foo", "1.0", "bdist_wheel"),
    ("foo-1.0+cpu-cp311-cp311-linux_x86_64.whl", "foo", "1.0+cpu", "bdist_wheel"),
    ("foo-1.0_cpu.1-py3-none-any.whl", "foo", "1.0+cpu.1", "bdist_wheel"),
    ("foo-0.1_r5-py3-none-any.whl", "foo", "0.1.post5", "bdist_wheel"),
    ("foo-unknown-py3-none-any.whl", "foo", "unknown", "bdist_wheel"),
    ("foo-1.0-cp312-cp312-win_amd64-cu126.whl", "foo", "1.0", "bdist_wheel"),
    ("foo-1.0-2-cp312-cp312-win_amd64-cu126.whl", "foo", "1.0", "bdist_wheel"),
]


@pytest.mark.parametrize(("filename", "project", "version", "packagetype"), NAMES)
def test_a_name_says_version_and_kind(
    filename: str, project: str, version: str, packagetype: str
) -> None:
    """Names as they were uploaded over twenty years are read."""
    parsed = parse(filename, NormalizedName(project))
    assert (parsed.filename, parsed.project) == (filename, project)
    assert (parsed.version, parsed.packagetype) == (version, packagetype)
    assert packagetype in PACKAGE_TYPES
    assert bool(parsed.tags) == (packagetype == "bdist_wheel")


def test_the_tags_of_a_wheel_are_expanded() -> None:
    """Each combination of the dotted parts is a tag."""
    filename = "foo-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
    assert parse(filename, normalize("foo")) == ParsedFilename(
        filename=filename,
        project=normalize("foo"),
        version="1.0",
        packagetype="bdist_wheel",
        tags=parse_tag("cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64"),
    )


@pytest.mark.parametrize(
    ("filename", "project"),
    [
        ("foo-bar-1.0.tar.gz", "foo"),
        ("foo-1.0.tar.gz", "foo-bar"),
        ("bar-1.0.tar.gz", "foo"),
        ("foo_bar-1.0-py3-none-any.whl", "foo"),
        ("foo-bar-1.0.egg", "foo"),
        ("foo.tar.gz", "foo"),
        ("foo-.tar.gz", "foo"),
        ("1.0.tar.gz", "foo"),
        ("foo-1.0.whl", "foo"),
        ("foo-1.0-py3-none.whl", "foo"),
        ("foo--py3-none-any.whl", "foo"),
        ("foo-1.0-py3-none-any-x-y.whl", "foo"),
        ("foo-1.0-1-py3-none-any-x-y.whl", "foo"),
        ("foo-1.0-py3..x-none-any.whl", "foo"),
        ("foo-1.0-py3-none-any..whl", "foo"),
        ("foo-1.0.tar.gz.asc", "foo"),
        ("foo-1.0-py3-none-any.whl.metadata", "foo"),
        ("foo-1.0-variants.json", "foo"),
        ("foo-1.0.html", "foo"),
        ("foo-1.0", "foo"),
        ("-rf-1.0.tar.gz", "rf"),
        (f"foo-1.0-{'.'.join('a' * 60)}-{'.'.join('b' * 30)}-any.whl", "foo"),
    ],
)
def test_a_name_that_is_none_of_the_projects_is_refused(filename: str, project: str) -> None:
    """Files of others, names without a version and unknown extensions raise, with a reason."""
    with pytest.raises(InvalidFilename) as caught:
        parse(filename, NormalizedName(project))
    assert caught.value.filename == filename
    assert caught.value.reason in str(caught.value)


@pytest.mark.parametrize(
    "filename",
    [
        "", ".", "..", ".foo-1.0.zip", "../foo-1.0.zip", "/foo-1.0.zip", "a/foo-1.0.zip",
        "..\\foo-1.0.zip", "C:\\foo-1.0.zip", "foo-1.0.zip\0", "foo-1.0\n.zip", "foo-1.0\x1b.zip",
        "foo-1.0\N{RIGHT-TO-LEFT OVERRIDE}.zip", "foo-1.0\x85.zip", "foo\ud800-1.0.zip",
        " foo-1.0.zip", "foo-1.0.zip ", "foo-" + "1" * 248 + ".zip", "foo-" + "é" * 125 + ".zip",
    ],
)  # fmt: skip
def test_a_hostile_name_is_refused(filename: str) -> None:
    """Nothing that could leave a directory, fake a line or break a header passes."""
    with pytest.raises(InvalidFilename) as caught:
        check_safe(filename)
    assert len(caught.value.filename) <= 255
    with pytest.raises(InvalidFilename):
        parse(filename, normalize("foo"))


def test_a_name_of_255_bytes_is_good() -> None:
    """The bound is that of file systems."""
    check_safe("foo-" + "1" * 247 + ".zip")
    check_safe("foo-1.0 (copy) é.zip")


@given(filename=st.text(max_size=300), project=st.sampled_from(["foo", "foo-bar", "0"]))
def test_any_text_is_read_or_refused(filename: str, project: str) -> None:
    """No other error ever gets out."""
    try:
        parsed = parse(filename, NormalizedName(project))
    except InvalidFilename:
        return
    assert "/" not in parsed.filename
    assert parsed.filename.isprintable()
    assert parsed.version


@settings(derandomize=True, max_examples=300)
@example(stem="_0", end=".egg")
@given(
    stem=st.text("abfoo01.-_+!py3none", max_size=60),
    end=st.sampled_from([".whl", ".egg", ".tar.gz", ".zip", ".exe", ".rpm", ".msi"]),
)
def test_anything_with_a_known_extension_is_read_or_refused(stem: str, end: str) -> None:
    """Names that look almost right raise nothing unexpected either."""
    try:
        parsed = parse(f"foo-{stem}{end}", normalize("foo"))
    except InvalidFilename:
        return
    assert extension(parsed.filename) == end
