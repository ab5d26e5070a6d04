"""Project names."""

import pytest

from pulp_pyindex.index.errors import InvalidName
from pulp_pyindex.index.names import normalize


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Django", "django"),
        ("zope.interface", "zope-interface"),
        ("ruamel.yaml_clib", "ruamel-yaml-clib"),
        ("A__-.b", "a-b"),
        ("0", "0"),
        ("x" * 255, "x" * 255),
    ],
)
def test_a_name_is_normalised(name: str, expected: str) -> None:
    """Names are lower case, and runs of separators are one dash."""
    assert normalize(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "", "-", "foo-", "_foo", "foo bar", "foo/bar", "../etc", "foo\n", "foo\0", "é",
        "\N{KELVIN SIGN}elvin", "\N{LATIN SMALL LETTER LONG S}ix", "x" * 256,
    ],
)  # fmt: skip
def test_what_nothing_can_be_called_is_refused(name: str) -> None:
    """Everything but PEP 508 names raises, with the name in the message."""
    with pytest.raises(InvalidName) as caught:
        normalize(name)
    assert caught.value.name == name
    assert repr(name) in str(caught.value)
